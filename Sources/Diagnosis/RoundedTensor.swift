import Tensors

extension FloatFormat {
    /// A tensor's numbers, each rounded to this format, which is coarser than float32.
    func rounded(_ tensor: AnyTensor) -> AnyTensor {
        .float32(Tensor(tensor.shape, tensor.float64.elements.map { Float(rounded($0)) }))
    }

    /// Whether every number of a tensor is representable in this format.
    func holds(_ tensor: AnyTensor) -> Bool {
        tensor.float64.elements.allSatisfy { $0.isNaN || rounded($0) == $0 }
    }
}
