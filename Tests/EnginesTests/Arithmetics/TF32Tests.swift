import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Engines

@Suite struct TF32Tests {
    @Test("Factors have 10 bits of fraction; sums, starts and results have 23")
    func factors() throws {
        let fine = Float(1 + 0x1p-12)
        let product = try ArithmeticName.tf32.apply(
            MatMul(), to: [.float32(Tensor([1, 1], [fine])), .float32(Tensor([1, 1], [1]))])
        #expect(product == .float32(Tensor([1, 1], [1])))
        // (1 + 2^-10)^2 has a last part, 2^-20, that the sum keeps.
        let square = try ArithmeticName.tf32.apply(
            MatMul(), to: [.float32(Tensor([1, 1], [1 + 0x1p-10])), .float32(Tensor([1, 1], [1 + 0x1p-10]))])
        #expect(square == .float32(Tensor([1, 1], [1 + 0x1p-9 + 0x1p-20])))
        let convolution = try ArithmeticName.tf32.apply(
            Convolution(),
            to: [.float32(Tensor([1, 1, 1], [0])), .float32(Tensor([1, 1, 1], [1])), .float32(Tensor([1], [fine]))])
        #expect(convolution == .float32(Tensor([1, 1, 1], [fine])))
    }

    @Test("Operators without sums of products compute as in float32")
    func others() throws {
        let x = AnyTensor.float32(Tensor([2], [1 + 0x1p-20, 3]))
        for operation: any Operator in [BinaryArithmetic.add, BinaryArithmetic.multiply, BinaryArithmetic.divide] {
            let single = try ArithmeticName.fp32.apply(operation, to: [x, x])
            #expect(try ArithmeticName.tf32.apply(operation, to: [x, x]) == single)
        }
    }

    @Test("Sums by the kernel have the bits of the definition, in every order the same factors")
    func kernel() {
        var random = RandomNumbers(seed: 8)
        let numbers = (0..<40).map { _ in Float.random(in: -4...4, using: &random) }
        let weights = (0..<24).map { _ in Float.random(in: -4...4, using: &random) }
        let sums = SumsOfProducts(
            numbers: numbers, origins: [0, 20], pixels: [0, 1, 2], taps: Array(0..<8), weights: weights[...],
            starts: [0.3, -1, 2], weightSteps: (8, 1))
        #expect(sums.sums(in: TF32Arithmetic.self) == sums.definedSums(in: TF32Arithmetic.self))
        let rounded = sums.withRoundedFactors(in: TF32Arithmetic.self)
        for order in SummationOrder.allCases {
            #expect(sums.sums(in: TF32Arithmetic.self, order) == rounded.sums(in: Float32Arithmetic.self, order))
        }
    }
}
