import NetworkGraph
import Tensors

/// The operators that engines compute, one line each.
///
/// The switch over concrete types lets the compiler specialise each operator; a call through a protocol would
/// run unspecialised, a hundred times slower.
func compute<A: Arithmetic>(
    _ operation: any Operator, _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
) throws(OperatorError) -> Value<A.Element>? {
    switch operation {
    case let operation as ActivationFunction: try operation.compute(inputs, as: type, in: A.self)
    case let operation as AveragePool: try operation.compute(inputs, as: type, in: A.self)
    case let operation as BatchNormalization: try operation.compute(inputs, as: type, in: A.self)
    case let operation as BinaryArithmetic: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Clip: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Comparison: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Concat: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Convolution: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Flatten: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Gemm: try operation.compute(inputs, as: type, in: A.self)
    case let operation as GlobalAveragePool: try operation.compute(inputs, as: type, in: A.self)
    case let operation as MatMul: try operation.compute(inputs, as: type, in: A.self)
    case let operation as MaxPool: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Not: try operation.compute(inputs, as: type, in: A.self)
    case let operation as PReLU: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Reshape: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Softmax: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Squeeze: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Transpose: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Unsqueeze: try operation.compute(inputs, as: type, in: A.self)
    case let operation as Where: try operation.compute(inputs, as: type, in: A.self)
    default: nil
    }
}
