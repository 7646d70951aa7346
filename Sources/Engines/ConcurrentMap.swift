import Foundation
import Synchronization

/// How many threads may compute at once.
public enum Threads {
    private static let chosen = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

    /// The limits that can be chosen.
    public static let possible = 1...4096

    /// All cores, unless the user has said otherwise. No result depends on it.
    public static var limit: Int {
        get { chosen.load(ordering: .relaxed) }
        set { chosen.store(min(max(newValue, possible.lowerBound), possible.upperBound), ordering: .relaxed) }
    }

    /// Whether this thread is one of several that compute already.
    @TaskLocal fileprivate static var areShared = false
}

/// `transform` of each element, on as many threads as may be; the results in the elements' order, so that nothing
/// depends on which is done first.
///
/// Within another concurrent map there is one thread: the outermost map has the threads, be it over frames, or over
/// the pyramid levels of a frame that is alone.
///
/// - Parameters:
///   - inTurn: whether to take the elements one after the other, and none behind one that fails.
///   - cost: what an element takes, in any unit: the costliest are begun first, so that no thread is left with one of
///     them at the end.
/// - Throws: of the errors that occur, that of the earliest element.
public func concurrentMap<Element: Sendable, Result: Sendable>(
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
