import Tensors

/// A function of one number, applied element by element, under its ONNX name.
public enum ActivationFunction: Operator, Equatable {
    /// |x|
    case absolute
    /// The smallest integer not below x.
    case ceiling
    /// x where x > 0, else alpha * (exp(x / alpha) - 1)
    case celu(alpha: Float)
    case cosine
    /// x where x > 0, else alpha * (exp(x) - 1)
    case elu(alpha: Float)
    /// 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x
    case errorFunction
    case exponential
    /// The largest integer not above x.
    case floor
    /// x / 2 * (1 + erf(x / sqrt(2))), or its approximation by tanh
    case gelu(byTanh: Bool)
    /// max(0, min(1, alpha * x + beta))
    case hardSigmoid(alpha: Float, beta: Float)
    /// x * max(0, min(1, x / 6 + 1 / 2))
    case hardSwish
    /// x itself
    case identity
    /// x where x >= 0, else slope * x
    case leakyReLU(slope: Float)
    case logarithm
    /// x * tanh(log(1 + exp(x)))
    case mish
    case negation
    case reciprocal
    /// max(x, 0)
    case relu
    /// The nearest integer, with ties to even.
    case round
    /// gamma * x where x > 0, else gamma * alpha * (exp(x) - 1)
    case selu(alpha: Float, gamma: Float)
    /// x + bias where x < -limit, x - bias where x > limit, else 0
    case shrink(bias: Float, limit: Float)
    /// 1 / (1 + exp(-x))
    case sigmoid
    /// -1, 0 or 1
    case sign
    case sine
    /// log(1 + exp(x))
    case softplus
    /// x / (1 + |x|)
    case softsign
    case squareRoot
    /// x / (1 + exp(-alpha * x))
    case swish(alpha: Float)
    /// (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    case tanh
    /// x where x > alpha, else 0
    case thresholdedReLU(alpha: Float)

    public var name: String {
        switch self {
        case .absolute: "Abs"
        case .ceiling: "Ceil"
        case .celu: "Celu"
        case .cosine: "Cos"
        case .elu: "Elu"
        case .errorFunction: "Erf"
        case .exponential: "Exp"
        case .floor: "Floor"
        case .gelu: "Gelu"
        case .hardSigmoid: "HardSigmoid"
        case .hardSwish: "HardSwish"
        case .identity: "Identity"
        case .leakyReLU: "LeakyRelu"
        case .logarithm: "Log"
        case .mish: "Mish"
        case .negation: "Neg"
        case .reciprocal: "Reciprocal"
        case .relu: "Relu"
        case .round: "Round"
        case .selu: "Selu"
        case .shrink: "Shrink"
        case .sigmoid: "Sigmoid"
        case .sign: "Sign"
        case .sine: "Sin"
        case .softplus: "Softplus"
        case .softsign: "Softsign"
        case .squareRoot: "Sqrt"
        case .swish: "Swish"
        case .tanh: "Tanh"
        case .thresholdedReLU: "ThresholdedRelu"
        }
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        if case .identity = self { return [try inputs.requiredOfAnyKind(0, "input")] }
        guard let ofInteger, case let type?? = inputs.first, type.kind == .integer else {
            let x = try inputs.required(0, "input")
            var type = TensorType.real(x.shape)
            type.numbers = ofKnownNumber.flatMap { x.numbers?.map($0) }
            return [type]
        }
        return [TensorType(.integer, type.shape, integers: type.integers?.map(ofInteger))]
    }

    /// The result for an integer; nil if the function gives none.
    private var ofInteger: ((Int) -> Int)? {
        switch self {
        case .absolute: { $0 < 0 ? 0 &- $0 : $0 }
        case .negation: { 0 &- $0 }
        case .relu: { max($0, 0) }
        case .sign: { $0.signum() }
        default: nil
        }
    }

    /// The result for a number in shape arithmetic.
    private var ofKnownNumber: ((Double) -> Double)? {
        switch self {
        case .ceiling: { $0.rounded(.up) }
        case .floor: { $0.rounded(.down) }
        case .round: { $0.rounded(.toNearestOrEven) }
        default: nil
        }
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
