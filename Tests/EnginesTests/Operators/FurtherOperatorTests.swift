import Engines
import Foundation
import NetworkGraph
import Tensors
import Testing

/// Operators held against hand-computed results and their formulas.
@Suite struct FurtherOperatorTests {
    private func integers(_ values: Int64...) -> AnyTensor { .int64(Tensor([values.count], values)) }

    @Test("Functions of one number have the values of their formulas")
    func functions() throws {
        let x: [Float] = [-3, -1.5, -0.5, 0, 0.5, 1.5, 3]
        let formulas: [(ActivationFunction, (Double) -> Double)] = [
            (.celu(alpha: 2), { max($0, 0) + min(0, 2 * (exp($0 / 2) - 1)) }),
            (.elu(alpha: 0.5), { $0 > 0 ? $0 : 0.5 * (exp($0) - 1) }),
            (.gelu(byTanh: false), { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
            (.hardSigmoid(alpha: 0.25, beta: 0.5), { max(0, min(1, 0.25 * $0 + 0.5)) }),
            (.hardSwish, { $0 * max(0, min(1, $0 / 6 + 0.5)) }), (.mish, { $0 * tanh(log(1 + exp($0))) }),
            (.selu(alpha: 1.5, gamma: 2), { 2 * ($0 > 0 ? $0 : 1.5 * exp($0) - 1.5) }),
            (.softplus, { log(exp($0) + 1) }), (.softsign, { $0 / (1 + abs($0)) }),
            (.swish(alpha: 1), { $0 / (1 + exp(-$0)) }), (.thresholdedReLU(alpha: 1), { $0 > 1 ? $0 : 0 }),
            (
                .round,
                {
                    [-3, -1.5, -0.5].contains($0)
                        ? [-3: -3, -1.5: -2, -0.5: 0][$0] ?? 0 : $0 == 0.5 ? 0 : $0 == 1.5 ? 2 : $0
                }
            ),
        ]
        for (function, formula) in formulas {
            let y = try numbers(function, [tensor([x.count], x)])
            for (y, x) in zip(y.elements, x) {
                // One rounding to float32, and those of the formula in float64.
                #expect(abs(y - formula(Double(x))) <= 0x1p-23 * max(abs(y), 0x1p-20), "\(function.name)(\(x)) = \(y)")
            }
        }
    }

    @Test("A large argument overflows no inner exponential")
    func largeArguments() throws {
        #expect(try numbers(ActivationFunction.softplus, [vector(200, -200)]).elements == [200, 0])
        #expect(try numbers(ActivationFunction.mish, [vector(200)]).elements == [200])
        #expect(
            try numbers(Reduction(.logarithmOfSumOfExponentials), [vector(500, 500)]).elements[0]
                == Double(Float(500 + log(2.0))))
    }

    @Test("A transposed convolution spreads each element by its kernel, by hand")
    func transposedConvolution() throws {
        let (x, w) = (tensor([1, 1, 1, 2], [1, 2]), tensor([1, 1, 1, 3], [1, 10, 100]))
        #expect(try numbers(TransposedConvolution(), [x, w]).elements == [1, 12, 120, 200])
        #expect(try numbers(TransposedConvolution(strides: [1, 2]), [x, w]).elements == [1, 10, 102, 20, 200])
        #expect(
            try numbers(TransposedConvolution(strides: [1, 2], outputPadding: [0, 1]), [x, w]).elements
                == [1, 10, 102, 20, 200, 0])
        #expect(
            try numbers(TransposedConvolution(padding: .explicit(begin: [0, 1], end: [0, 1])), [x, w]).elements
                == [12, 120])
    }

    @Test("A transposed convolution is the transpose: <conv(x), y> = <x, convTranspose(y)>")
    func isTranspose() throws {
        let x = smallIntegers([1, 2, 6, 5], seed: 3)
        let w = smallIntegers([3, 2, 3, 2], seed: 4)
        let convolution = try numbers(Convolution(strides: [2, 1]), [.float32(x), .float32(w)])
        let y = smallIntegers(convolution.shape, seed: 5)
        // A row that no window reaches gets nothing back.
        let back = try numbers(
            TransposedConvolution(strides: [2, 1], outputPadding: [1, 0]), [.float32(y), .float32(w)])
        #expect(back.shape == x.shape)
        let one = zip(convolution.elements, y.elements).reduce(0) { $0 + $1.0 * Double($1.1) }
        let other = zip(x.elements, back.elements).reduce(0) { $0 + Double($1.0) * $1.1 }
        #expect(one == other)
    }

    @Test("Nearest, linear and cubic resizing, by hand")
    func resize() throws {
        let x = tensor([1, 4], [0, 1, 2, 3])
        #expect(
            try numbers(Resize(.nearest(.floor), coordinates: .asymmetric), [x, nil, nil, integers(1, 8)]).elements
                == [0, 0, 1, 1, 2, 2, 3, 3])
        #expect(
            try numbers(Resize(.linear, coordinates: .alignCorners), [x, nil, nil, integers(1, 7)]).elements
                == [0, 0.5, 1, 1.5, 2, 2.5, 3])
        #expect(try numbers(Resize(.linear), [x, nil, nil, integers(1, 2)]).elements == [0.5, 2.5])
        // Keys' kernel reproduces a straight line away from the borders.
        let cubic = try numbers(
            Resize(.cubic(coefficient: -0.5, excludesOutside: false), coordinates: .alignCorners),
            [tensor([1, 5], [0, 1, 2, 3, 4]), nil, nil, integers(1, 9)])
        #expect(cubic.elements[3...5] == [1.5, 2, 2.5])
    }

    @Test("Reductions along some axes keep or drop them, and without axes take all")
    func reductions() throws {
        let x = tensor([2, 3], [1, 2, 3, 4, 5, 6])
        #expect(try numbers(Reduction(.sum), [x, integers(1)]) == Tensor([2, 1], [6, 15]))
        #expect(try numbers(Reduction(.mean, keepsAxes: false), [x, integers(0)]) == Tensor([3], [2.5, 3.5, 4.5]))
        #expect(try numbers(Reduction(.maximum, keepsAxes: false), [x]) == Tensor([], [6]))
        #expect(try numbers(Reduction(.sum, passesWithoutAxes: true), [x]).elements == [1, 2, 3, 4, 5, 6])
        #expect(try numbers(Reduction(.l2), [vector(3, 4)]).elements == [5])
    }

    @Test("Of equal numbers the first is the largest, or the last if that is asked; NaN comes before all")
    func places() throws {
        func place(_ operation: ArgExtreme, _ x: Float...) throws -> Double {
            try numbers(operation, [tensor([x.count], x)]).elements[0]
        }
        #expect(try place(ArgExtreme(isMaximum: true), 1, 3, 3) == 1)
        #expect(try place(ArgExtreme(isMaximum: true, takesLast: true), 1, 3, 3) == 2)
        #expect(try place(ArgExtreme(isMaximum: false), 1, 3, 1) == 0)
        #expect(try place(ArgExtreme(isMaximum: true), 1, .nan, 3) == 1)
        let top = [tensor([2, 3], [1, 3, 2, 9, 7, 9]), integers(2)]
        #expect(try numbers(TopK(axis: 1), top) == Tensor([2, 2], [3, 2, 9, 9]))
        #expect(try numbers(TopK(axis: 1, givesPlaces: true), top) == Tensor([2, 2], [1, 2, 0, 2]))
    }

    @Test("Normalised groups have mean 0 and variance 1, before they are scaled and shifted")
    func normalization() throws {
        let x = AnyTensor.float32(smallIntegers([2, 4, 6], seed: 7))
        let (ones, zeros) = (vector(1, 1, 1, 1), vector(0, 0, 0, 0))
        for (extent, count) in [(Normalization.Extent.instance, 6), (.group(count: 2), 12)] {
            let y = try numbers(Normalization(extent, epsilon: 0), [x, ones, zeros]).elements
            for start in stride(from: 0, to: y.count, by: count) {
                let group = y[start..<start + count]
                // A few roundings of float32 each.
                #expect(abs(group.reduce(0, +)) < 1e-5)
                #expect(abs(group.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 1e-5)
            }
        }
        #expect(try numbers(NormDivision(), [vector(3, 4)]).elements.map(Float.init) == [0.6, 0.8])
        #expect(try numbers(NormDivision(), [vector(0, 0)]).elements == [0, 0])
    }

    @Test("Channels become blocks of pixels and back, in both orders")
    func depthAndSpace() throws {
        let x = Tensor<Float>([1, 8, 1, 1], (0..<8).map(Float.init))
        // Channel c of place p stands at p * 2 + c, or at c * 4 + p.
        #expect(try numbers(DepthToSpace(block: 2), [.float32(x)]).elements == [0, 2, 4, 6, 1, 3, 5, 7])
        #expect(
            try numbers(DepthToSpace(block: 2, isColumnRowDepth: true), [.float32(x)]).elements
                == [0, 1, 2, 3, 4, 5, 6, 7])
        let back = try ArithmeticName.fp32.apply(
            SpaceToDepth(block: 2), to: [try ArithmeticName.fp32.apply(DepthToSpace(block: 2), to: [.float32(x)])])
        #expect(back == .float32(x))
    }
}
