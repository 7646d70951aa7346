import CHDF5
import Tensors

/// How a data set's elements are stored, checked before any is read.
struct HDF5Storage: ~Copyable {
    private static let filters = [
        H5Z_filter_t(H5Z_FILTER_DEFLATE), H5Z_filter_t(H5Z_FILTER_SHUFFLE), H5Z_filter_t(H5Z_FILTER_FLETCHER32),
    ]
    /// A chunk may be larger than its data set, but not by much: it is read whole.
    private static let largestSpareChunk = 1 << 20

    private let dataset: hid_t
    private let properties: HDF5Handle
    private let place: String
    private let layout: H5D_layout_t
    private let isFiltered: Bool

    /// - Throws: ``HDF5Error`` for elements that lie in other files, and for filters other than deflate, shuffle and
    ///   Fletcher's checksum. Nothing but the data set's description is read to find that out.
    init(of dataset: hid_t, place: String) throws(HDF5Error) {
        let properties = try HDF5Handle(H5Dget_create_plist(dataset), H5Pclose, or: place, "has no description")
        let layout = H5Pget_layout(properties.id)
        switch layout {
        case H5D_CHUNKED, H5D_CONTIGUOUS, H5D_COMPACT: break
        case H5D_VIRTUAL:
            throw HDF5Error(
                place: place, reason: "is a virtual data set, put together from others; a capture holds its data itself"
            )
        default: throw HDF5Error(place: place, reason: "is stored in a layout that is not known")
        }
        guard H5Pget_external_count(properties.id) == 0 else {
            throw HDF5Error(
                place: place, reason: "keeps its elements in another file; a capture holds its data itself")
        }
        let count = H5Pget_nfilters(properties.id)
        guard count >= 0 else { throw HDF5Error(failed: place, "its filters cannot be listed") }
        for index in 0..<UInt32(count) {
            var flags: UInt32 = 0
            var parameters = 0
            let filter = H5Pget_filter2(properties.id, index, &flags, &parameters, nil, 0, nil, nil)
            guard Self.filters.contains(filter) else {
                throw HDF5Error(
                    place: place, reason: "is stored with filter \(filter); deflate, shuffle and fletcher32 are read")
            }
        }
        self.dataset = dataset
        self.place = place
        self.layout = layout
        self.properties = properties
        isFiltered = count > 0
    }

    /// - Parameter elementSize: of an element as it is stored, in bytes.
    /// - Throws: ``HDF5Error`` where elements were never written, or the stored ones take more room than fits the
    ///   shape.
    func check(_ shape: Shape, elementSize: Int, extent space: hid_t) throws(HDF5Error) {
        guard shape.count > 0 else { return }
        let size = shape.count.saturatingProduct(elementSize)
        let stored = Int(clamping: H5Dget_storage_size(dataset))
        guard layout == H5D_CHUNKED else {
            guard stored > 0 else { throw HDF5Error(place: place, reason: "was never written: it has no values") }
            guard stored == size else { throw contradiction(stored, size) }
            return
        }
        var extents = [hsize_t](repeating: 0, count: shape.rank)
        guard shape.rank > 0, H5Pget_chunk(properties.id, Int32(shape.rank), &extents) == Int32(shape.rank),
            !extents.contains(0)
        else { throw HDF5Error(failed: place, "its chunks have no extent") }
        let chunk = extents.map { Int(clamping: $0) }
        let chunkSize = chunk.reduce(elementSize) { $0.saturatingProduct($1) }
        guard chunkSize <= max(size, Self.largestSpareChunk) else {
            throw HDF5Error(
                place: place,
                reason: "is stored in chunks of \(chunkSize) bytes, which contradicts its extent of \(size) bytes")
        }
        let wanted = zip(shape.dimensions, chunk).reduce(1) { product, axis in
            product.saturatingProduct((axis.0 - 1) / axis.1 + 1)
        }
        var count: hsize_t = 0
        guard H5Dget_num_chunks(dataset, space, &count) >= 0 else {
            throw HDF5Error(failed: place, "its chunks cannot be counted")
        }
        let written = Int(clamping: count)
        guard written >= wanted else {
            throw HDF5Error(
                place: place,
                reason: written == 0
                    ? "was never written: it has no values"
                    : "\(written) of its \(wanted) chunks were written: the others have no values")
        }
        // What does not become shorter may become a little longer.
        let largest = isFiltered ? [chunkSize, chunkSize / 64, 1024].saturatingSum : chunkSize
        guard stored <= wanted.saturatingProduct(largest) else { throw contradiction(stored, size) }
    }

    private func contradiction(_ stored: Int, _ size: Int) -> HDF5Error {
        HDF5Error(place: place, reason: "holds \(stored) stored bytes, which contradicts its extent of \(size) bytes")
    }
}
