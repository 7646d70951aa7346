import Foundation
import Synchronization

/// `transform` of each element, on all cores; the results in the elements' order, so that nothing depends on
/// which is done first.
///
/// - Throws: of the errors that occur, that of the earliest element.
public func concurrentMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ transform: @Sendable (Element) throws -> Result
) throws -> [Result] {
    let results = Mutex([Int: Swift.Result<Result, any Error>]())
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        let result = Swift.Result { try transform(elements[index]) }
        results.withLock { $0[index] = result }
    }
    let finished = results.withLock { $0 }
    return try elements.indices.compactMap { try finished[$0]?.get() }
}
