import Diagnosis
import NetworkGraph
import Tensors
import Testing

/// What two model files have in common, told without running them.
@Suite struct FileComparisonTests {
    private func compared(
        _ constant: String, _ change: (Tensor<Float>) -> Tensor<Float>
    ) throws -> FileComparison.Constant? {
        let right = try SmallNetwork()
        let files = try comparison(of: try right.changing(constant, change), with: right)
        #expect(files.constants.count { $0.relation != .equal } <= 1)
        return files.constants.first { $0.relation != .equal }
    }

    private func comparison(of candidate: SmallNetwork, with right: SmallNetwork) throws -> FileComparison {
        let names = right.nodes.flatMap(\.outputs)
        return FileComparison(
            of: try candidate.graph, with: try right.graph, pairs: Dictionary(uniqueKeysWithValues: zip(names, names)))
    }

    @Test("The same file has equal constants, and no attribute that differs")
    func same() throws {
        let right = try SmallNetwork()
        let files = try comparison(of: right, with: right)
        #expect(files.constants.count == 12 && files.differences.isEmpty)
    }

    @Test("Weights in another order are said to be so, and in which")
    func orders() throws {
        let transposed = try #require(compared("conv2.weight") { $0.transposed([0, 1, 3, 2]) })
        #expect(transposed.relation == .otherOrder)
        #expect(transposed.words == "laid out as outputs, inputs, columns, rows")
        let flipped = try #require(
            compared("conv1.weight") { $0.taking { [$0[0], $0[1], 2 - $0[2], 2 - $0[3]] } })
        #expect(flipped.relation == .otherOrder && flipped.words == "rows and columns backwards")
        let moved = try #require(
            compared("conv2.weight") { $0.taking { [($0[0] + 2) % 6, $0[1], $0[2], $0[3]] } })
        #expect(moved.relation == .otherOrder && moved.words == "its outputs in another order: 2, 3, 4, 5, 0, 1")
        let flattened = try #require(
            compared("dense.weight") { $0.taking { [$0[0], $0[1] % 6 * 9 + $0[1] / 6] } })
        #expect(flattened.relation == .otherOrder && flattened.words.contains("its inputs in another order: those of"))
        let read = try #require(
            compared("dense.weight") { Tensor($0.shape, $0.transposed([1, 0]).elements) })
        #expect(read.relation == .otherOrder && read.words.contains("inputs, outputs, which is not their shape"))
    }

    @Test("Rounded weights are said to be so, to which format and in what parts")
    func roundings() throws {
        let half = try #require(compared("dense.weight") { $0.map { Float(Float16($0)) } })
        #expect(half.relation == .rounded && half.words == "rounded to float16")
        let tensor = try #require(
            compared("conv2.weight") { weights in
                let scale = (weights.elements.map(abs).max() ?? 0) / 127
                return weights.map { ($0 / scale).rounded(.toNearestOrEven) * scale }
            })
        #expect(tensor.relation == .rounded && tensor.words == "rounded to int8 weights, one scale for the tensor")
        let both = try #require(
            compared("conv2.weight") { $0.map { Float(Float16($0)) }.transposed([0, 1, 3, 2]) })
        #expect(both.relation == .roundedInOtherOrder && both.words.hasPrefix("rounded to float16, laid out as"))
    }

    @Test("Another layer's numbers, and unlike ones, are said to be so")
    func others() throws {
        let right = try SmallNetwork()
        guard case .float32(let other)? = right.constants["conv1.bias"] else { throw CancellationError() }
        let taken = try #require(compared("conv2.bias") { _ in other })
        #expect(taken.relation == .otherLayers && taken.words == "those of conv1: bias")
        let one = try #require(
            compared("conv2.weight") { weights in
                var weights = weights
                weights.elements[9] = 3
                return weights
            })
        #expect(one.relation == .unlike && one.words.hasPrefix("1 of 144 numbers differ: 3.0 at [0, 2, 0, 1], not "))
        let all = try #require(compared("conv2.weight") { $0.map { $0 + 0.25 } })
        #expect(all.relation == .unlike && all.words.hasPrefix("144 of 144 numbers differ, by 0.25"))
    }

    @Test("Attributes and operators that differ are told with both sides' values")
    func attributes() throws {
        let right = try SmallNetwork()
        let window = SlidingWindow(kernel: [2, 2], strides: [1, 1])
        let strides = try comparison(of: right.replacing("pool1", by: MaxPool(window: window)), with: right)
        #expect(strides.differences == ["pool1, strides: [1, 1], not [2, 2]"])
        let mean = try comparison(
            of: right.replacing("pool1", by: AveragePool(window: SlidingWindow(kernel: [2, 2], strides: [2, 2]))),
            with: right)
        #expect(mean.differences == ["pool1, operator: AveragePool, not MaxPool"])
    }

    @Test("Constants are found where layers have no names in common")
    func withoutNames() throws {
        let right = try SmallNetwork()
        let half = try right.changing("conv1.weight") { $0.map { Float(Float16($0)) } }
        let files = FileComparison(of: try half.graph, with: try right.graph, pairs: [:])
        #expect(files.constants.map(\.relation) == [.rounded] + Array(repeating: .equal, count: 11))
    }
}

extension Tensor<Float> {
    /// The elements at other indices, which are given for each of the result.
    fileprivate func taking(_ source: ([Int]) -> [Int]) -> Tensor<Float> {
        Tensor(
            shape,
            (0..<shape.count).map { position in
                elements[zip(source(shape.index(at: position)), shape.strides).reduce(0) { $0 + $1.0 * $1.1 }]
            })
    }
}
