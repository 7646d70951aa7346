import Foundation
import Tensors
import Testing

@testable import ModelFormats

@Suite struct ONNXTensorTests {
    private func tensor(_ proto: ONNXTensorProto) throws(ModelError) -> AnyTensor {
        try AnyTensor(proto, role: "initializer \"w\"", file: "net.onnx")
    }

    /// Numbers of TensorProto.DataType, the elements' bytes and the tensor.
    static let raw: [(type: Int32, bytes: [UInt8], tensor: AnyTensor)] = [
        (1, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], .float32(Tensor([2], [1, -2]))),
        (2, [0xFE, 1], .uint8(Tensor([2], [254, 1]))),
        (3, [0xFE, 1], .int8(Tensor([2], [-2, 1]))),
        (4, [0xFE, 0xFF, 1, 2], .uint16(Tensor([2], [65534, 0x201]))),
        (5, [0xFE, 0xFF, 1, 2], .int16(Tensor([2], [-2, 0x201]))),
        (6, [0xFE, 0xFF, 0xFF, 0xFF, 1, 2, 0, 0], .int32(Tensor([2], [-2, 0x201]))),
        (7, [0xFE] + .init(repeating: 0xFF, count: 7) + [1, 0, 0, 0, 0, 0, 0, 0], .int64(Tensor([2], [-2, 1]))),
        (9, [1, 0], .bool(Tensor([2], [true, false]))),
        (10, [0, 0x3C, 0, 0xC0], .float16(Tensor([2], [1, -2]))),
        (12, [0xFE, 0xFF, 0xFF, 0xFF, 1, 2, 0, 0], .uint32(Tensor([2], [.max - 1, 0x201]))),
        (
            13, [0xFE] + .init(repeating: 0xFF, count: 7) + [1, 0, 0, 0, 0, 0, 0, 0],
            .uint64(Tensor([2], [.max - 1, 1]))
        ),
        (11, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0], .float64(Tensor([2], [1, -2]))),
    ]

    @Test("raw_data holds the elements' bytes, lowest first", arguments: raw.indices)
    func rawData(index: Int) throws {
        let (type, bytes, expected) = Self.raw[index]
        #expect(try tensor(.raw(type, [2], bytes)) == expected)
        #expect(throws: ModelError.self) { try tensor(.raw(type, [2], bytes + [0])) }
        #expect(throws: ModelError.self) { try tensor(.raw(type, [3], bytes)) }
    }

    @Test("Each type has its own field: the same tensors as from raw_data", arguments: raw.indices)
    func typedData(index: Int) throws {
        let (type, _, expected) = Self.raw[index]
        let proto = ONNXTensorProto.with {
            $0.dims = [2]
            $0.dataType = type
            switch type {
            case 1: $0.floatData = [([1, -2] as [Float]).withUnsafeBytes { Data($0) }]
            case 2: $0.int32Data = [254, 1]
            case 3: $0.int32Data = [-2, 1]
            case 4: $0.int32Data = [65534, 0x201]
            case 5, 6: $0.int32Data = [-2, 0x201]
            case 12: $0.uint64Data = [UInt64(UInt32.max) - 1, 0x201]
            case 13: $0.uint64Data = [.max - 1, 1]
            case 7: $0.int64Data = [-2, 1]
            case 9: $0.int32Data = [1, 0]
            // float16 as bit patterns
            case 10: $0.int32Data = [0x3C00, 0xC000]
            default: $0.doubleData = [1, -2]
            }
        }
        #expect(try tensor(proto) == expected)
    }

    @Test("Floats are read from a packed list, from the parts of one, and from a list that is not packed")
    func lists() throws {
        let numbers: [Float] = [1, -2, 3]
        let each = numbers.map { $0.bitPattern.littleEndianBytes }
        // Field 1 holds the extent, field 2 the type; a key is 8 times the number, plus 2 for bytes and 5 for 4 of them.
        let head: [UInt8] = [1 << 3 | 2, 1, 3, 2 << 3, 1]
        let packed: [UInt8] = [4 << 3 | 2, 12] + Array(each.joined())
        let parts: [UInt8] = [4 << 3 | 2, 8] + each[0] + each[1] + [4 << 3 | 2, 4] + each[2]
        let single: [UInt8] = each.flatMap { [4 << 3 | 5] + $0 }
        for list in [packed, parts, single] {
            #expect(try tensor(ONNXTensorProto(serializedBytes: head + list)) == .float32(Tensor([3], numbers)))
        }
        let cut: [UInt8] = [4 << 3 | 2, 10] + packed[2..<12]
        #expect(throws: ModelError.self) { try tensor(ONNXTensorProto(serializedBytes: head + cut)) }
    }

    @Test("A list of floats that is not packed is read to its end, however long")
    func longList() throws {
        let count = 20_000
        let head: [UInt8] = [1 << 3 | 2, 3] + [0xa0, 0x9c, 0x01] + [2 << 3, 1]
        let list = Array([[UInt8]](repeating: [4 << 3 | 5, 0, 0, 0x80, 0x3f], count: count).joined())
        #expect(
            try tensor(ONNXTensorProto(serializedBytes: head + list))
                == .float32(Tensor([count], [Float](repeating: 1, count: count))))
    }

    @Test("A tensor without dimensions is a scalar, one with an extent of 0 is empty")
    func emptiness() throws {
        #expect(try tensor(.float("w", [], [5])) == .float32(Tensor([], [5])))
        #expect(try tensor(.float("w", [0, 3], [])) == .float32(Tensor([0, 3], [])))
    }

    @Test("bfloat16, uint4 and int4 are read into the types that hold their elements")
    func narrowTypes() throws {
        // 1.5 is 0x3fc0, -2 is 0xc000.
        #expect(try tensor(.raw(16, [2], [0xc0, 0x3f, 0x00, 0xc0])) == .float32(Tensor([2], [1.5, -2])))
        #expect(try tensor(.raw(21, [3], [0xf1, 0x08])) == .uint8(Tensor([3], [1, 15, 8])))
        #expect(try tensor(.raw(22, [3], [0xf1, 0x08])) == .int8(Tensor([3], [1, -1, -8])))
    }

    @Test(
        "What holds no tensor of a supported type is refused, with the file and the tensor's role",
        arguments: [
            (ONNXTensorProto.float("w", [2], [1]), "does not hold the 2 elements"),
            (.float("w", [2], [1, 2, 3]), "does not hold the 2 elements"),
            (.float("w", [2], []), "does not hold the 2 elements"),
            (.float("w", [-1], [1]), "extent -1 is negative"),
            (.float("w", [.max, .max], [1]), "more than"),
            (.float("w", [0, .max, .max], []), "more than"),
            (.float("w", [1 << 30], [1]), "does not hold the 1073741824 elements"),
            (
                .with {
                    $0.dataType = 7; $0.dims = [1]; $0.floatData = [Data(count: 4)]
                }, "does not hold the 1 elements"
            ),
            (
                .with {
                    $0.dataType = 2; $0.dims = [1]; $0.int32Data = [256]
                }, "does not hold the 1 elements"
            ),
            (.raw(8, [1], [65]), "elements of type string; float"),
            (.raw(17, [1], [0]), "elements of type float8e4m3fn; float"),
            (.raw(16, [2], [0, 0]), "does not hold the 2 elements"),
            (.raw(21, [3], [0]), "does not hold the 3 elements"),
            (
                .with {
                    $0.dataType = 1; $0.dims = [1]; $0.dataLocation = 1
                }, "lies in another file"
            ),
        ])
    func refused(proto: ONNXTensorProto, reason: String) {
        #expect {
            try tensor(proto)
        } throws: { error in
            "\(error)".hasPrefix("net.onnx: initializer \"w\"") && "\(error)".contains(reason)
        }
    }
}
