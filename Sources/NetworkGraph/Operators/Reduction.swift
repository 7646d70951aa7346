import Tensors

/// The reduction of all numbers along some axes to one (ONNX ReduceSum and similar).
///
/// Inputs: x, optionally the axes as integers.
public struct Reduction: Operator {
    public enum Function: String, Sendable, CaseIterable {
        case sum = "ReduceSum"
        case mean = "ReduceMean"
        case maximum = "ReduceMax"
        case minimum = "ReduceMin"
        case product = "ReduceProd"
        /// The sum of magnitudes.
        case l1 = "ReduceL1"
        /// The root of the sum of squares.
        case l2 = "ReduceL2"
        case sumOfSquares = "ReduceSumSquare"
        case logarithmOfSum = "ReduceLogSum"
        /// log(sum of exp(x))
        case logarithmOfSumOfExponentials = "ReduceLogSumExp"
    }

    public var name: String { function.rawValue }
    package var function: Function
    /// Whether a reduced axis is kept, with extent 1.
    package var keepsAxes: Bool
    /// Whether nothing is reduced if no axes are given, instead of all.
    package var passesWithoutAxes: Bool

    public init(_ function: Function, keepsAxes: Bool = true, passesWithoutAxes: Bool = false) {
        self.function = function
        self.keepsAxes = keepsAxes
        self.passesWithoutAxes = passesWithoutAxes
    }

    /// The axes to reduce.
    package func axes(of inputs: [TensorType?]) throws(OperatorError) -> Set<Int> {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let given = try inputs.knownIntegers(1, "axes") ?? []
        return given.isEmpty ? (passesWithoutAxes ? [] : Set(0..<x.rank)) : Set(try x.axes(given))
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.requiredOfAnyKind(0, "input")
        let axes = try axes(of: inputs)
        guard x.kind == .real || x.kind == .integer && ofIntegers != nil else {
            throw OperatorError("takes numbers, not a \(x.kind.rawValue) input")
        }
        let kept = x.shape.dimensions.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
        let result = keepsAxes ? kept : x.shape.dimensions.indices.filter { !axes.contains($0) }.map { x.shape[$0] }
        var type = TensorType(x.kind, Shape(result))
        if let known = x.integers, let combine = ofIntegers, x.kind == .integer {
            guard type.shape.count == 0 || x.shape.count > 0 || function == .sum || function == .product else {
                throw OperatorError("has no elements to take the \(function.rawValue) of")
            }
            let targets = targets(of: x.shape, axes: axes)
            var integers = [Int?](repeating: nil, count: type.shape.count)
            for (target, integer) in zip(targets, known) {
                integers[target] = integers[target].map { combine($0, integer) } ?? integer
            }
            type.integers = integers.map { $0 ?? (function == .product ? 1 : 0) }
        }
        return [type]
    }

    /// For each element of x, its position in the output.
    package func targets(of x: Shape, axes: Set<Int>) -> StridedPositions {
        let strides = Shape(x.dimensions.indices.map { axes.contains($0) ? 1 : x[$0] }).strides
        return StridedPositions(
            extents: x.dimensions, strides: x.dimensions.indices.map { axes.contains($0) ? 0 : strides[$0] })
    }

    private var ofIntegers: ((Int, Int) -> Int)? {
        switch function {
        case .sum: { $0 &+ $1 }
        case .product: { $0 &* $1 }
        case .maximum: { max($0, $1) }
        case .minimum: { min($0, $1) }
        default: nil
        }
    }

    /// The shapes show that the first axis stays.
    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
