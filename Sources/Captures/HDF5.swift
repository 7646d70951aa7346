import CHDF5
import Foundation
import Tensors

/// A failure of the HDF5 library, before the file's name is added.
struct HDF5Error: Error {
    let place: String
    let reason: String

    init(place: String, reason: String) {
        self.place = place
        self.reason = reason
    }

    /// A call of the library that has just failed, with what the library says of it.
    init(failed place: String, _ reason: String) {
        var message = ""
        withUnsafeMutablePointer(to: &message) { message in
            // Upward, the first entry is the innermost: the cause.
            let walked = H5Ewalk2(
                0, H5E_WALK_UPWARD,
                { position, entry, message in
                    if position == 0, let text = entry?.pointee.desc {
                        // The text after the time comes from the library itself.
                        let words = String(cString: text).split(separator: ": time = ", maxSplits: 1)
                        message?.assumingMemoryBound(to: String.self).pointee = words.first.map(String.init) ?? ""
                    }
                    return 0
                }, message)
            if walked < 0 { message.pointee = "" }
        }
        self.init(place: place, reason: message.isEmpty ? reason : "\(reason) (HDF5: \(message))")
    }
}

/// The library keeps global state and is not safe for threads: all use of it runs under this lock.
private let hdf5Lock = NSRecursiveLock()

func withHDF5<Result: ~Copyable, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    hdf5Lock.lock()
    defer { hdf5Lock.unlock() }
    // Every file is closed by who opened it; the library's own closing at exit crashes after a disk was full.
    _ = H5dont_atexit()
    hdf5_silence_errors()
    // No filter of a file brings code into the process.
    _ = H5PLset_loading_state(0)
    return try body()
}

/// An identifier of the library, closed when it goes out of scope.
struct HDF5Handle: ~Copyable {
    let id: hid_t
    private let close: @Sendable (hid_t) -> herr_t

    init(_ id: hid_t, _ close: @escaping @Sendable (hid_t) -> herr_t, or place: String, _ reason: String)
        throws(HDF5Error)
    {
        guard id >= 0 else { throw HDF5Error(failed: place, reason) }
        self.id = id
        self.close = close
    }

    deinit { _ = close(id) }
}

/// How files are opened: without the library's locks on them.
///
/// A process that is started while a file is open inherits it, and a lock on it, and so keeps it locked after it is
/// closed here. Nothing needs the locks: a capture is written under a name that nobody else knows and gets its own
/// when it is whole; it is never changed in place. What another program is still writing is refused all the same: files of
/// HDF5 1.10's format carry a mark meanwhile, and elements the hash that was recorded with them.
func unlockedAccess() throws(HDF5Error) -> HDF5Handle {
    let access = try HDF5Handle(H5Pcreate(hdf5_file_access()), H5Pclose, or: "the file", "no properties")
    _ = hdf5_do_without_locks(access.id)
    return access
}

// MARK: - Element types

extension ElementType {
    /// The type in a file; booleans are h5py's enumeration of FALSE and TRUE.
    func hdf5() throws(HDF5Error) -> HDF5Handle {
        let base: hid_t =
            switch self {
            case .float16, .float32: hdf5_float32()
            case .float64: hdf5_float64()
            case .int8: hdf5_int8()
            case .int16: hdf5_int16()
            case .int32: hdf5_int32()
            case .int64: hdf5_int64()
            case .uint8: hdf5_uint8()
            case .uint16: hdf5_uint16()
            case .uint32: hdf5_uint32()
            case .uint64: hdf5_uint64()
            case .bool: hdf5_int8()
            }
        if self == .bool {
            let type = try HDF5Handle(H5Tenum_create(base), H5Tclose, or: "element type", "cannot be made")
            for (name, value) in Self.truthValues {
                _ = withUnsafePointer(to: value) { H5Tenum_insert(type.id, name, $0) }
            }
            return type
        }
        let type = try HDF5Handle(H5Tcopy(base), H5Tclose, or: "element type", "cannot be made")
        if self == .float16 {
            let format = FloatLayout.of[2] ?? FloatLayout.float16
            _ = H5Tset_fields(
                type.id, format.sign, format.exponent, format.exponentBits, format.fraction, format.fractionBits)
            _ = H5Tset_size(type.id, 2)
            _ = H5Tset_ebias(type.id, format.bias)
        }
        return type
    }

    private static let truthValues: [(name: String, value: Int8)] = [("FALSE", 0), ("TRUE", 1)]

