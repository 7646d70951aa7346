import Engines
import NetworkGraph
import Tensors
import VectorKernels

/// How far a tensor lies from the exact result, and how far rounding may have moved it.
public struct ErrorAgainstOracle: Sendable, Codable, Equatable {
    /// The largest of |computed - exact|.
    public var maxAbsError = 0.0
    /// The largest of |computed - exact| / bound: above 1, rounding cannot explain the error.
    public var boundRatio = 0.0
    /// The bound where that ratio is largest.
    public var bound = 0.0
    /// The largest error of correct programs of the same arithmetic in the same tensor, where ``envelopeRatio`` is
    /// largest; nil if none were run.
    public var envelope: Double?
    /// The error divided by ``envelope``.
    public var envelopeRatio: Double?
    /// The largest of |computed - exact| / the bound that sums keep but with a very small probability; nil where right
    /// programs explain the error, or none were run.
    public var probableBoundRatio: Double?
    /// The same of the bound that programs keep, too, that compute convolutions by Winograd's algorithm; nil as well where a
    /// layer's own error is within that of sums.
    public var widestBoundRatio: Double?

    public init() {}

    /// The error of numbers or booleans; of integers, exactly: any error exceeds every bound. If the kind differs
    /// from the exact tensor's, the error is infinite.
    ///
    /// - Precondition: the three tensors have the same shape.
    init(computed: AnyTensor, exact: AnyTensor, bounds: Tensor<Double>) {
        self.init(computed: ComparedTensor(computed), exact: ComparedTensor(exact), bounds: bounds)
    }

    /// - Precondition: the three tensors have the same shape.
    init(computed: ComparedTensor, exact: ComparedTensor, bounds: Tensor<Double>) {
        let kinds = [computed, exact].map { TensorType.Kind(of: $0.given.elementType) }
        guard kinds[0] == .integer || kinds[0] != kinds[1] else {
            self.init(computed: computed.float64, exact: exact.float64, bounds: bounds)
            return
        }
        self.init()
        maxAbsError = Difference(baseline: exact.given, candidate: computed.given).maxAbsDiff
        boundRatio = maxAbsError > 0 ? .infinity : 0
    }

    /// The error of numbers. Equal infinities, and NaN on both sides, are none; any other NaN exceeds every bound. What has
    /// no bound is within it, however wrong.
    ///
    /// - Precondition: the three tensors have the same shape.
    public init(computed: Tensor<Double>, exact: Tensor<Double>, bounds: Tensor<Double>) {
        self.init(computed: computed, exact: exact, bounds: bounds, level: .best)
    }

    /// The same by the kernel of a level.
    init(computed: Tensor<Double>, exact: Tensor<Double>, bounds: Tensor<Double>, level: KernelLevel) {
        precondition(computed.shape == exact.shape && exact.shape == bounds.shape, "tensors of different shapes")
        var error = vk_error()
        vk_largest_error(
            level.kernelLevel, computed.elements, exact.elements, bounds.elements, exact.elements.count, &error)
        (maxAbsError, boundRatio, bound) = (error.largest, error.ratio, error.bound)
    }

    /// The error over the elements of both.
    public func merged(with other: ErrorAgainstOracle) -> ErrorAgainstOracle {
        var merged = boundRatio.outweighs(other.boundRatio) ? self : other
        merged.maxAbsError = maxAbsError.outweighs(other.maxAbsError) ? maxAbsError : other.maxAbsError
        let isMine = (envelopeRatio ?? -1).outweighs(other.envelopeRatio ?? -1)
        merged.envelope = isMine ? envelope : other.envelope
        merged.envelopeRatio = isMine ? envelopeRatio : other.envelopeRatio
        func larger(_ ratio: KeyPath<ErrorAgainstOracle, Double?>) -> Double? {
            [self[keyPath: ratio], other[keyPath: ratio]].compactMap { $0 }.max { !$0.outweighs($1) }
        }
        merged.probableBoundRatio = larger(\.probableBoundRatio)
        merged.widestBoundRatio = larger(\.widestBoundRatio)
        return merged
    }

    /// The error, with the spread of correct programs. If there is none, as for integers and constants, the bound
    /// replaces it: an error equal to the bound is the largest that is explained.
    func measured(by spread: Double?) -> ErrorAgainstOracle {
        var measured = self
        measured.envelope = spread
        measured.envelopeRatio =
            spread.map { maxAbsError == 0 ? 0 : maxAbsError / $0 }
            ?? boundRatio * RoundingGrade.explainedSpreads
        // NaN is not among the largest errors.
        if boundRatio == .infinity { measured.envelopeRatio = .infinity }
        return measured
    }

    /// The same, held to the bounds of other programs if right programs do not explain the error.
    ///
    /// - Parameter bounds: what bounds the errors of some programs.
    func held(
        _ computed: AnyTensor, against exact: AnyTensor, bounds: (RoundingBound.Programs) throws -> Tensor<Double>?
    ) rethrows -> ErrorAgainstOracle {
        guard grade != .explains else { return self }
        func ratio(_ bounds: Tensor<Double>?) -> Double? {
            bounds.map { ErrorAgainstOracle(computed: computed, exact: exact, bounds: $0).boundRatio }
        }
        var held = self
        held.probableBoundRatio = ratio(try bounds(.probablySumming))
        held.widestBoundRatio = ratio(try bounds(.summingOrWinograd))
        return held
    }
}
