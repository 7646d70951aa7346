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
        let compression = shape.rank == 0 || shape.count == 0 ? .none : compression
        let deflated =
            compression == .fast ? BytePlanes.deflated(elements, elementSize: elementType.byteCount) : nil
        // Without memory for it, HDF5 is left to compress.
        self.compression = compression == .fast && deflated == nil ? .zlib : compression
        bytes = deflated ?? elements
    }
}
