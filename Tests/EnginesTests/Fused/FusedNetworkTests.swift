import Engines
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// Fused networks of random extents against the engine that computes them operator by operator, bit for bit.
@Suite struct FusedNetworkTests {
    private static let arithmetics: [ArithmeticName] = ArithmeticName.allCases.filter(\.formats.suitLayerKernels)

    private static func pool(_ side: Int, stride: Int = 2, padding: SlidingWindow.Padding? = nil, ceil: Bool = false)
        -> SlidingWindow
    {
        SlidingWindow(kernel: [side, side], strides: [stride, stride], padding: padding, ceilMode: ceil)
    }

    /// Extents around the kernels' tiles (14 pixels, blocks of 16 channels) and pools that the maps do not fill.
    static func networks(images: Int, isTransposed: Bool, scale: Float = 1) throws -> [(Shape, RandomNetwork)] {
        let maps: Shape = [images, 18, 24, 3]
        let crops: Shape = [images, 13, 13, 3]
        return [
            (
                maps,
                try RandomNetwork(
                    seed: 1, images: maps, isTransposed: isTransposed,
                    convolutions: [(10, [3, 2], pool(2, ceil: true)), (17, [2, 3], nil), (33, [1, 1], nil)],
                    dense: [], heads: [4, 2], scale: scale)
            ),
            (
                maps,
                try RandomNetwork(
                    seed: 2, images: maps, isTransposed: isTransposed,
                    convolutions: [(1, [3, 3], pool(3, padding: .sameUpper)), (65, [3, 3], pool(2, stride: 1))],
                    dense: [], heads: [18], scale: scale)
            ),
            (
                crops,
                try RandomNetwork(
                    seed: 3, images: crops, isTransposed: isTransposed,
                    convolutions: [(28, [3, 3], pool(3, ceil: true)), (48, [2, 2], pool(3))],
                    dense: [31, 9], heads: [2, 4, 10], scale: scale)
            ),
            (
                crops,
                try RandomNetwork(
                    seed: 4, images: crops, isTransposed: isTransposed,
                    convolutions: [(20, [4, 4], pool(2)), (5, [2, 2], nil)],
                    dense: [81], heads: [6], scale: scale)
            ),
        ]
    }

    @Test(
        "On every level a fused network gives the bits of the operators",
        arguments: KernelLevel.supported, [false, true])
    func equalsOperators(level: KernelLevel, isTransposed: Bool) throws {
        var random = RandomNumbers(seed: 5)
        for (index, (shape, network)) in try Self.networks(images: 2, isTransposed: isTransposed).enumerated() {
            let images = random.floats(shape, in: -1...1)
            for arithmetic in Self.arithmetics {
                try check(network, images, arithmetic, level, "network \(index)")
            }
        }
    }

    @Test("Infinities, NaN and zeros of either sign pass as through the operators", arguments: [false, true])
    func specialNumbers(isTransposed: Bool) throws {
        var random = RandomNumbers(seed: 6)
        // Small enough that float16 sums underflow to 0 and -0, which pools then choose between.
        for scale: Float in [1e-4, 1] {
            for (shape, network) in try Self.networks(images: 1, isTransposed: isTransposed, scale: scale) {
                var images = random.floats(shape, in: -1...1)
                for special in [Float.nan, .infinity, -.infinity, -0.0, 65504] where scale == 1 {
                    images.elements[Int.random(in: 0..<shape.count, using: &random)] = special
                }
                for arithmetic in Self.arithmetics { try check(network, images, arithmetic, .best, "scale \(scale)") }
            }
        }
    }

    @Test("An image's outputs do not depend on the other images of a batch, or on calls at the same time")
    func batchesAndThreads() async throws {
        var random = RandomNumbers(seed: 8)
        for (shape, network) in try Self.networks(images: 67, isTransposed: false) {
            let fused = try network.fused(.fp32)
            let images = random.floats(shape, in: -1...1)
            let batch = try fused.evaluate(images)
            let count = batch.elements.count / shape[0]
            let imageCount = shape.strides[0]
            try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
                for index in stride(from: 0, to: shape[0], by: 11) {
                    group.addTask {
                        let image = Array(images.elements[index * imageCount..<(index + 1) * imageCount])
                        return (
                            index, try fused.evaluate(Tensor(Shape([1] + shape.dimensions.dropFirst()), image)).elements
                        )
                    }
                }
                for try await (index, alone) in group {
                    #expect(alone == Array(batch.elements[index * count..<(index + 1) * count]))
                }
            }
        }
    }

    @Test("Nothing that other networks leave in the working memory, which all share, is read", arguments: arithmetics)
    func sharedMemory(_ arithmetic: ArithmeticName) throws {
        var random = RandomNumbers(seed: 9)
        let networks = try Self.networks(images: 2, isTransposed: false)
        for (index, (shape, network)) in networks.enumerated() {
            for (other, spoiling) in networks {
                _ = try spoiling.fused(arithmetic).evaluate(Tensor(other, repeating: .nan))
            }
            try check(network, random.floats(shape, in: -1...1), arithmetic, .best, "network \(index)")
        }
    }

    private func check(
        _ network: RandomNetwork, _ images: Tensor<Float>, _ arithmetic: ArithmeticName, _ level: KernelLevel,
        _ comment: String
    ) throws {
        let fused = try network.fused(arithmetic, level: level).evaluate(images)
        let defined = try OperatorOutputs(
            arithmetic.engine(for: network.graph), images, imageAxes: network.imageAxes, outputs: network.outputs
        ).tensor
        #expect(fused.shape == defined.shape)
        #expect(firstDifference(fused, defined) == nil, "\(comment), \(arithmetic)")
    }
}

extension RandomNetwork {
    fileprivate func fused(_ arithmetic: ArithmeticName, level: KernelLevel = .best) throws -> FusedNetwork {
        try FusedNetwork(graph, imageAxes: imageAxes, outputs: outputs, arithmetic: arithmetic, level: level)
    }
}
