import Foundation

/// NumPy's file format for one array
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
extension AnyTensor {
    /// The array in a .npy file: float16, float32, float64, integers of 1 to 8 bytes, or booleans, little-endian.
    ///
    /// - Throws: ``TensorError`` if it is not a .npy file, and for arrays in Fortran order or big-endian.
    public init(npy bytes: [UInt8]) throws(TensorError) {
        let (header, dataStart) = try AnyTensor.npyHeader(of: bytes)
        let values = try AnyTensor.npyValues(in: header)
        func value(of key: String) throws(TensorError) -> Substring {
            guard let value = values[key] else { throw .badNPY(reason: "its header has no \(key)") }
            return value
        }
        let order = try value(of: "fortran_order").prefix { !",}".contains($0) }.filter { $0 != " " }
        guard order == "False" else {
            throw .badNPY(
                reason: order == "True"
                    ? "its elements are in Fortran's order; numpy.ascontiguousarray makes them row-major"
                    : "its fortran_order is \(order), neither True nor False")
        }
        let shape = try AnyTensor.npyShape(try value(of: "shape"))
        let descriptor = String(try value(of: "descr"))
        let data = bytes[dataStart...]
        guard let type = ElementType.allCases.first(where: { $0.npyDescriptor == descriptor }) else {
            let known = ElementType.allCases.map(\.npyDescriptor).joined(separator: ", ")
            throw .badNPY(reason: "its elements are \"\(descriptor)\", not one of \(known)")
        }
        let tensor = AnyTensor(type, shape, littleEndianBytes: data)
        guard let tensor else {
            throw .badNPY(
                reason: "it holds \(data.count) bytes, which is not what shape \(shape) of \(descriptor) takes")
        }
        self = tensor
    }

    /// The array as a .npy file of format version 1.0, or of 2.0 if its header takes more than 65,535 bytes.
    public var npy: [UInt8] {
        let extents = shape.dimensions.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
        var header = "{'descr': '\(elementType.npyDescriptor)', 'fortran_order': False, 'shape': (\(extents)), }"
        let version: UInt8 = header.utf8.count + 64 <= Int(UInt16.max) ? 1 : 2
        let lengthBytes = version == 1 ? 2 : 4
        // The data start at a multiple of 64, after a newline.
        header += String(repeating: " ", count: 63 - (header.utf8.count + 8 + lengthBytes) % 64) + "\n"
        let length = UInt32(header.utf8.count).littleEndianBytes.prefix(lengthBytes)
        let data = littleEndianBytes
        var file = AnyTensor.npyMagic + [version, 0] + length
        file.reserveCapacity(file.count + header.utf8.count + data.count)
        file += header.utf8
        file += data
        return file
    }

    private static let npyMagic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    private static func npyHeader(of bytes: [UInt8]) throws(TensorError) -> (header: String, dataStart: Int) {
        guard bytes.count >= 12, bytes.starts(with: npyMagic) else {
            throw .badNPY(reason: "it does not begin with \\x93NUMPY")
        }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        guard (1...3).contains(bytes[6]) else { throw .badNPY(reason: "it is of format version \(bytes[6])") }
        let start = 8 + lengthBytes
        let field = bytes[8..<start]
        let length = lengthBytes == 2 ? Int(UInt16(littleEndianBytes: field)) : Int(UInt32(littleEndianBytes: field))
        guard bytes.count - start >= length else { throw .badNPY(reason: "it ends within its header") }
        return (String(decoding: bytes[start..<start + length], as: UTF8.self), start + length)
    }

    /// The values of the header's three keys, each from its first character on; quoted ones without their quotes.
    private static func npyValues(in header: String) throws(TensorError) -> [String: Substring] {
        var values: [String: Substring] = [:]
        // Every second part is quoted; a key is one followed by a colon.
        let parts = header.split(separator: "'", omittingEmptySubsequences: false)
        for index in stride(from: 1, to: parts.count - 1, by: 2) {
            let behind = parts[index + 1].drop { $0 == " " }
            guard behind.first == ":" else { continue }
            let key = String(parts[index])
            guard ["descr", "fortran_order", "shape"].contains(key) else {
                throw .badNPY(reason: "its header has the key \"\(key)\", which the format does not have")
            }
            let value = behind.dropFirst().drop { $0 == " " }
            let isQuoted = value.isEmpty && index + 2 < parts.count
            guard values.updateValue(isQuoted ? parts[index + 2] : value, forKey: key) == nil else {
                throw .badNPY(reason: "its header has \(key) twice")
            }
        }
        return values
    }

    /// The extents in a Python tuple: `()`, `(3,)`, `(2, 3)`.
    private static func npyShape(_ text: Substring) throws(TensorError) -> Shape {
        guard text.hasPrefix("("), text.contains(")") else { throw .badNPY(reason: "its shape is not a tuple") }
        let list = text.dropFirst().prefix { $0 != ")" }
        var fields = list.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        // A comma may follow the last extent, and must follow a single one.
        let isClosed = fields.last == ""
        if isClosed { fields.removeLast() }
        guard isClosed || fields.count > 1 else { throw .badNPY(reason: "its shape (\(list)) is not a tuple") }
        let extents = fields.map { Int($0) }
        guard !extents.contains(nil) else { throw .badNPY(reason: "its shape is (\(list))") }
        return try Shape(checking: extents.compactMap { $0 })
    }
}

extension ElementType {
    /// How NumPy writes the type: byte order, kind and number of bytes.
    fileprivate var npyDescriptor: String {
        let kind = self == .bool ? "b" : floatFormat != nil ? "f" : rawValue.hasPrefix("u") ? "u" : "i"
        return "\(byteCount == 1 ? "|" : "<")\(kind)\(byteCount)"
    }
}
