import Engines
import NetworkGraph
import Tensors
import VectorKernels

/// How far one tensor lies from another of the same shape, element by element.
public struct Difference: Sendable, Codable, Equatable {
    /// How many elements were compared.
    public var count = 0
    /// The largest of |candidate - baseline|.
    public var maxAbsDiff = 0.0
    /// The mean of |candidate - baseline|.
    public var meanAbsDiff = 0.0
    /// The largest of |candidate - baseline| / |baseline|, over elements whose baseline is not 0.
    public var maxRelDiff = 0.0
    /// The largest distance in ULP of the coarser format.
    public var maxUlpDiff = 0
    /// Elements that are NaN or infinite on either side. They count in no other figure, and a comparison with any
    /// does not conform.
    public var nonFiniteCount = 0
    /// The first element that is not finite; without one, the first with the largest absolute difference; nil if
    /// nothing differs.
    public var worst: DifferingElement?

    /// How many elements differ by how much; nil in older reports without it, and if the types differ.
    public var histogram: ExponentHistogram?

    /// ``maxAbsDiff``, or infinity if an element is not finite.
    public var maxAbsDiffOfAll: Double { nonFiniteCount > 0 ? .infinity : maxAbsDiff }

    /// The types of the baseline's and the candidate's elements; nil if both are floating-point, both integers or
    /// both booleans.
    public var differentTypes: [ElementType]?

    /// The difference over no elements.
    public init() {}

    /// The difference between tensors of the same kind: of floating-point numbers, in the coarser format; of
    /// integers, exactly, whatever their widths; of booleans, as 0 and 1.
    ///
    /// If the kinds differ, every element differs, infinitely.
    ///
    /// - Precondition: both tensors have the same shape.
    public init(baseline: AnyTensor, candidate: AnyTensor) {
        self.init(baseline: ComparedTensor(baseline), candidate: ComparedTensor(candidate))
    }

    /// - Precondition: both tensors have the same shape.
    init(baseline wideBaseline: ComparedTensor, candidate wideCandidate: ComparedTensor) {
        let (baseline, candidate) = (wideBaseline.given, wideCandidate.given)
        let types = [baseline.elementType, candidate.elementType]
        if let format = types[0].floatFormat, let other = types[1].floatFormat {
            let coarser = format.isFiner(than: other) ? other : format
            self.init(baseline: wideBaseline.float64, candidate: wideCandidate.float64, format: coarser)
        } else if types.map(TensorType.Kind.init).allEqual {
            func difference(_ baseline: some TypedTensor, _ candidate: some TypedTensor) -> Difference {
                Difference(whole: baseline.typed, candidate.typed)
            }
            self = difference(baseline.contents, candidate.contents)
        } else {
            self.init()
            count = baseline.shape.count
            differentTypes = types
            if count > 0 { (maxAbsDiff, meanAbsDiff, maxRelDiff, maxUlpDiff) = (.infinity, .infinity, .infinity, .max) }
        }
    }

    /// The difference between integers, or between booleans.
    private init<Element: TensorElement>(whole baseline: Tensor<Element>, _ candidate: Tensor<some TensorElement>) {
        precondition(baseline.shape == candidate.shape, "\(baseline.shape) compared with \(candidate.shape)")
        count = baseline.elements.count
        var sum = 0.0
        var worst: (position: Int, distance: UInt64)?
        var histogram = ExponentHistogram()
        // Most are equal throughout, which is found fast where they are of one type.
        let isEqual = (candidate as? Tensor<Element>)?.elements == baseline.elements
        for position in 0..<(isEqual ? 0 : count) {
            let distance = integerDistance(baseline.elements[position], candidate.elements[position])
            guard distance > 0 else { continue }
            let difference = Double(distance)
            sum += difference
            histogram.add(difference)
            let expected = baseline.elements[position].float64.magnitude
            if expected != 0 { maxRelDiff = max(maxRelDiff, difference / expected) }
            if distance > worst?.distance ?? 0 { worst = (position, distance) }
        }
        self.histogram = histogram
        maxAbsDiff = Double(worst?.distance ?? 0)
        maxUlpDiff = Int(clamping: worst?.distance ?? 0)
        meanAbsDiff = count > 0 ? sum / Double(count) : 0
        self.worst = worst.map { worst in
            DifferingElement(
                index: baseline.shape.index(at: worst.position), baseline: baseline.elements[worst.position],
                candidate: candidate.elements[worst.position], steps: worst.distance)
        }
    }

    /// - Precondition: both tensors have the same shape.
    public init(baseline: Tensor<Double>, candidate: Tensor<Double>, format: FloatFormat) {
        self.init(baseline: baseline, candidate: candidate, format: format, level: .best)
    }

