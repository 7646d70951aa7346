import Engines
import Tensors

/// How far a recorded tensor lies from a computed one, and how far rounding may take it.
///
/// The tolerance is measured: what right programs differ by that compute the same in other orders of summation, and not
/// less than one step between numbers of the largest magnitude.
struct Residual: Sendable {
    /// The largest difference, infinite where an element is not finite on one side alone.
    private(set) var largest = 0.0
    private(set) var mean = 0.0
    /// The largest magnitude of the computed numbers.
    private var magnitude = 0.0
    private let count: Int

    /// nil where the shapes differ, or the kinds of elements.
    init?(of recorded: AnyTensor, from computed: AnyTensor) {
        guard recorded.shape == computed.shape,
            (recorded.elementType.floatFormat == nil) == (computed.elementType.floatFormat == nil)
        else { return nil }
        count = recorded.shape.count
        var sum = 0.0
        for (given, right) in zip(recorded.float64.elements, computed.float64.elements) {
            if right.isFinite { magnitude = max(magnitude, abs(right)) }
            guard given != right, !(given.isNaN && right.isNaN) else { continue }
            let difference = abs(given - right)
            let error = difference.isFinite ? difference : .infinity
            largest = max(largest, error)
            sum += error
        }
        mean = count > 0 ? sum / Double(count) : 0
    }

    /// The mean difference as a part of another; all of it where neither is finite.
    func share(of scale: Double) -> Double {
        guard mean.isFinite else { return scale.isFinite ? 1e6 : 1 }
        return min(mean / scale, 1e6)
    }

    /// How many times what rounding explains: more than 1 is not explained.
    ///
    /// - Parameters:
    ///   - programs: residuals of right programs that compute the same, from one of them.
    ///   - storage: in what the tensor is stored, where that is coarser than float32: its right programs round some
    ///     numbers to the neighbour.
    func ratio(to programs: [Residual], storage: FloatFormat?) -> Double {
        let step = 0x1p-23 * magnitude + 1e-37
        let coarse = storage.map { 2 * $0.unitRoundoff * magnitude } ?? 0
        // Few programs are run of all that are right: 8 times their spread, as the comparison's grades have it. Coarse
        // storage adds spread of its own, which must not hide a fault: 3 times.
        let factor = storage == nil ? 8.0 : 3.0
        let spread = programs.map(\.largest).max() ?? 0
        let meanSpread = programs.map(\.mean).max() ?? 0
        // A last rounding may go either way in one number of fifty, and in one of few.
        let flips = max(0.02, 1 / Double(max(count, 1)))
        let largestTolerance = max(8 * spread, 8 * step) + 1.01 * coarse
        let meanTolerance = max(factor * meanSpread, 2.4 * step) + flips * coarse
        return max(largest / largestTolerance, mean / meanTolerance)
    }
}
