import Engines
import Foundation
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// The compressed constants of iOS 18, by the examples that define them (coremltools, iOS18/compression.py).
@Suite struct PackedConstantTests {
    private func part(_ element: ProgramElement, _ shape: [Int], _ values: [Double]) -> PackedConstant.Part {
        let tensor: AnyTensor =
            element.floatType == nil
            ? .int64(Tensor(Shape(shape), values.map { Int64($0) }))
            : .float32(Tensor(Shape(shape), values.map { Float($0) }))
        return (tensor, ProgramType(element, shape))
    }

    @Test("A palette may have a table for each group of rows")
    func groups() throws {
        let constant = PackedConstant(
            "constexpr_lut_to_dense",
            [
                "indices": part(.uint2, [6, 2], [2, 3, 3, 0, 1, 0, 3, 0, 2, 1, 0, 3]),
                "lut": part(.float32, [2, 1, 4, 1], [1, 5, 9, 13, 2, 10, 18, 26]),
            ])
        let found = try constant.tensors([ProgramType(.float32, [6, 2])])
        #expect(found.tensors == [.float32(Tensor([6, 2], [9, 13, 13, 1, 5, 1, 26, 2, 18, 10, 2, 26]))])
        #expect(found.bits == 2)
    }

    @Test("A table of vectors fills the axis that it names", arguments: [1, 2, -1])
    func vectors(axis: Int) throws {
        let constant = PackedConstant(
            "constexpr_lut_to_dense",
            [
                "indices": part(.uint1, [2, 2, 2], [0, 0, 1, 0, 1, 1, 0, 0]),
                "lut": part(.int8, [1, 1, 1, 2, 3], [1, 2, 3, -1, -2, -3]),
                "vector_axis": part(.int32, [], [Double(axis)]),
            ])
        let along: [Int64] = [1, 1, 2, 2, 3, 3, -1, 1, -2, 2, -3, 3, -1, -1, -2, -2, -3, -3, 1, 1, 2, 2, 3, 3]
        let last: [Int64] = [1, 2, 3, 1, 2, 3, -1, -2, -3, 1, 2, 3, -1, -2, -3, -1, -2, -3, 1, 2, 3, 1, 2, 3]
        let shape: Shape = axis == 1 ? [2, 6, 2] : [2, 2, 6]
        let found = try constant.tensors([ProgramType(.int8, shape.dimensions)])
        #expect(found.tensors == [.int64(Tensor(shape, axis == 1 ? along : last))])
    }

