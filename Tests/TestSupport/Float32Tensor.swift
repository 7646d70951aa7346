import Tensors

extension AnyTensor {
    /// A float32 tensor; nil for one of another kind.
    package var float32Tensor: Tensor<Float>? {
        if case .float32(let tensor) = self { tensor } else { nil }
    }
}
