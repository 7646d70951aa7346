import Tensors

/// Parametric rectifier: x where x >= 0, else slope * x (ONNX PRelu).
///
/// Inputs: x, slope (broadcast to the shape of x).
public struct PReLU: Operator {
    public var name: String { "PRelu" }
    /// Whether a slope [C] belongs to axis 1 of x [N, C, ...], as before opset 7.
    package var slopesAreChannels: Bool

    public init(slopesAreChannels: Bool = false) {
        self.slopesAreChannels = slopesAreChannels
    }

    /// The shape from which the slope is broadcast.
    package func broadcastShape(ofSlope slope: Shape, for x: Shape) -> Shape {
        guard slopesAreChannels, slope.rank == 1, x.rank > 2 else { return slope }
        return Shape(slope.dimensions + [Int](repeating: 1, count: x.rank - 2))
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let slope = try inputs.required(1, "slope").shape
        guard try Shape.broadcast(x, broadcastShape(ofSlope: slope, for: x)) == x else {
            throw OperatorError("cannot broadcast slope \(slope) to input \(x)")
        }
        return [.real(x)]
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
