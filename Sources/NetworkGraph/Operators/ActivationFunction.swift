import Tensors

/// A function of one number, applied element by element.
public enum ActivationFunction: Operator, Equatable {
    /// max(x, 0) (ONNX Relu)
    case relu
    /// x where x >= 0, else slope * x (ONNX LeakyRelu)
    case leakyReLU(slope: Float)
    /// 1 / (1 + exp(-x)) (ONNX Sigmoid)
    case sigmoid
    /// x itself (ONNX Identity)
    case identity

    public var name: String {
        switch self {
        case .relu: "Relu"
        case .leakyReLU: "LeakyRelu"
        case .sigmoid: "Sigmoid"
        case .identity: "Identity"
        }
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        if case .identity = self, case let type?? = inputs.first { return [type] }
        return [try inputs.required(0, "input")]
    }
}
