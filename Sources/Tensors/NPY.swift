import Foundation

/// NumPy's file format for one array
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
extension AnyTensor {
    /// The array in a .npy file: float16, float32, float64, integers of 1 to 8 bytes, or booleans, little-endian.
    ///
    /// - Throws: ``TensorError`` for what is no such file, and for arrays in Fortran's order or big-endian.
    public init(npy bytes: [UInt8]) throws(TensorError) {
        let (header, dataStart) = try AnyTensor.npyHeader(of: bytes)
        func value(of key: String) throws(TensorError) -> Substring {
            guard let start = header.range(of: "'\(key)':")?.upperBound else {
                throw .badNPY(reason: "its header has no \(key)")
            }
            return header[start...].drop { $0 == " " }
        }
        guard try value(of: "fortran_order").hasPrefix("False") else {
            throw .badNPY(reason: "its elements are in Fortran's order; numpy.ascontiguousarray makes them row-major")
        }
        let tuple = try value(of: "shape")
        guard tuple.hasPrefix("("), tuple.contains(")") else { throw .badNPY(reason: "its shape is no tuple") }
        let list = tuple.dropFirst().prefix { $0 != ")" }
        let extents = list.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }.map { Int($0) }
        guard !extents.contains(nil) else { throw .badNPY(reason: "its shape is (\(list))") }
        let shape = try Shape(checking: extents.compactMap { $0 })
        let descriptor = String(try value(of: "descr").dropFirst().prefix { $0 != "'" })
        let data = bytes[dataStart...]
        guard let type = ElementType.allCases.first(where: { $0.npyDescriptor == descriptor }) else {
            let known = ElementType.allCases.map(\.npyDescriptor).joined(separator: ", ")
            throw .badNPY(reason: "its elements are \"\(descriptor)\", which is none of \(known)")
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
        // The data start at a multiple of 64, behind a newline.
        header += String(repeating: " ", count: 63 - (header.utf8.count + 8 + lengthBytes) % 64) + "\n"
        let length = UInt32(header.utf8.count).littleEndianBytes.prefix(lengthBytes)
        return AnyTensor.npyMagic + [version, 0] + length + Array(header.utf8) + littleEndianBytes
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
}

extension ElementType {
    /// How NumPy writes the type: byte order, kind and number of bytes.
    fileprivate var npyDescriptor: String {
        let kind = self == .bool ? "b" : floatFormat != nil ? "f" : rawValue.hasPrefix("u") ? "u" : "i"
        return "\(byteCount == 1 ? "|" : "<")\(kind)\(byteCount)"
    }
}
