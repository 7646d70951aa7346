import Conformance
import Engines
import Tensors

/// How far a recorded tensor lies from a computed one, and how far rounding may move it.
///
/// The tolerance is measured: it is the spread of correct programs that sum in other orders, and at least one ULP of
/// the largest magnitude.
struct Residual: Sendable {
    /// The largest difference, infinite if an element is non-finite on one side only.
    private(set) var largest = 0.0
    private(set) var mean = 0.0
    /// The largest magnitude of the computed numbers.
    private var magnitude = 0.0
    private let count: Int

    /// Nil if the shapes or the kinds of elements differ.
    init?(of recorded: AnyTensor, from computed: AnyTensor) {
        guard recorded.shape == computed.shape,
            (recorded.elementType.floatFormat == nil) == (computed.elementType.floatFormat == nil)
        else { return nil }
        count = recorded.shape.count
        var sum = 0.0
        forEachPair(recorded.float64.elements, computed.float64.elements) { given, right in
            if right.isFinite { magnitude = max(magnitude, right.magnitude) }
            guard given != right, !(given.isNaN && right.isNaN) else { return }
            let difference = (given - right).magnitude
            let error = difference.isFinite ? difference : .infinity
            largest = max(largest, error)
            sum += error
        }
        mean = count > 0 ? sum / Double(count) : 0
    }

    /// The mean difference as a fraction of another; 1 if neither is finite.
    func share(of scale: Double) -> Double {
        guard mean.isFinite else { return scale.isFinite ? 1e6 : 1 }
        return min(mean / scale, 1e6)
    }

    /// The difference divided by what rounding explains: a fault if above 1.
    ///
    /// - Parameters:
    ///   - programs: residuals of correct programs for the same computation, from one of them.
    ///   - storage: the tensor's storage format, if it is coarser than float32: correct programs then round some
    ///     numbers to the neighbour.
    func ratio(to programs: [Residual], storage: FloatFormat?) -> Double {
        let step = 0x1p-23 * magnitude + 1e-37
        let coarse = storage.map { 2 * $0.unitRoundoff * magnitude } ?? 0
        // Only a few correct programs are run: 8 times their spread is allowed, as in the comparison's grades. Coarse
        // storage widens the spread, which must not hide a fault: 3 times.
        let factor = storage == nil ? 8.0 : 3.0
        let spread = programs.map(\.largest).max() ?? 0
        let meanSpread = programs.map(\.mean).max() ?? 0
        // A last rounding may go either way in one number of fifty; in one, if there are few.
        let flips = max(0.02, 1 / Double(max(count, 1)))
        let largestTolerance = max(8 * spread, 8 * step) + 1.01 * coarse
        let meanTolerance = max(factor * meanSpread, 2.4 * step) + flips * coarse
        return max(largest / largestTolerance, mean / meanTolerance)
    }
}
