import Foundation
import TestSupport
import Tensors
import Testing

@Suite struct NPYTests {
    @Test("What is written is read back, and its data start at a multiple of 64", arguments: tensorsOfEachType)
    func roundTrip(tensor: AnyTensor) throws {
        #expect(try AnyTensor(npy: tensor.npy) == tensor)
        #expect((tensor.npy.count - tensor.littleEndianBytes.count) % 64 == 0)
    }

    private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
    }

    @Test("A file that NumPy wrote is read, and written again with the same bytes")
    func fromNumPy() throws {
        let bytes = [UInt8](try Data(contentsOf: fixtures.appendingPathComponent("coreml-recorded/rnet_input.npy")))
        let tensor = try AnyTensor(npy: bytes)
        #expect(tensor.elementType == .float32)
        #expect(tensor.shape == [3, 24, 24])
        #expect(tensor.float64.elements.first == 0.49671414494514465)
        #expect(tensor.npy == bytes)
    }

    @Test("A header too long for format 1.0 is written as 2.0")
    func manyAxes() throws {
        let tensor = AnyTensor.bool(Tensor(Shape([Int](repeating: 1, count: 30_000)), [true]))
        #expect(tensor.npy[6] == 2)
        #expect(try AnyTensor(npy: tensor.npy) == tensor)
    }

    @Test("Integers keep their width and their sign")
    func integers() throws {
        let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n"
        #expect(
            try AnyTensor(npy: file(header, [0xff, 0xff, 0xff, 0xff, 2, 1, 0, 0])) == .int32(Tensor([2], [-1, 258])))
    }

    @Test("A tensor of any type is read back from what is written of it", arguments: tensorsOfEachType)
    func everyType(tensor: AnyTensor) throws {
        #expect(try AnyTensor(npy: tensor.npy) == tensor)
    }

    @Test(
        "What cannot be read is refused with a reason",
        arguments: [
            ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "\"<c8\""),
            ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "\">f4\""),
            ("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 4, "Fortran"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4, "4 bytes"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", 4, "elements"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4, "negative"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 2), }", 0, "elements"),
            ("{'descr': '<f4', 'fortran_order': False}", 4, "shape"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': None, }", 4, "not a tuple"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (", 4, "not a tuple"),
            // Of two values Python would take the last.
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1, 1), }", 4, "shape twice"),
            ("{'descr': '<f4', 'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", 4, "descr twice"),
            ("{'descr': '<f4', 'fortran_order': False, 'fortran_order': True, 'shape': (1,), }", 4, "twice"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1, }", 4, "\"more\""),
            ("{'descr': '<f4', 'fortran_order': Falsehood, 'shape': (1,), }", 4, "neither True nor False"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", 4, "not a tuple"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1,), }", 44, "its shape is"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,,1), }", 4, "its shape is"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (,), }", 4, "its shape is"),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4, "not one of"),
        ])
    func refused(header: String, bytes: Int, reason: String) {
        #expect {
            try AnyTensor(npy: file(header, [UInt8](repeating: 0, count: bytes)))
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("Spaces and the order of the keys mean nothing")
    func spelling() throws {
        let elements = AnyTensor.float32(Tensor([1, 2], [3, 4])).littleEndianBytes
        for header in [
            "{'shape': (1, 2), 'descr': '<f4', 'fortran_order': False}",
            "{'shape':(1,2,),'fortran_order':False,'descr':'<f4'}",
            "{ 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 1 , 2 ) , }",
        ] {
            #expect(try AnyTensor(npy: file(header, elements)) == .float32(Tensor([1, 2], [3, 4])), "\(header)")
        }
        let scalar = file("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", Array(elements.prefix(4)))
        #expect(try AnyTensor(npy: scalar) == .float32(Tensor([], [3])))
    }

    @Test("A file cut short anywhere is refused")
    func truncated() {
        let whole = AnyTensor.float32(Tensor([2], [1, 2])).npy
        for length in 0..<whole.count {
            #expect(throws: TensorError.self) { try AnyTensor(npy: Array(whole.prefix(length))) }
        }
    }
}
