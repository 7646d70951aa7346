import Tensors
import Testing

@testable import ModelFormats

@Suite struct CompressedConstantTests {
    /// Two rows of 8-bit integers with a scale for each.
    private let scaled: [String: AnyTensor] = [
        "quantized_data": .int64(Tensor([2, 2], [1, 2, 3, 4])), "scale": .float32(Tensor([2], [0.5, 2])),
        "zero_point": .int64(Tensor([], [1])), "axis": .int64(Tensor([], [0])),
    ]
    /// Four 2-bit indices in one byte: 3, 0, 1, 2.
    private let palette: [String: AnyTensor] = [
        "lut": .float32(Tensor([4], [10, 20, 30, 40])), "indices": .int64(Tensor([1], [0b10_01_00_11])),
        "shape": .int64(Tensor([2], [2, 2])),
    ]
    private let type = ProgramType(.float32, [2, 2])

    @Test("Scaled integers and palettes become the numbers that they stand for, in the type of the output")
    func values() throws {
        #expect(
            try CompressedConstant("constexpr_affine_dequantize", scaled).tensor(type).0
                == .float32(Tensor([2, 2], [0, 0.5, 4, 6])))
        #expect(
            try CompressedConstant("constexpr_lut_to_dense", palette).tensor(ProgramType(.float16, [2, 2])).0
                == .float16(Tensor([2, 2], [40, 10, 20, 30])))
    }

    @Test(
        "An axis that is no whole number within the rank is refused",
        arguments: [
            AnyTensor.float32(Tensor([], [.nan])), .float32(Tensor([], [1e30])), .float32(Tensor([], [0.5])),
            .int64(Tensor([], [2])), .int64(Tensor([], [.min])), .int64(Tensor([0], [])),
        ])
    func axis(_ axis: AnyTensor) {
        #expect(throws: ProgramFault.self) {
            try CompressedConstant("constexpr_affine_dequantize", scaled.merging(["axis": axis]) { $1 }).tensor(type)
        }
    }

    @Test(
        "Indices that are no bytes, too few or too many are refused",
        arguments: [
            AnyTensor.float32(Tensor([1], [.nan])), .int64(Tensor([1], [-1])), .int64(Tensor([1], [256])),
            .int64(Tensor([2], [1, 2])), .int64(Tensor([0], [])),
        ])
    func indices(_ indices: AnyTensor) {
        #expect(throws: ProgramFault.self) {
            try CompressedConstant("constexpr_lut_to_dense", palette.merging(["indices": indices]) { $1 }).tensor(type)
        }
    }

    @Test("A shape that is not the output's is refused, whatever its product")
    func shape() {
        for shape: [Int64] in [[4, 1], [-2, -2], [1 << 62, 1 << 62]] {
            let attributes = palette.merging(["shape": .int64(Tensor([2], shape))]) { $1 }
            #expect(throws: ProgramFault.self) {
                try CompressedConstant("constexpr_lut_to_dense", attributes).tensor(type)
            }
        }
    }
}