    /// The element type of a data set.
    ///
    /// - Throws: the type's name if it is not supported.
    init(hdf5 type: hid_t, place: String) throws(HDF5Error) {
        let bits = H5Tget_size(type).multipliedReportingOverflow(by: 8).partialValue
        func refused(_ name: String) -> HDF5Error {
            HDF5Error(
                place: place,
                reason: "has \(name) for elements; IEEE 754 numbers of 16, 32 and 64 bits, integers of 8, 16, 32 "
                    + "and 64 bits and h5py's booleans are supported")
        }
        switch H5Tget_class(type) {
        case H5T_FLOAT:
            guard FloatLayout(of: type) == FloatLayout.of[bits / 8] else {
                throw refused("floating-point numbers of \(bits) bits in another format than IEEE 754's")
            }
            self = bits == 16 ? .float16 : bits == 32 ? .float32 : .float64
        case H5T_INTEGER:
            let isSigned = H5Tget_sign(type) == H5T_SGN_2
            guard let known = ElementType(rawValue: "\(isSigned ? "int" : "uint")\(bits)"),
                H5Tget_precision(type) == bits, H5Tget_offset(type) == 0
            else { throw refused("integers of \(H5Tget_precision(type)) bits in \(bits)") }
            self = known
        case H5T_ENUM:
            guard bits == 8, H5Tget_nmembers(type) == 2,
                Self.truthValues.allSatisfy({ name, value in
                    var found: Int8 = -1
                    return H5Tenum_valueof(type, name, &found) >= 0 && found == value
                })
            else { throw refused("an enumeration that is not of FALSE and TRUE") }
            self = .bool
        case H5T_STRING: throw refused("strings")
        case H5T_BITFIELD: throw refused("bit fields")
        case H5T_COMPOUND: throw refused("compounds (complex numbers among them)")
        case H5T_TIME: throw refused("times")
        case H5T_REFERENCE: throw refused("references")
        case H5T_VLEN: throw refused("lists of variable length")
        case H5T_ARRAY: throw refused("arrays")
        default: throw refused("bytes of no known meaning")
        }
    }
}

/// Where the parts of a floating-point number lie.
private struct FloatLayout: Equatable {
    let sign: Int
    let exponent: Int
    let exponentBits: Int
    let fraction: Int
    let fractionBits: Int
    let bias: Int

    static let float16 = FloatLayout(
        sign: 15, exponent: 10, exponentBits: 5, fraction: 0, fractionBits: 10, bias: 15)

    /// IEEE 754's formats, by their numbers of bytes.
    static let of = [
        2: float16,
        4: FloatLayout(sign: 31, exponent: 23, exponentBits: 8, fraction: 0, fractionBits: 23, bias: 127),
        8: FloatLayout(sign: 63, exponent: 52, exponentBits: 11, fraction: 0, fractionBits: 52, bias: 1023),
    ]
}

extension FloatLayout {
    /// The layout of a type of the library; nil if it is not that of normalised binary numbers with an implied 1.
    init?(of type: hid_t) {
        var (sign, exponent, exponentBits, fraction, fractionBits) = (0, 0, 0, 0, 0)
        guard H5Tget_fields(type, &sign, &exponent, &exponentBits, &fraction, &fractionBits) >= 0,
            H5Tget_norm(type) == H5T_NORM_IMPLIED
        else { return nil }
        self.init(
            sign: sign, exponent: exponent, exponentBits: exponentBits, fraction: fraction, fractionBits: fractionBits,
            bias: H5Tget_ebias(type))
    }
}

// MARK: - Attributes

/// The most bytes that a string attribute may have.
private let longestAttribute = 1 << 20

/// A string attribute that must be there.
func requiredString(_ name: String, of object: hid_t, place: String) throws(HDF5Error) -> String {
    guard let value = try readString(name, of: object, place: place) else {
        throw HDF5Error(place: place, reason: "attribute \(name) is missing")
    }
    return value
}

