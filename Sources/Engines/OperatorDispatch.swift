import NetworkGraph
import Tensors

/// An operator's result; nil if no engine computes it.
///
/// The switch over concrete types lets the compiler specialise each operator for each arithmetic. An operator without a
/// line here is still computed, through the protocol, but a hundred times slower.
func compute<A: Arithmetic>(
    _ operation: any Operator, _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
) throws(OperatorError) -> Value<A.Element>? {
    // Type inference has already computed these integers.
    switch type.kind {
    case .integer:
        if let integers = type.integers { return .integer(Tensor(type.shape, integers.map { Int64($0) })) }
    case .boolean:
        if let known = type.integers { return .boolean(Tensor(type.shape, known.map { $0 != 0 })) }
    case .real: break
    }
    switch operation {
    case let operation as any RearrangingOperator:
        return try rearranged(operation, inputs, as: type, in: A.self)
    case let operation as ActivationFunction: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as ArgExtreme: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as AveragePool: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as BatchNormalization: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as BinaryArithmetic: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Cast: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Clip: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Comparison: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as ConstantOfShape: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Convolution: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as CumulativeSum: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as DequantizeLinear: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as DynamicQuantizeLinear: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Flatten: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Gemm: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as GlobalAveragePool: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as GlobalMaxPool: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Hardmax: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as IntegerConvolution: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as IntegerMatMul: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as LocalResponseNormalization: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Logic: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as LogSoftmax: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as MatMul: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as MaxPool: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as NormDivision: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Normalization: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Not: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as PReLU: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Progression: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as QuantizedConvolution: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as QuantizedMatMul: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as QuantizeLinear: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Reduction: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Reshape: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Resize: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Softmax: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Squeeze: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as TopK: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as TransposedConvolution: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Unsqueeze: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as VariadicArithmetic: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as Where: return try operation.compute(inputs, as: type, in: A.self)
    case let operation as any ComputableOperator: return try operation.compute(inputs, as: type, in: A.self)
    default: return nil
    }
}

extension Operator {
    /// Whether an engine computes it.
    var isComputable: Bool {
        self is any ComputableOperator || self is any RearrangingOperator
    }
}
