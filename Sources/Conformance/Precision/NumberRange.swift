import Foundation
import Tensors

/// How an arithmetic's activations lie in a number format's range, compared with the exact ones.
package struct NumberRange: Sendable, Codable, Equatable {
    /// Elements that are NaN or infinite.
    package var nonFiniteCount = 0
    /// Elements that are NaN or infinite though the exact ones are finite.
    package var overflowCount = 0
    /// Elements that are 0 though the exact ones are not.
    package var underflowCount = 0
    /// Elements among the format's subnormals, which are less precise.
    package var subnormalCount = 0
    /// The largest finite magnitude.
    package var largest = 0.0
    /// The energy of the exact elements and of the error, used by ``signalToNoise``.
    package var signal = 0.0
    package var noise = 0.0

    package init() {}

    /// - Precondition: the tensors have the same shape.
    package init(computed: Tensor<Double>, exact: Tensor<Double>, in format: FloatFormat = .binary16) {
        precondition(computed.shape == exact.shape, "tensors of different shapes")
        let smallestNormal = format.smallestNormal
        forEachPair(computed.elements, exact.elements) { actual, expected in
            guard actual.isFinite else {
                nonFiniteCount += 1
                if expected.isFinite { overflowCount += 1 }
                return
            }
            if actual == 0, expected != 0 { underflowCount += 1 }
            if actual != 0, actual.magnitude < smallestNormal { subnormalCount += 1 }
            largest = max(largest, actual.magnitude)
            guard expected.isFinite else { return }
            signal += expected * expected
            noise += (actual - expected) * (actual - expected)
        }
    }

    /// The format's largest number divided by the largest element; nil if all are 0.
    package func headroom(in format: FloatFormat) -> Double? { largest > 0 ? format.largest / largest : nil }

    /// 10 log10 of the energy of the exact elements over the error's, in dB; nil if there is no error.
    package var signalToNoise: Double? { noise > 0 && signal > 0 ? 10 * log10(signal / noise) : nil }

    package func merged(with other: NumberRange) -> NumberRange {
        var merged = self
        merged.nonFiniteCount += other.nonFiniteCount
        merged.overflowCount += other.overflowCount
        merged.underflowCount += other.underflowCount
        merged.subnormalCount += other.subnormalCount
        merged.largest = max(largest, other.largest)
        merged.signal += other.signal
        merged.noise += other.noise
        return merged
    }
}
