import Tensors
import Testing

@Suite struct NPYTests {
    @Test(
        "What is written is read back, and its data start at a multiple of 64",
        arguments: [
            AnyTensor.float16(Tensor([3], [1, -0.0, .infinity])), .float32(Tensor([2, 2], [1, 2, 3, .pi])),
            .float64(Tensor([], [.pi])), .int64(Tensor([2], [.min, .max])),
            .bool(Tensor([1, 3], [true, false, true])),
            .float32(Tensor([0, 4], [])),
        ])
    func roundTrip(tensor: AnyTensor) throws {
        #expect(try AnyTensor(npy: tensor.npy) == tensor)
        #expect((tensor.npy.count - tensor.littleEndianBytes.count) % 64 == 0)
    }

    private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
    }

    @Test("Narrow integers are widened with their sign")
    func integers() throws {
        let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n"
        #expect(
            try AnyTensor(npy: file(header, [0xff, 0xff, 0xff, 0xff, 2, 1, 0, 0])) == .int64(Tensor([2], [-1, 258])))
    }

    @Test(
        "What cannot be read is refused with a reason",
        arguments: [
            ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "\">f4\""),
            ("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 4, "Fortran"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4, "4 bytes"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", 4, "elements"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4, "negative"),
            ("{'descr': '<f4', 'fortran_order': False}", 4, "shape"),
        ])
    func refused(header: String, bytes: Int, reason: String) {
        #expect {
            try AnyTensor(npy: file(header, [UInt8](repeating: 0, count: bytes)))
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("A file cut short anywhere is refused")
    func truncated() {
        let whole = AnyTensor.float32(Tensor([2], [1, 2])).npy
        for length in 0..<whole.count {
            #expect(throws: TensorError.self) { try AnyTensor(npy: Array(whole.prefix(length))) }
        }
    }
}
