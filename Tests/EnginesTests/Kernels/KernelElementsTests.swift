import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Engines

/// Activations and pools by kernels against their definitions.
@Suite struct KernelElementsTests {
    @Test("PReLU by kernel has the bits of its definition, for slopes of any broadcast shape")
    func prelu() {
        check(Float32Arithmetic.self)
        check(Float64Arithmetic.self)
        check(Float16StorageArithmetic.self)
        check(Float16FusedArithmetic.self)
        check(Float16MultiplyAddArithmetic.self)
        check(NeuralEngineM1Arithmetic.self)
    }

    private func check<A: Arithmetic>(_ arithmetic: A.Type) {
        var random = RandomNumbers(seed: 5)
        for slopeShape: Shape in [[1], [3, 1, 1], [1, 3, 1, 1], [5], [2, 3, 4, 5]] {
            let shape: Shape = [2, 3, 4, 5]
            let numbers = special(A.Element.self) + random.numbers(shape.count - special(A.Element.self).count)
            let x = Tensor(shape, numbers.map { A.element(Double($0)) })
            let slope = Tensor<A.Element>(slopeShape, random.numbers(slopeShape.count)).map { A.element(Double($0)) }
            let operation = PReLU()
            #expect(
                haveSameBits(
                    operation.vectorPReLU(of: x, slope, in: A.self), operation.definedPReLU(of: x, slope, in: A.self)),
                "\(A.name) with a slope of shape \(slopeShape)")
        }
    }

    @Test("Under a window the first of the largest numbers is found, and NaN wins")
    func largest() {
        let numbers: [Float] = [-0.0, 0, -1, 5, .nan, -.infinity, 5, 2]
        func find(_ pixels: [Int], _ taps: [Int]) -> [UInt32] {
            var largest = [Float](repeating: 1, count: pixels.count)
            Float.findLargest(numbers, pixels: pixels, taps: taps, into: &largest)
            return largest.map(\.bitPattern)
        }
        #expect(find([0, 1], [0, 1]) == [(-0.0 as Float).bitPattern, (0 as Float).bitPattern])
        #expect(find([0], [1, 0]) == [(0 as Float).bitPattern])
        #expect(find([2, 5], [0, 1]) == [(5 as Float).bitPattern, (5 as Float).bitPattern])
        #expect(find([5], [0]) == [(-Float.infinity).bitPattern])
        #expect(find([3, 4, 2], [0, 1, 2]).allSatisfy { Float(bitPattern: $0).isNaN })
    }

    @Test("A pool of float16 and of float64 gives that of the same numbers in float32")
    func poolsAgree() throws {
        var random = RandomNumbers(seed: 6)
        let x = Tensor<Float16>([2, 3, 7, 5], random.numbers(210))
        let pool = MaxPool(window: SlidingWindow(kernel: [3, 2], strides: [2, 2], ceilMode: true))
        let single = try OperatorEngine<Float32Arithmetic>.apply(pool, to: [.float32(x.map(Float.init))])
        let half = try OperatorEngine<Float16StorageArithmetic>.apply(pool, to: [.float16(x)])
        let double = try OperatorEngine<Float64Arithmetic>.apply(pool, to: [.float64(x.map(Double.init))])
        #expect(half.float64 == single.float64)
        #expect(double.float64 == single.float64)
    }
}

private func special<Number: BinaryFloatingPoint>(_: Number.Type) -> [Number] {
    [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, -.greatestFiniteMagnitude]
}

private func haveSameBits<Number: BinaryFloatingPoint>(_ a: Tensor<Number>, _ b: Tensor<Number>) -> Bool {
    a.shape == b.shape
        && zip(a.elements, b.elements).allSatisfy { $0.isNaN ? $1.isNaN : $0 == $1 && $0.sign == $1.sign }
}

extension RandomNumbers {
    fileprivate mutating func numbers<Number: BinaryFloatingPoint>(_ count: Int) -> [Number] {
        (0..<count).map { _ in Number(Double.random(in: -4...4, using: &self)) }
    }
}
