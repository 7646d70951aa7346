import Tensors

/// The bytes of a .dat file, read field by field.
struct OpenFaceFields {
    private let bytes: [UInt8]
    private(set) var offset = 0
    /// The layer being read, for errors.
    var layer: Int?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func malformed(at offset: Int, _ reason: String) -> OpenFaceError {
        .malformed(offset: offset, layer: layer, reason: reason)
    }

    /// A 32-bit signed integer.
    mutating func integer(_ name: String) throws(OpenFaceError) -> Int {
        try require(1, 1, bytesEach: 4, name)
        defer { offset += 4 }
        return Int(Int32(littleEndianBytes: bytes[offset..<offset + 4]))
    }

    /// A positive integer; for a count, the file must have enough bytes left.
    mutating func positive(_ name: String, bytesEach: Int = 0) throws(OpenFaceError) -> Int {
        let start = offset
        let value = try integer(name)
        guard value >= 1 else { throw malformed(at: start, "the \(name) is \(value), not 1 or more") }
        try require(value, 1, bytesEach: bytesEach, name)
        return value
    }

    /// Checks that the rest of the file can hold `rows * columns` items.
    func require(_ rows: Int, _ columns: Int, bytesEach: Int, _ name: String) throws(OpenFaceError) {
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        let left = bytes.count - offset
        guard !overflow, bytesEach == 0 || count <= left / bytesEach else {
            throw malformed(
                at: offset,
                "\(left) bytes are left, too few for the \(name): \(rows) x \(columns) of at least \(bytesEach) bytes")
        }
    }

    mutating func floats(_ count: Int, _ name: String) throws(OpenFaceError) -> [Float] {
        try require(count, 1, bytesEach: 4, name)
        defer { offset += 4 * count }
        let bits = [UInt32](count, littleEndianBytes: bytes[offset..<offset + 4 * count]) ?? []
        return bits.map(Float.init(bitPattern:))
    }

    /// A matrix: rows, columns, the code 5 for float32, then the elements row by row.
    mutating func matrix(_ name: String) throws(OpenFaceError) -> Tensor<Float> {
        let rows = try positive("number of rows of the \(name)")
        let columns = try positive("number of columns of the \(name)")
        let start = offset
        let code = try integer("element type of the \(name)")
        guard code == OpenFaceModel.float32Code else {
            throw malformed(
                at: start, "the element type of the \(name) is \(code), not \(OpenFaceModel.float32Code) for float32")
        }
        try require(rows, columns, bytesEach: 4, name)
        return Tensor([rows, columns], try floats(rows * columns, name))
    }

    /// A matrix of one column.
    mutating func column(_ name: String) throws(OpenFaceError) -> [Float] {
        let start = offset
        let matrix = try matrix(name)
        guard matrix.shape[1] == 1 else {
            throw malformed(at: start, "the \(name) has \(matrix.shape[1]) columns, not 1")
        }
        return matrix.elements
    }

    func end() throws(OpenFaceError) {
        guard offset == bytes.count else {
            throw .malformed(
                offset: offset, layer: nil, reason: "\(bytes.count - offset) bytes follow the last layer")
        }
    }
}

extension OpenFaceModel {
    /// The code of float32 elements: OpenCV's CV_32FC1.
    static let float32Code = 5
}