    @Test("A sparse palette gives the widened mask, and the elements in the order of the dense tensor")
    func sparseVectors() throws {
        let mask: [Double] = [1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0]
        let constant = PackedConstant(
            "constexpr_lut_to_sparse",
            [
                "indices_mask": part(.uint1, [4, 6], mask),
                "indices_nonzero_data": part(.uint1, [9], [0, 1, 1, 0, 1, 1, 0, 0, 1]),
                "lut": part(.float32, [1, 1, 2, 2], [2, 2, 3, 3]), "vector_axis": part(.int32, [], [0]),
            ])
        let found = try constant.tensors([ProgramType(.uint1, [8, 6]), ProgramType(.float32, [18])])
        let rows = stride(from: 0, to: 24, by: 6).map { mask[$0..<$0 + 6].map { Int64($0) } }
        #expect(found.tensors[0] == .int64(Tensor([8, 6], rows.flatMap { $0 + $0 })))
        #expect(
            found.tensors[1]
                == .float32(Tensor([18], [2, 3, 2, 3, 3, 2, 3, 3, 2, 3, 3, 2, 2, 3, 2, 2, 3, 3])))
    }

    @Test("Integers have a scale and an offset for each block, also where a mask is set alone")
    func blocks() throws {
        let data: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]
        let scale = part(.float32, [1, 2], [10, 100])
        let dense = PackedConstant(
            "constexpr_blockwise_shift_scale",
            ["data": part(.uint4, [2, 4], data), "scale": scale, "offset": part(.uint4, [1, 2], [1, 0])])
        #expect(
            try dense.tensors([ProgramType(.float32, [2, 4])]).tensors
                == [.float32(Tensor([2, 4], [0, 10, 300, 400, 40, 50, 700, 800]))])
        let mask = part(.uint1, [2, 4], [1, 0, 0, 1, 0, 0, 1, 0])
        let sparse = PackedConstant(
            "constexpr_sparse_blockwise_shift_scale",
            ["data_mask": mask, "nonzero_data": part(.int8, [3], [-1, -2, -3]), "scale": scale])
        #expect(
            try sparse.tensors([ProgramType(.uint1, [2, 4]), ProgramType(.float32, [3])]).tensors[1]
                == .float32(Tensor([3], [-10, -200, -300])))
    }

    @Test("Integers of 1 to 8 bits are packed from the lowest bit of each byte on")
    func packing() {
        #expect(ProgramElement.uint3.unpacked([0b10_001_010, 0b1_110_011_0, 0b1], count: 6) == [2, 1, 2, 3, 6, 3])
        #expect(ProgramElement.int4.unpacked([0x8f, 0x07], count: 3) == [-1, -8, 7])
        #expect(ProgramElement.uint1.unpacked([0b101], count: 3) == [1, 0, 1])
        #expect(ProgramElement.int16.unpacked([0xff, 0xff, 1, 0], count: 2) == [-1, 1])
        for (bytes, count) in [([0], 3), ([0, 0, 0], 3), ([], 1), ([0], .max)] as [([UInt8], Int)] {
            #expect(ProgramElement.int4.unpacked(bytes[...], count: count) == nil)
        }
    }

    @Test("What does not fit is refused")
    func refusals() {
        let mask = part(.uint1, [2, 2], [1, 0, 0, 1])
        let faults: [(String, [String: PackedConstant.Part], [Int])] = [
            ("constexpr_sparse_to_dense", ["mask": mask, "nonzero_data": part(.float32, [1], [1])], [2, 2]),
            ("constexpr_sparse_to_dense", ["mask": mask], [2, 2]),
            ("constexpr_sparse_to_dense", ["mask": mask, "nonzero_data": part(.float32, [2], [1, 1])], [4]),
            (
                "constexpr_sparse_to_dense",
                ["mask": part(.uint8, [2], [1, 1]), "nonzero_data": part(.float32, [2], [1, 1])], [2]
            ),
            (
                "constexpr_lut_to_dense",
                ["indices": part(.uint1, [2], [0, 2]), "lut": part(.float32, [1, 2, 1], [1, 2])], [2]
            ),
            (
                "constexpr_lut_to_dense",
                ["indices": part(.uint1, [3], [0, 1, 1]), "lut": part(.float32, [2, 2, 1], [1, 2, 3, 4])], [3]
            ),
            (
                "constexpr_lut_to_dense",
                ["indices": part(.uint1, [2], [0, 1]), "lut": part(.float32, [1, 2, 2], [1, 2, 3, 4])], [4]
            ),
            (
                "constexpr_blockwise_shift_scale",
                ["data": part(.int4, [4], [0, 1, 1, 0]), "scale": part(.float32, [3], [1, 2, 3])], [4]
            ),
        ]
        for (kind, parts, shape) in faults {
            #expect(throws: ProgramFault.self, "\(kind)") {
                try PackedConstant(kind, parts).tensors([ProgramType(.float32, shape)])
            }
        }
    }

    @Test("A network of coremltools with weights in every form of iOS 18 computes what numpy does from the same parts")
    func package() throws {
        let folder = fixtures.appendingPathComponent("coreml")
        let model = try Model(contentsOf: folder.appendingPathComponent("packed_fp32.mlpackage").path)
        func tensor(_ name: String) throws -> AnyTensor {
            try AnyTensor(npy: [UInt8](Data(contentsOf: folder.appendingPathComponent("\(name).npy"))))
        }
        let output = try #require(try model.engine(.fp64).run(["input": tensor("packed_input")])["out"]).float64
        let expected = try tensor("packed_fp32").float64
        #expect(output.shape == expected.shape)
        for (found, wanted) in zip(output.elements, expected.elements) {
            // numpy's numbers are rounded to float32.
            #expect(abs(found - wanted) <= abs(wanted) * 0x1p-23 + 1e-12)
        }
        let provenance = try #require(model.provenance as? CoreMLProvenance)
        #expect(Set(provenance.compressed.compactMap(\.form)).count == 5)
    }
}
