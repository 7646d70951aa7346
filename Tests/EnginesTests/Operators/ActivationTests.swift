import Engines
import Foundation
import NetworkGraph
import TestSupport
import Tensors
import Testing

@Suite struct ActivationTests {
    private let line = vector(-4, -0.5, 0, 0.5, 4)

    @Test("Rectifiers: negative numbers become 0, or are multiplied by a slope", arguments: ArithmeticName.allCases)
    func rectifiers(arithmetic: ArithmeticName) throws {
        func elements(_ operation: any Operator, _ inputs: AnyTensor...) throws -> [Double] {
            try numbers(operation, inputs, in: arithmetic).elements
        }
        #expect(try elements(ActivationFunction.relu, line) == [0, 0, 0, 0.5, 4])
        #expect(try elements(ActivationFunction.leakyReLU(slope: 0.25), line) == [-1, -0.125, 0, 0.5, 4])
        #expect(try elements(ActivationFunction.identity, line) == [-4, -0.5, 0, 0.5, 4])
        #expect(try elements(PReLU(), line, vector(0.5)) == [-2, -0.25, 0, 0.5, 4])
        #expect(try elements(PReLU(), line, vector(1, 2, 3, 4, 5)) == [-4, -1, 0, 0.5, 4])
    }

    @Test("A slope for each channel is broadcast over the maps; before opset 7 from [C], since from [C, 1]")
    func slopes() throws {
        let maps = tensor([1, 2, 2], [-1, 2, -3, 4])
        let expected = Tensor<Double>([1, 2, 2], [-10, 2, -300, 4])
        #expect(try numbers(PReLU(), [maps, tensor([2, 1], [10, 100])]) == expected)
        #expect(try numbers(PReLU(slopesAreChannels: true), [maps, vector(10, 100)]) == expected)
        #expect(try numbers(PReLU(), [maps, vector(10, 100)]).elements == [-10, 2, -30, 4])
    }

    @Test(
        "NaN stays NaN, and infinities what they are",
        arguments: [ActivationFunction.relu, .leakyReLU(slope: 0.5), .sigmoid, .identity])
    func notFinite(function: ActivationFunction) throws {
        let y = try numbers(function, [vector(.nan, .infinity, -.infinity)]).elements
        #expect(y[0].isNaN)
        #expect(y[1] == (function == .sigmoid ? 1 : .infinity))
        #expect(y[2] == (function == .relu || function == .sigmoid ? 0 : -.infinity))
        #expect(try numbers(PReLU(), [vector(.nan), vector(2)]).elements[0].isNaN)
    }

    @Test("Signed zero and negative products keep their sign")
    func signedZero() throws {
        #expect(try numbers(PReLU(), [vector(-0.0), vector(-3)]).elements[0].sign == .minus)
        #expect(try numbers(ActivationFunction.relu, [vector(0)]).elements[0].sign == .plus)
    }

    @Test("The logistic function is that of the definition, to its three roundings")
    func sigmoid() throws {
        #expect(try numbers(ActivationFunction.sigmoid, [vector(0)]).elements == [0.5])
        // exp, the sum and the quotient are each rounded: a relative error of 3 * 2^-24 at most, here with the
        // squares of roundings allowed for.
        let x = stride(from: Float(-20), through: 20, by: 0.37).map { $0 }
        let y = try numbers(ActivationFunction.sigmoid, [tensor([x.count], x)]).elements
        for (x, y) in zip(x, y) {
            let exact = 1 / (1 + exp(-Double(x)))
            #expect(abs(y - exact) <= 3.001 * 0x1p-24 * exact, "x = \(x)")
        }
    }
}

@Suite struct SoftmaxTests {
    @Test("Equal numbers share 1 equally, however large they are", arguments: ArithmeticName.allCases)
    func equal(arithmetic: ArithmeticName) throws {
        #expect(
            try numbers(Softmax(axis: 1), [tensor([2, 4], .init(repeating: 30_000, count: 8))], in: arithmetic).elements
                == [Double](repeating: 0.25, count: 8))
    }

    @Test("The definition, to the roundings of n powers, their sum and the quotient")
    func definition() throws {
        var random = RandomNumbers(seed: 5)
        let x = random.floats([3, 7, 2], in: -8...8)
        let y = try numbers(Softmax(axis: 1), [.float32(x)])
        for outer in 0..<3 {
            for inner in 0..<2 {
                let powers = (0..<7).map { exp(Double(x[outer, $0, inner])) }
                let sum = powers.reduce(0, +)
                for (position, power) in powers.enumerated() {
                    let exact = power / sum
                    // The difference that is exponentiated is rounded, too: at most 16 * 2^-24 in the exponent.
                    let bound = (16 + 7 + 2) * 0x1.01p-24 * exact
                    #expect(abs(y[outer, position, inner] - exact) <= bound)
                }
            }
        }
    }

    @Test("Along any axis, and before opset 13 over all axes from the given one on")
    func axes() throws {
        let x = tensor([2, 2], [0, 0, .infinity.nextDown, 0])
        #expect(try numbers(Softmax(axis: -1), [x]).elements == [0.5, 0.5, 1, 0])
        #expect(try numbers(Softmax(axis: 0), [x]).elements == [0, 0.5, 1, 0.5])
        #expect(try numbers(Softmax(axis: 0, spansFollowingAxes: true), [x]).elements == [0, 0, 1, 0])
        #expect(try numbers(Softmax(axis: 2, spansFollowingAxes: true), [x]).elements == [1, 1, 1, 1])
    }

    @Test("The result does not change when a number is added to all")
    func shift() throws {
        let x = smallIntegers([4, 5])
        #expect(
            try numbers(Softmax(axis: 1), [.float32(x)])
                == numbers(Softmax(axis: 1), [.float32(x.map { $0 + 1000 })]))
    }

    @Test("Minus infinity has no share, NaN spoils its own lane alone")
    func notFinite() throws {
        #expect(try numbers(Softmax(axis: 0), [vector(1, -.infinity, 1)]).elements == [0.5, 0, 0.5])
        let y = try numbers(Softmax(axis: 1), [tensor([2, 2], [.nan, 0, 0, 0])]).elements
        #expect(y[0].isNaN && y[1].isNaN && y[2...] == [0.5, 0.5])
        #expect(try numbers(Softmax(axis: 0), [tensor([0, 2], [])]).shape == [0, 2])
    }
}
