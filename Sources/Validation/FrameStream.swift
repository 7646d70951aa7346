import Engines

/// How many frames are computed before their results are taken: enough for all threads.
private let framesAtOnce = 256

/// `transform` of each element, on up to the permitted threads; the results are taken in the elements' order, a stretch at
/// a time, so that memory does not grow with their number.
///
/// - Throws: the error of the earliest element that fails, and those of `take`.
func streamedMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ transform: @Sendable (Element) throws -> Result, take: ([Result]) throws -> Void
) throws {
    for start in stride(from: 0, to: elements.count, by: framesAtOnce) {
        try take(try concurrentMap(Array(elements[start..<min(start + framesAtOnce, elements.count)]), transform))
    }
}
