import Tensors

/// How far one tensor lies from another of the same shape, element by element.
public struct Difference: Sendable, Codable, Equatable {
    /// How many elements were compared.
    public var count = 0
    /// The largest of |candidate - baseline|.
    public var maxAbsDiff = 0.0
    /// The mean of |candidate - baseline|.
    public var meanAbsDiff = 0.0
    /// The largest of |candidate - baseline| / |baseline|, over the elements whose baseline is not 0.
    public var maxRelDiff = 0.0
    /// The largest number of steps between representable numbers, in the coarser of the two formats.
    public var maxUlpDiff = 0
    /// Elements that are NaN or infinite on either side: they take part in no other figure, and no
    /// comparison with one conforms.
    public var nonFiniteCount = 0
    /// Where the largest absolute difference is or, before that, the first element that is not finite; the
    /// first of several; nil if nothing differs.
    public var worst: DifferingElement?

    /// ``maxAbsDiff`` or, where an element is not finite, infinity.
    public var maxAbsDiffOfAll: Double { nonFiniteCount > 0 ? .infinity : maxAbsDiff }

    /// The difference between nothing and nothing.
    public init() {}

    /// The difference in the coarser of two tensors' formats; booleans count as 0 and 1.
    ///
    /// - Precondition: both tensors have the same shape.
    public init(baseline: AnyTensor, candidate: AnyTensor) {
        let formats = [baseline, candidate].map { $0.elementType.floatFormat ?? .binary32 }
        self.init(baseline: baseline.float64, candidate: candidate.float64, format: min(formats[0], formats[1]))
    }

    /// - Precondition: both tensors have the same shape.
    public init(baseline: Tensor<Double>, candidate: Tensor<Double>, format: FloatFormat) {
        precondition(baseline.shape == candidate.shape, "\(baseline.shape) compared with \(candidate.shape)")
        count = baseline.elements.count
        var sum = 0.0
        var worstPosition: Int?
        var firstNonFinite: Int?
        baseline.elements.withUnsafeBufferPointer { baseline in
            candidate.elements.withUnsafeBufferPointer { candidate in
                for position in 0..<count {
                    let (expected, actual) = (baseline[position], candidate[position])
                    guard expected.isFinite, actual.isFinite else {
                        nonFiniteCount += 1
                        if firstNonFinite == nil { firstNonFinite = position }
                        continue
                    }
                    if expected == actual { continue }
                    let difference = abs(actual - expected)
                    sum += difference
                    if difference > maxAbsDiff {
                        maxAbsDiff = difference
                        worstPosition = position
                    }
                    if expected != 0 { maxRelDiff = max(maxRelDiff, difference / abs(expected)) }
                    maxUlpDiff = max(maxUlpDiff, Int(clamping: ulpDistance(expected, actual, in: format) ?? .max))
                }
            }
        }
        let compared = count - nonFiniteCount
        meanAbsDiff = compared > 0 ? sum / Double(compared) : 0
        worst = (firstNonFinite ?? worstPosition).map { position in
            DifferingElement(
                index: baseline.shape.index(at: position), baseline: baseline.elements[position],
                candidate: candidate.elements[position], format: format)
        }
    }

    /// The difference over the elements of both: those of `self` come first.
    public func merged(with other: Difference) -> Difference {
        var merged = self
        merged.count += other.count
        merged.nonFiniteCount += other.nonFiniteCount
        let (mine, its) = (Double(count - nonFiniteCount), Double(other.count - other.nonFiniteCount))
        merged.meanAbsDiff = mine + its > 0 ? (meanAbsDiff * mine + other.meanAbsDiff * its) / (mine + its) : 0
        merged.maxRelDiff = max(maxRelDiff, other.maxRelDiff)
        merged.maxUlpDiff = max(maxUlpDiff, other.maxUlpDiff)
        merged.maxAbsDiff = max(maxAbsDiff, other.maxAbsDiff)
        let theirsIsWorse =
            nonFiniteCount == 0 && (other.nonFiniteCount > 0 || other.maxAbsDiff > maxAbsDiff || worst == nil)
        if theirsIsWorse { merged.worst = other.worst }
        return merged
    }
}

/// One element in which two tensors differ.
public struct DifferingElement: Sendable, Codable, Equatable {
    /// Along each axis.
    public private(set) var index: [Int]
    public let baseline: Double
    public let candidate: Double
    /// Hexadecimal, in the coarser of the two formats.
    public let baselineBits: String
    public let candidateBits: String
    /// Steps between representable numbers; nil if one of them is NaN.
    public let ulps: Int?

    /// The same element in a batch of which the tensor is a slice.
    func movedAlongBatch(by first: Int) -> DifferingElement {
        var moved = self
        if !index.isEmpty { moved.index[0] += first }
        return moved
    }

    init(index: [Int], baseline: Double, candidate: Double, format: FloatFormat) {
        self.index = index
        self.baseline = baseline
        self.candidate = candidate
        baselineBits = format.bits(of: baseline)
        candidateBits = format.bits(of: candidate)
        ulps = ulpDistance(baseline, candidate, in: format).map { Int(clamping: $0) }
    }
}

extension FloatFormat {
    /// The bit pattern of a number in this format, as `0x` and hexadecimal digits.
    func bits(of value: Double) -> String {
        let (pattern, digits): (UInt64, Int) =
            switch self {
            case .binary16: (UInt64(Float16(value).bitPattern), 4)
            case .binary32: (UInt64(Float(value).bitPattern), 8)
            case .binary64: (value.bitPattern, 16)
            }
        let hexadecimal = String(pattern, radix: 16)
        return "0x" + String(repeating: "0", count: digits - hexadecimal.count) + hexadecimal
    }
}
