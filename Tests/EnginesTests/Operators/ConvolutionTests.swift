import Engines
import NetworkGraph
import TestSupport
import Tensors
import Testing

@Suite struct ConvolutionTests {
    @Test("A hand-computed case: cross-correlation, the kernel not flipped", arguments: ArithmeticName.allCases)
    func byHand(arithmetic: ArithmeticName) throws {
        let image = tensor([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let kernel = tensor([1, 1, 2, 2], [1, 0, 0, -2])
        // 1 - 2 * 5, 2 - 2 * 6, 4 - 2 * 8, 5 - 2 * 9, each plus 10
        #expect(
            try numbers(Convolution(), [image, kernel, vector(10)], in: arithmetic)
                == Tensor([1, 1, 2, 2], [1, 0, -2, -3]))
    }

    @Test("Padding adds zeros, on the sides that it is given for")
    func padding() throws {
        let padding = SlidingWindow.Padding.explicit(begin: [2], end: [1])
        #expect(
            try numbers(
                Convolution(padding: padding), [tensor([1, 1, 3], [1, 2, 3]), tensor([1, 1, 3], [1, 10, 100])])
                == Tensor([1, 1, 4], [100, 210, 321, 32]))
    }

    /// Windows of a kernel of 3 x 2 on images of 6 x 5.
    static let windows: [Convolution] = [
        Convolution(), Convolution(strides: [2, 3]), Convolution(dilations: [2, 3]), Convolution(padding: .sameUpper),
        Convolution(strides: [2, 2], padding: .sameLower),
        Convolution(strides: [1, 2], dilations: [2, 1], padding: .explicit(begin: [1, 0], end: [2, 3])),
        Convolution(groups: 2), Convolution(strides: [2, 1], padding: .sameUpper, groups: 4),
    ]

    @Test(
        "In every arithmetic exact sums are those of the definition", arguments: windows.indices,
        ArithmeticName.allCases)
    func definition(index: Int, arithmetic: ArithmeticName) throws {
        let convolution = Self.windows[index]
        let (channels, outputs) = (4, 8)
        let own = channels / convolution.groups
        let x = smallIntegers([2, channels, 6, 5])
        let weights = smallIntegers([outputs, own, 3, 2], seed: 2)
        let bias = smallIntegers([outputs], seed: 3)
        let axes = try convolution.axes(input: x.shape, weights: weights.shape)

        let expected = tabulated(Shape([2, outputs] + axes.map(\.outputExtent))) { index in
            let firstChannel = index[1] / (outputs / convolution.groups) * own
            var sum = bias[index[1]]
            for channel in 0..<own {
                for tapY in 0..<3 {
                    for tapX in 0..<2 {
                        let y = axes[0].inputPosition(output: index[2], tap: tapY)
                        let z = axes[1].inputPosition(output: index[3], tap: tapX)
                        guard (0..<6).contains(y), (0..<5).contains(z) else { continue }
                        sum += x[index[0], firstChannel + channel, y, z] * weights[index[1], channel, tapY, tapX]
                    }
                }
            }
            return Double(sum)
        }
        #expect(try numbers(convolution, [.float32(x), .float32(weights), .float32(bias)], in: arithmetic) == expected)
    }

    @Test("A sum starts from the bias and runs over channels, then kernel rows, then columns, each step fused")
    func order() throws {
        var random = RandomNumbers(seed: 4)
        let x = random.floats([2, 3, 4, 5], in: -1...1)
        let weights = random.floats([2, 3, 3, 2], in: -1...1)
        let bias = random.floats([2], in: -1...1)
        let expected = tabulated([2, 2, 2, 4]) { index in
            var sum = bias[index[1]]
            for channel in 0..<3 {
                for row in 0..<3 {
                    for column in 0..<2 {
                        sum.addProduct(
                            x[index[0], channel, index[2] + row, index[3] + column],
                            weights[index[1], channel, row, column])
                    }
                }
            }
            return Double(sum)
        }
        #expect(try numbers(Convolution(), [.float32(x), .float32(weights), .float32(bias)]) == expected)
    }

    @Test("A convolution sums over its window along one spatial axis, and along three")
    func ranks() throws {
        #expect(
            try numbers(Convolution(), [tensor([1, 1, 4], [1, 2, 3, 4]), tensor([1, 1, 2], [1, -1])]).elements
                == [-1, -1, -1])
        let cube = tensor([1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(
            try numbers(Convolution(), [cube, tensor([1, 1, 2, 2, 2], .init(repeating: 1, count: 8))]).elements == [36])
    }

    @Test("No images give no maps, and no input channels the bias")
    func emptiness() throws {
        #expect(
            try numbers(Convolution(), [tensor([0, 1, 3], []), tensor([2, 1, 2], [1, 2, 3, 4])]).shape == [0, 2, 2])
        #expect(
            try numbers(Convolution(), [tensor([1, 0, 2], []), tensor([1, 0, 1], []), vector(5)]).elements == [5, 5])
    }
}
