import Tensors

/// A tensor as a capture stores it, made without the file: any thread may do it.
package struct StoredTensor: Sendable {
    let elementType: ElementType
    let shape: Shape
    let sha256: String
    /// The elements: their ``Tensors/AnyTensor/littleEndianBytes``, or those in deflate's format.
    let bytes: [UInt8]
    let compression: CaptureCompression

    package init(_ tensor: AnyTensor, _ compression: CaptureCompression) {
        elementType = tensor.elementType
        shape = tensor.shape
        let elements = tensor.littleEndianBytes
        sha256 = sha256Hex(elements)
        // A data set without axes or elements has no chunks to compress.
        self.compression = shape.rank == 0 || shape.count == 0 ? .none : compression
        bytes =
            self.compression == .fast
            ? BytePlanes.deflated(elements, elementSize: elementType.byteCount) : elements
    }
}
