import Foundation
import Synchronization

/// The limit on threads that compute at once.
package enum Threads {
    private static let chosen = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

    /// The permitted limits.
    package static let possible = 1...4096

    /// All cores, unless the user says otherwise. No result depends on it.
    package static var limit: Int {
        get { chosen.load(ordering: .relaxed) }
        set { chosen.store(min(max(newValue, possible.lowerBound), possible.upperBound), ordering: .relaxed) }
    }

    /// The threads that a task may use which is not itself one of several.
    static var forOneTask: Int { areShared ? 1 : limit }

    /// Whether this thread is already one of several that compute.
    @TaskLocal fileprivate static var areShared = false
}

/// `transform` of each element, on up to the permitted threads; the results are in the elements' order, so that nothing
/// depends on which finishes first.
///
/// A concurrent map within another uses one thread: the outermost map has the threads, whether it runs over frames or
/// over the pyramid levels of a single frame.
///
/// - Parameters:
///   - inTurn: whether to process the elements in sequence and stop at the first failure.
///   - cost: an element's cost, in any unit: the costliest start first, so that none of them is left for a single
///     thread at the end.
/// - Throws: the error of the earliest element that fails.
package func concurrentMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], inTurn: Bool = false, cost: (Element) -> Int = { _ in 0 },
    _ transform: @Sendable (Element) throws -> Result
) throws -> [Result] {
    let threads = min(Threads.limit, elements.count)
    guard threads > 1, !inTurn, !Threads.areShared else { return try elements.map(transform) }
    let results = Mutex([Int: Swift.Result<Result, any Error>]())
    let costs = elements.map(cost)
    let order = elements.indices.sorted { (costs[$1], $0) < (costs[$0], $1) }
    let taken = Atomic<Int>(0)
    onThreads(threads) {
        Threads.$areShared.withValue(true) {
            while true {
                let turn = taken.add(1, ordering: .relaxed).oldValue
                guard turn < order.count else { return }
                let index = order[turn]
                let result = Swift.Result { try transform(elements[index]) }
                results.withLock { $0[index] = result }
            }
        }
    }
    let finished = results.withLock { $0 }
    return try elements.indices.compactMap { try finished[$0]?.get() }
}
