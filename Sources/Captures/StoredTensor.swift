import Tensors

/// A tensor as a capture stores it, made without the file: any thread may do it.
package struct StoredTensor: Sendable {
    let elementType: ElementType
    let shape: Shape
    /// Of the elements; nil where the data set's own checksum protects them.
    let sha256: String?
    /// The elements: their ``Tensors/AnyTensor/littleEndianBytes``, or those in deflate's format.
    let bytes: [UInt8]
    let compression: CaptureCompression
    /// Whether the elements are one chunk, which filters take: to compress, and to add checksums. A data set without
    /// axes or elements has none, and one of 2 GiB is left as it is: HDF5 and zlib count a chunk's bytes in 32 bits.
    let isChunk: Bool

    /// - Parameter identifies: whether captures that hold the same tensor are known by its hash, as by their inputs'.
    package init(_ tensor: AnyTensor, _ compression: CaptureCompression, identifies: Bool = false) {
        elementType = tensor.elementType
        shape = tensor.shape
        let elements = tensor.littleEndianBytes
        isChunk = shape.rank > 0 && shape.count > 0 && elements.count < Int32.max
        sha256 = identifies || !isChunk ? sha256Hex(elements) : nil
        switch isChunk ? compression : .none {
        case .fast:
            let planes = BytePlanes(of: elements, elementSize: elementType.byteCount)
            let deflated = planes.isWorthCoding ? planes.deflated() : nil
            bytes = deflated ?? elements
            // Without memory for it, HDF5 is left to compress.
            self.compression = deflated != nil ? .fast : planes.isWorthCoding ? .zlib : .none
        case let other:
            bytes = elements
            self.compression = other
        }
    }
}
