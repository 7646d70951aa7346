import Tensors

/// A tensor as a capture stores it, made without the file: any thread may do it.
package struct StoredTensor: Sendable {
    let elementType: ElementType
    let shape: Shape
    /// Of the elements; nil where the data set's own checksum protects them.
    let sha256: String?
    /// The elements: their ``Tensors/AnyTensor/littleEndianBytes``, or those in deflate's format if ``compression`` is
    /// `fast`.
    let bytes: [UInt8]
    let compression: CaptureCompression
    /// Whether the bytes of one significance are brought together.
    let isShuffled: Bool
    /// Whether the elements are one chunk, which filters take: to compress, and to add checksums. A data set without
    /// axes or elements has none, and one of 2 GiB is left as it is: HDF5 and zlib count a chunk's bytes in 32 bits.
    let isChunk: Bool

    /// - Parameter identifies: whether captures that hold the same tensor are known by its hash, as by their inputs'.
    package init(_ tensor: AnyTensor, _ compression: CaptureCompression, identifies: Bool = false) {
        let elementType = tensor.elementType
        let shape = tensor.shape
        let size = shape.count * elementType.byteCount
        let isChunk = shape.rank > 0 && size > 0 && size < Int32.max
        let stored = isChunk ? compression : .none
        (sha256, bytes, isShuffled) = tensor.withLittleEndianBytes { elements in
            let sha256 = identifies || !isChunk ? sha256Hex(elements) : nil
            guard stored == .fast else { return (sha256, [UInt8](elements), stored == .zlib) }
            let deflated = DeflatedElements(elements, elementSize: elementType.byteCount)
            return (sha256, deflated.bytes, deflated.isShuffled)
        }
        (self.elementType, self.shape, self.isChunk) = (elementType, shape, isChunk)
        self.compression = stored
    }
}
