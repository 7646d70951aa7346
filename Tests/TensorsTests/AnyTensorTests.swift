import Tensors
import Testing

/// One tensor of each element type, with numbers at the edges of their formats, and an empty one.
let tensorsOfEachType: [AnyTensor] = [
    .float16(Tensor([2, 2], [1, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude])),
    .float32(Tensor([3, 1], [-.infinity, 0.1, .leastNonzeroMagnitude])),
    .float64(Tensor([], [.pi])),
    .int8(Tensor([3], [.min, .max, -1])),
    .int16(Tensor([3], [.min, .max, -1])),
    .int32(Tensor([3], [.min, .max, -1])),
    .int64(Tensor([1, 2, 2], [.min, .max, -1, 0])),
    .uint8(Tensor([2], [0, .max])),
    .uint16(Tensor([2], [0, .max])),
    .uint32(Tensor([2], [0, .max])),
    .uint64(Tensor([2], [0, .max])),
    .bool(Tensor([3], [true, false, true])),
    .float32(Tensor([2, 0], [])),
]

@Suite struct AnyTensorTests {
    @Test("Every float16 has the float64 that the processor gives for it")
    func float16() {
        let all = (0...UInt16.max).map { Float16(bitPattern: $0) }
        let widened = AnyTensor.float16(Tensor([all.count], all)).float64.elements
        for (narrow, wide) in zip(all, widened) where wide.bitPattern != Double(narrow).bitPattern {
            // Of NaN only that it is one: the bits beside that differ between processors.
            #expect(narrow.isNaN && wide.isNaN, "\(narrow)")
        }
    }

    @Test("The bytes are those of the elements, lowest first, in row-major order")
    func bytes() {
        #expect(AnyTensor.float16(Tensor([2], [1, -2])).littleEndianBytes == [0x00, 0x3C, 0x00, 0xC0])
        #expect(AnyTensor.float32(Tensor([1], [1])).littleEndianBytes == [0, 0, 0x80, 0x3F])
        #expect(AnyTensor.float64(Tensor([1], [-2])).littleEndianBytes == [0, 0, 0, 0, 0, 0, 0, 0xC0])
        #expect(AnyTensor.int64(Tensor([1], [-2])).littleEndianBytes == [0xFE] + [UInt8](repeating: 0xFF, count: 7))
        #expect(AnyTensor.bool(Tensor([2], [true, false])).littleEndianBytes == [1, 0])
        // Any byte but 0 is true.
        #expect(
            AnyTensor(.bool, [3], littleEndianBytes: [0, 1, 2] as [UInt8]) == .bool(Tensor([3], [false, true, true])))
    }

    @Test("A tensor made from the bytes of another equals it", arguments: tensorsOfEachType)
    func roundTrip(tensor: AnyTensor) {
        #expect(AnyTensor(tensor.elementType, tensor.shape, littleEndianBytes: tensor.littleEndianBytes) == tensor)
    }

    @Test("NaN keeps its payload")
    func payload() {
        let bytes: [UInt8] = [0x45, 0x23, 0xC1, 0x7F]
        #expect(AnyTensor(.float32, [1], littleEndianBytes: bytes)?.littleEndianBytes == bytes)
    }

    @Test("Bytes that are one too many or one too few give nothing", arguments: tensorsOfEachType)
    func wrongCount(tensor: AnyTensor) {
        let bytes = tensor.littleEndianBytes
        #expect(AnyTensor(tensor.elementType, tensor.shape, littleEndianBytes: bytes + [0]) == nil)
        if !bytes.isEmpty {
            #expect(AnyTensor(tensor.elementType, tensor.shape, littleEndianBytes: bytes.dropLast()) == nil)
        }
    }

    @Test("The list has every type")
    func everyType() {
        #expect(Set(tensorsOfEachType.map(\.elementType)) == Set(ElementType.allCases))
    }

    @Test("Integers of any width are equal integers; 2^63 exceeds Int64, and other types have no integers")
    func integers() {
        for tensor in tensorsOfEachType {
            let isRepresentable = tensor.elementType.isInteger && tensor.elementType != .uint64
            #expect((tensor.integers != nil) == isRepresentable, "\(tensor.elementType)")
        }
        #expect(AnyTensor.uint8(Tensor([2], [200, 7])).integers?.elements == [200, 7])
        #expect(AnyTensor.uint64(Tensor([1], [1 << 63 - 1])).integers?.elements == [.max])
        #expect(AnyTensor.uint64(Tensor([1], [1 << 63])).integers == nil)
    }

    @Test("Every element as float64 is the same number")
    func float64() {
        #expect(AnyTensor.float16(Tensor([2], [0.1, -65504])).float64.elements == [0.0999755859375, -65504])
        #expect(AnyTensor.int64(Tensor([2], [1 << 53, -1])).float64.elements == [0x1p53, -1])
        #expect(AnyTensor.bool(Tensor([2], [true, false])).float64.elements == [1, 0])
    }
}