    /// The same by the kernel of a level.
    init(baseline: Tensor<Double>, candidate: Tensor<Double>, format: FloatFormat, level: KernelLevel) {
        precondition(baseline.shape == candidate.shape, "\(baseline.shape) compared with \(candidate.shape)")
        count = baseline.elements.count
        var exponents = [Int](repeating: 0, count: vk_exponent_count)
        var found = vk_difference()
        vk_compare(
            level.kernelLevel, baseline.elements, candidate.elements, count,
            vk_format(fraction_bits: Int32(format.fractionBits), exponent_bits: Int32(format.exponentBits)),
            &exponents, &found)
        (maxAbsDiff, maxRelDiff) = (found.largest, found.largest_relative)
        maxUlpDiff = Int(clamping: found.largest_distance)
        nonFiniteCount = found.non_finite_count
        let compared = count - nonFiniteCount
        meanAbsDiff = compared > 0 ? found.sum / Double(compared) : 0
        histogram = ExponentHistogram(counts: exponents, of: found.different_count, upTo: found.largest)
        let worstPosition = nonFiniteCount > 0 ? found.first_non_finite : found.place
        guard worstPosition >= 0 else { return }
        worst = DifferingElement(
            index: baseline.shape.index(at: worstPosition), baseline: baseline.elements[worstPosition],
            candidate: candidate.elements[worstPosition], format: format)
    }

    /// The difference over the elements of both, those of `self` first.
    public func merged(with other: Difference) -> Difference {
        var merged = self
        merged.count += other.count
        merged.nonFiniteCount += other.nonFiniteCount
        merged.differentTypes = differentTypes ?? other.differentTypes
        merged.histogram = histogram.map { mine in other.histogram.map(mine.merged) ?? mine } ?? other.histogram
        let (mine, its) = (Double(count - nonFiniteCount), Double(other.count - other.nonFiniteCount))
        merged.meanAbsDiff = mine + its > 0 ? (meanAbsDiff * mine + other.meanAbsDiff * its) / (mine + its) : 0
        merged.maxRelDiff = maxRelDiff.outweighs(other.maxRelDiff) ? maxRelDiff : other.maxRelDiff
        merged.maxUlpDiff = max(maxUlpDiff, other.maxUlpDiff)
        merged.maxAbsDiff = maxAbsDiff.outweighs(other.maxAbsDiff) ? maxAbsDiff : other.maxAbsDiff
        let theirsIsWorse =
            nonFiniteCount == 0 && (other.nonFiniteCount > 0 || other.maxAbsDiff > maxAbsDiff || worst == nil)
        if theirsIsWorse { merged.worst = other.worst }
        return merged
    }
}

/// One element in which two tensors differ.
public struct DifferingElement: Sendable, Codable, Equatable {
    /// The index along each axis.
    public private(set) var index: [Int]
    public let baseline: Double
    public let candidate: Double
    /// Hexadecimal, in the coarser of the two formats; for an integer or a boolean, in its own.
    public let baselineBits: String
    public let candidateBits: String
    /// The distance in ULP, where integers are 1 apart; nil if one of them is NaN.
    public let ulps: Int?

    /// The same element, indexed in the batch that the tensor is a slice of.
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

extension DifferingElement {
    /// Two integers or booleans, this many steps apart.
    fileprivate init<A: TensorElement, B: TensorElement>(index: [Int], baseline: A, candidate: B, steps: UInt64) {
        self.index = index
        (self.baseline, self.candidate) = (baseline.float64, candidate.float64)
        (baselineBits, candidateBits) = (hexadecimal(baseline.fileBits), hexadecimal(candidate.fileBits))
        ulps = Int(clamping: steps)
    }
}

/// |a - b|, exactly; a boolean counts as 0 or 1.
func integerDistance(_ a: some TensorElement, _ b: some TensorElement) -> UInt64 {
    let (x, y) = (a.integer ?? Int128(a.float64), b.integer ?? Int128(b.float64))
    return UInt64(clamping: (x - y).magnitude)
}

/// The bits of a number as `0x` and all hexadecimal digits.
private func hexadecimal<Bits: FixedWidthInteger>(_ bits: Bits, bitWidth: Int = Bits.bitWidth) -> String {
    let digits = String(UInt64(truncatingIfNeeded: bits) & (UInt64.max >> UInt64(64 - bitWidth)), radix: 16)
    return "0x" + String(repeating: "0", count: max(0, (bitWidth + 3) / 4 - digits.count)) + digits
}

extension Collection where Element: Equatable {
    /// Whether all elements equal the first.
    fileprivate var allEqual: Bool { allSatisfy { $0 == first } }
}

extension FloatFormat {
    /// The bit pattern of a number in this format, as `0x` and hexadecimal digits.
    func bits(of value: Double) -> String {
        hexadecimal(bitPattern(of: value), bitWidth: 1 + exponentBits + fractionBits)
    }
}

extension Double {
    /// Whether this is what counts of two figures whose larger one counts: NaN, which a changed report may hold, keeps no
    /// limit and so outweighs every number.
    func outweighs(_ other: Double) -> Bool { isNaN || self >= other }
}