/// A string attribute of fixed or variable length; nil if no attribute has that name.
func readString(_ name: String, of object: hid_t, place: String) throws(HDF5Error) -> String? {
    guard H5Aexists(object, name) > 0 else { return nil }
    let attribute = try HDF5Handle(H5Aopen(object, name, 0), H5Aclose, or: place, "attribute \(name) cannot be opened")
    let type = try HDF5Handle(H5Aget_type(attribute.id), H5Tclose, or: place, "attribute \(name) has no type")
    let space = try HDF5Handle(H5Aget_space(attribute.id), H5Sclose, or: place, "attribute \(name) has no extent")
    guard H5Tget_class(type.id) == H5T_STRING, H5Sget_simple_extent_npoints(space.id) == 1 else {
        throw HDF5Error(place: place, reason: "attribute \(name) is not one string")
    }
    let isTooLong = HDF5Error(place: place, reason: "attribute \(name) is longer than 1 MiB")
    if H5Tis_variable_str(type.id) > 0 {
        var pointer: UnsafeMutablePointer<CChar>?
        guard H5Aread(attribute.id, type.id, &pointer) >= 0, let pointer else {
            throw HDF5Error(failed: place, "attribute \(name) cannot be read")
        }
        defer { _ = H5free_memory(pointer) }
        guard strnlen(pointer, longestAttribute + 1) <= longestAttribute else { throw isTooLong }
        return String(cString: pointer)
    }
    let size = H5Tget_size(type.id)
    guard size <= longestAttribute else { throw isTooLong }
    var bytes = [UInt8](repeating: 0, count: size)
    guard H5Aread(attribute.id, type.id, &bytes) >= 0 else {
        throw HDF5Error(failed: place, "attribute \(name) cannot be read")
    }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

/// An integer attribute that must be there.
func requiredInteger(_ name: String, of object: hid_t, place: String) throws(HDF5Error) -> Int {
    guard H5Aexists(object, name) > 0 else {
        throw HDF5Error(place: place, reason: "attribute \(name) is missing")
    }
    let attribute = try HDF5Handle(H5Aopen(object, name, 0), H5Aclose, or: place, "attribute \(name) cannot be opened")
    let space = try HDF5Handle(H5Aget_space(attribute.id), H5Sclose, or: place, "attribute \(name) has no extent")
    var value: Int32 = 0
    guard H5Sget_simple_extent_npoints(space.id) == 1, H5Aread(attribute.id, hdf5_native_int32(), &value) >= 0 else {
        throw HDF5Error(place: place, reason: "attribute \(name) is not one integer")
    }
    return Int(value)
}

func writeString(_ value: String, as name: String, of object: hid_t, place: String) throws(HDF5Error) {
    let bytes = Array(value.utf8)
    let type = try HDF5Handle(H5Tcopy(hdf5_c_string()), H5Tclose, or: place, "no string type")
    _ = H5Tset_size(type.id, max(bytes.count, 1))
    _ = H5Tset_cset(type.id, H5T_CSET_UTF8)
    _ = H5Tset_strpad(type.id, H5T_STR_NULLPAD)
    try writeAttribute(name, of: object, type: type.id, place: place, bytes.isEmpty ? [0] : bytes)
}

func writeInteger(_ value: Int, as name: String, of object: hid_t, place: String) throws(HDF5Error) {
    try writeAttribute(name, of: object, type: hdf5_native_int32(), place: place, [Int32(clamping: value)])
}

private func writeAttribute<Element>(
    _ name: String, of object: hid_t, type: hid_t, place: String, _ elements: [Element]
) throws(HDF5Error) {
    let space = try HDF5Handle(H5Screate(H5S_SCALAR), H5Sclose, or: place, "no scalar extent")
    let attribute = try HDF5Handle(
        H5Acreate2(object, name, type, space.id, 0, 0), H5Aclose, or: place, "attribute \(name) cannot be made")
    guard elements.withUnsafeBytes({ H5Awrite(attribute.id, type, $0.baseAddress) }) >= 0 else {
        throw HDF5Error(failed: place, "attribute \(name) cannot be written")
    }
}

// MARK: - Data sets

/// Deflate makes nothing more than 1032 times shorter (https://zlib.net/zlib_tech.html). A data set that claims more
/// has elements that were never written, however many, and is not allocated.
private let largestCompression = 1032

/// - Parameter willRead: is told how many bytes the tensor takes, before any is read.
/// - Returns: the tensor, and its ``Tensors/AnyTensor/littleEndianBytes``.
func readTensor(
    _ dataset: hid_t, place: String, _ willRead: (_ byteCount: Int) throws(HDF5Error) -> Void
) throws(HDF5Error) -> (values: AnyTensor, bytes: [UInt8]) {
    let storage = try HDF5Storage(of: dataset, place: place)
    let fileType = try HDF5Handle(H5Dget_type(dataset), H5Tclose, or: place, "has no element type")
    let elementType = try ElementType(hdf5: fileType.id, place: place)
    let space = try HDF5Handle(H5Dget_space(dataset), H5Sclose, or: place, "has no extent")
    guard H5Sget_simple_extent_type(space.id) != H5S_NULL else {
        throw HDF5Error(place: place, reason: "has a null dataspace: nothing was recorded")
    }
    let rank = H5Sget_simple_extent_ndims(space.id)
    guard (0...32).contains(rank) else { throw HDF5Error(place: place, reason: "has rank \(rank)") }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    _ = H5Sget_simple_extent_dims(space.id, &extents, nil)
    let shape: Shape
    do { shape = try Shape(checking: extents.map { Int(clamping: $0) }) } catch {
        throw HDF5Error(place: place, reason: "\(error)")
    }
    let type = try elementType.hdf5()
    let byteCount = shape.count.saturatingProduct(H5Tget_size(type.id))
    let stored = Int(clamping: H5Dget_storage_size(dataset))
    guard byteCount / largestCompression <= stored else {
        throw HDF5Error(
            place: place, reason: "its extent \(shape) needs \(byteCount) bytes; the file holds \(stored)")
    }
    try storage.check(shape, elementSize: H5Tget_size(fileType.id), extent: space.id)
    try willRead(byteCount)
    var bytes = [UInt8](repeating: 0, count: byteCount)
    if shape.count > 0 {
        guard H5Dread(dataset, type.id, hdf5_whole_space(), hdf5_whole_space(), 0, &bytes) >= 0 else {
            throw HDF5Error(failed: place, "its data are damaged or cannot be read")
        }
    }
    guard elementType != .bool || bytes.allSatisfy({ $0 <= 1 }) else {
        throw HDF5Error(place: place, reason: "holds a boolean that is neither FALSE nor TRUE")
    }
    guard let tensor = AnyTensor(elementType, shape, littleEndianBytes: bytes) else {
        throw HDF5Error(place: place, reason: "its data do not fit its extent")
    }
    return (tensor, bytes)
}

/// A new data set, without time stamps. Its elements have a checksum: deflate's, Fletcher's, or their hash.
func makeTensor(
    _ tensor: StoredTensor, named name: String, in group: hid_t, place: String
) throws(HDF5Error) -> HDF5Handle {
    let type = try tensor.elementType.hdf5()
    let extents = tensor.shape.dimensions.map { hsize_t($0) }
    let space = try HDF5Handle(
        extents.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(extents.count), extents, nil), H5Sclose,
        or: place, "no extent")
    let properties = try HDF5Handle(H5Pcreate(hdf5_dataset_creation()), H5Pclose, or: place, "no properties")
    _ = H5Pset_obj_track_times(properties.id, false)
    if tensor.isChunk {
        _ = H5Pset_chunk(properties.id, Int32(extents.count), extents)
        if tensor.compression == .none {
            _ = H5Pset_fletcher32(properties.id)
        } else {
            if tensor.isShuffled { _ = H5Pset_shuffle(properties.id) }
            _ = H5Pset_deflate(properties.id, CaptureCompression.level)
        }
    }
    let dataset = try HDF5Handle(
        H5Dcreate2(group, name, type.id, space.id, 0, properties.id, 0), H5Dclose, or: place, "cannot be made")
    if tensor.shape.count > 0 {
        let written =
            if tensor.compression == .fast {
                // What the filters would make of the only chunk.
                H5Dwrite_chunk(
                    dataset.id, 0, 0, [hsize_t](repeating: 0, count: extents.count), tensor.bytes.count, tensor.bytes)
            } else {
                H5Dwrite(dataset.id, type.id, hdf5_whole_space(), hdf5_whole_space(), 0, tensor.bytes)
            }
        guard written >= 0 else { throw HDF5Error(failed: place, "cannot be written") }
    }
    if let sha256 = tensor.sha256 { try writeString(sha256, as: "sha256", of: dataset.id, place: place) }
    return dataset
}

// MARK: - Groups

func makeGroup(_ name: String, in parent: hid_t) throws(HDF5Error) -> HDF5Handle {
    let properties = try HDF5Handle(H5Pcreate(hdf5_group_creation()), H5Pclose, or: name, "no properties")
    _ = H5Pset_obj_track_times(properties.id, false)
    return try HDF5Handle(H5Gcreate2(parent, name, 0, properties.id, 0), H5Gclose, or: name, "cannot be made")
}
