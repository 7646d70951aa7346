import Tensors

/// A tensor beside its elements as float64, which all metrics are computed in.
struct ComparedTensor {
    let given: AnyTensor
    let float64: Tensor<Double>

    /// - Parameter widened: the same tensor as float64, if that is known.
    init(_ given: AnyTensor, widened: AnyTensor? = nil) {
        self.given = given
        float64 = (widened ?? given).float64
    }

    var format: FloatFormat? { given.elementType.floatFormat }
}

extension AnyTensor {
    /// Numbers as float64; integers and booleans as they are.
    var widened: AnyTensor { elementType.floatFormat == nil ? self : .float64(float64) }
}
