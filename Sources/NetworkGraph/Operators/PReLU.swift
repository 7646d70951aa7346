import Tensors

/// Parametric rectifier: x where x >= 0, else slope * x (ONNX PRelu).
///
/// Inputs: x, slope (broadcast to the shape of x).
public struct PReLU: Operator {
    public var name: String { "PRelu" }

    public init() {}

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let x = try inputs.required(0, "input").shape
        let slope = try inputs.required(1, "slope").shape
        guard try Shape.broadcast(x, slope) == x else {
            throw OperatorError("cannot broadcast slope \(slope) to input \(x)")
        }
        return [.real(x)]
    }
}
