import Tensors

/// The constants of an ML Program that are stored outside it: `weights/weight.bin`.
///
/// Little-endian. A header of 64 bytes: the number of blobs (u32), version 2 (u32). Then for each blob, at a multiple
/// of 64: 64 bytes of metadata (sentinel 0xDEADBEEF, element type, size in bytes, offset of the data, padding in
/// bits; the rest is reserved and may hold anything), and the data right after. The end is not padded
/// (coremltools, `mlmodel/src/MILBlob/Blob/StorageFormat.hpp`).
struct WeightFile {
    /// The file's codes for the types of elements.
    enum ElementCode: UInt32 {
        case float16 = 1
        case float32 = 2
        case uint8 = 3
        case int8 = 4
        case int16 = 6
        case uint16 = 7
        case int4 = 8
        case uint1 = 9
        case uint2 = 10
        case uint4 = 11
        case uint3 = 12
        case uint6 = 13
        case int32 = 14
        case uint32 = 15
    }

    struct Blob {
        let code: UInt32
        let bytes: ArraySlice<UInt8>
    }

    /// Keyed by the offsets of their metadata, to which a program refers.
    let blobs: [Int: Blob]

    /// Also the size of the header, and of a blob's metadata.
    fileprivate static let alignment = 64
    fileprivate static let sentinel: UInt32 = 0xDEAD_BEEF
    fileprivate static let version: UInt32 = 2

    /// - Throws: a reason, in words.
    init(_ bytes: [UInt8]) throws(ProgramFault) {
        func number<Bits: FixedWidthInteger & UnsignedInteger>(_: Bits.Type, at offset: Int) -> Bits {
            Bits(littleEndianBytes: bytes[offset..<offset + MemoryLayout<Bits>.size])
        }
        func fault(_ reason: String) -> ProgramFault { ProgramFault("weight file: \(reason)") }
        guard bytes.count >= Self.alignment else { throw fault("\(bytes.count) bytes are no header") }
        let count = number(UInt32.self, at: 0)
        let version = number(UInt32.self, at: 4)
        guard version == Self.version else { throw fault("version \(version), where \(Self.version) is known") }
        var blobs = [Int: Blob]()
        var offset = Self.alignment
        while offset < bytes.count {
            guard offset + Self.alignment <= bytes.count else {
                throw fault("the metadata at \(offset) goes beyond the end at \(bytes.count)")
            }
            guard number(UInt32.self, at: offset) == Self.sentinel else {
                throw fault("no blob begins at \(offset): its sentinel is not 0xdeadbeef")
            }
            let code = number(UInt32.self, at: offset + 4)
            guard (1...17).contains(code) else { throw fault("the blob at \(offset) has element type \(code)") }
            let size = number(UInt64.self, at: offset + 8)
            let start = number(UInt64.self, at: offset + 16)
            guard start == offset + Self.alignment else {
                throw fault("the data of the blob at \(offset) is declared to begin at \(start), not right after it")
            }
            guard size > 0, size <= bytes.count - offset - Self.alignment else {
                throw fault("the blob at \(offset) has \(size) bytes, more than the file holds, or none")
            }
            let end = offset + Self.alignment + Int(size)
            blobs[offset] = Blob(code: code, bytes: bytes[offset + Self.alignment..<end])
            offset = (end + Self.alignment - 1) / Self.alignment * Self.alignment
        }
        guard blobs.count == Int(count) else { throw fault("it announces \(count) blobs and holds \(blobs.count)") }
        self.blobs = blobs
    }

    /// The elements of a blob, which must have the declared type and number.
    func tensor(at offset: UInt64, _ type: ProgramType) throws(ProgramFault) -> AnyTensor {
        guard let blob = blobs[Int(clamping: offset)] else { throw ProgramFault("weight file: no blob at \(offset)") }
        guard blob.code == type.element.blobCode?.rawValue else {
            throw ProgramFault(
                "weight file: the blob at \(offset) has element type \(blob.code), the program says \(type.element)")
        }
        guard let tensor = type.tensor(littleEndianBytes: blob.bytes) else {
            throw ProgramFault(
                "weight file: the blob at \(offset) has \(blob.bytes.count) bytes, which is not what \(type) takes")
        }
        return tensor
    }
}

/// A weight file under construction.
struct WeightFileBuilder {
    private var blobs = [UInt8]()
    private var count: UInt32 = 0

    /// The file's bytes.
    var bytes: [UInt8] {
        padded(count.littleEndianBytes + WeightFile.version.littleEndianBytes) + blobs
    }

    /// Adds a tensor.
    ///
    /// - Returns: the offset by which a program refers to it.
    mutating func append(_ tensor: AnyTensor, _ code: WeightFile.ElementCode) -> UInt64 {
        blobs += [UInt8](repeating: 0, count: padding(after: blobs))
        let offset = UInt64(WeightFile.alignment + blobs.count)
        let data = tensor.littleEndianBytes
        let metadata =
            WeightFile.sentinel.littleEndianBytes + code.rawValue.littleEndianBytes
            + UInt64(data.count).littleEndianBytes + (offset + UInt64(WeightFile.alignment)).littleEndianBytes
        blobs += padded(metadata)
        blobs += data
        count += 1
        return offset
    }

    /// Up to the next multiple of the alignment.
    private func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: padding(after: bytes))
    }

    private func padding(after bytes: [UInt8]) -> Int {
        (WeightFile.alignment - bytes.count % WeightFile.alignment) % WeightFile.alignment
    }
}
