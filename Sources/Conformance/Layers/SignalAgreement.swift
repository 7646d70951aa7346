import Foundation
import Tensors

/// How two tensors agree as a whole: the difference relative to the baseline's size.
///
/// Elements that are NaN or infinite on either side are left out; a comparison with any does not conform.
public struct SignalAgreement: Sendable, Codable, Equatable {
    /// max |candidate - baseline| / max |baseline|, the largest over all cases; infinite if only the baseline is all
    /// zeros.
    public private(set) var relativeDiff: Double
    /// Sums over the elements of all cases: the baseline's squares, the candidate's squares, the difference's
    /// squares, and baseline times candidate.
    private var squares: [Double]

    public init(baseline: AnyTensor, candidate: AnyTensor) {
        self.init(baseline: baseline.float64, candidate: candidate.float64)
    }

    init(baseline: Tensor<Double>, candidate: Tensor<Double>) {
        var (largest, largestDifference) = (0.0, 0.0)
        var (ofBaseline, ofCandidate, ofDifference, ofBoth) = (0.0, 0.0, 0.0, 0.0)
        baseline.elements.withUnsafeBufferPointer { baseline in
            candidate.elements.withUnsafeBufferPointer { candidate in
                for position in 0..<min(baseline.count, candidate.count) {
                    let (expected, actual) = (baseline[position], candidate[position])
                    guard expected.isFinite && actual.isFinite else { continue }
                    let difference = actual - expected
                    largest = max(largest, expected.magnitude)
                    largestDifference = max(largestDifference, difference.magnitude)
                    ofBaseline += expected * expected
                    ofCandidate += actual * actual
                    ofDifference += difference * difference
                    ofBoth += expected * actual
                }
            }
        }
        relativeDiff = largestDifference == 0 ? 0 : largestDifference / largest
        squares = [ofBaseline, ofCandidate, ofDifference, ofBoth]
    }

    /// The signal-to-noise ratio in decibels, 10 log10(sum of baseline^2 / sum of difference^2): infinite if nothing
    /// differs.
    public var signalToNoise: Double {
        guard squares[2] == 0 else { return 10 * log10(squares[0] / squares[2]) }
        return relativeDiff == 0 || squares[0] >= .leastNormalMagnitude ? .infinity : .nan
    }

    /// The cosine of the angle between the tensors as vectors: 1 if both are all zeros, 0 if only one is.
    public var cosine: Double {
        guard min(squares[0], squares[1]) >= .leastNormalMagnitude else { return relativeDiff == 0 ? 1 : 0 }
        return squares[3] / (squares[0].squareRoot() * squares[1].squareRoot())
    }

    /// Whether both are zero throughout.
    public var isOfZeros: Bool { relativeDiff == 0 && squares[0] == 0 && squares[1] == 0 }

    func merged(with other: SignalAgreement) -> SignalAgreement {
        var merged = self
        merged.relativeDiff = max(relativeDiff, other.relativeDiff)
        merged.squares = zip(squares, other.squares).map(+)
        return merged
    }
}
