import Engines

/// How many frames are computed before their results are taken: enough for all threads.
private let framesAtOnce = 256

/// `transform` of each index, on up to the permitted threads; the results are taken in order, a stretch at a time, so
/// that memory does not grow with their number.
///
/// - Throws: the error of the earliest index that fails, and those of `take`.
func streamedMap<Result: Sendable>(
    _ indices: Range<Int>, _ transform: @Sendable (Int) throws -> Result, take: ([Result]) throws -> Void
) throws {
    for start in stride(from: indices.lowerBound, to: indices.upperBound, by: framesAtOnce) {
        try take(try concurrentMap(Array(start..<min(start + framesAtOnce, indices.upperBound)), transform))
    }
}
