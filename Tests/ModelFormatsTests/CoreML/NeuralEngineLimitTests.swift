import NetworkGraph
import Tensors
import Testing

@testable import ModelFormats

/// The limits that are known of the Neural Engine, each on either side of it.
@Suite struct NeuralEngineLimitTests {
    /// What is forecast of a program of one operation.
    private func forecast(
        _ type: String, _ operation: any Operator, _ inputs: [Shape], _ output: Shape,
        _ elementType: ElementType? = .float16, flexibility: [String: CoreMLProvenance.Flexibility] = [:]
    ) throws -> NeuralEngineForecast {
        let names = inputs.indices.map { "x\($0)" }
        let graph = try Graph(
            name: "program",
            inputs: names.map { .init(name: $0, elementType: .float16, dimensions: []) }, outputs: ["y"],
            nodes: [Node(name: "y", operator: operation, inputs: names, outputs: ["y"])], initializers: [:])
        let provenance = CoreMLProvenance(
            specificationVersion: 7, opset: "CoreML6", metadata: [:],
            operations: [.init(type: type, output: "y", elementType: elementType)], compressed: [],
            flexibility: flexibility, defaultShapes: [:])
        let types = Dictionary(
            uniqueKeysWithValues: zip(names + ["y"], inputs + [output]).map { ($0, TensorType(.real, $1)) })
        return NeuralEngineForecast(graph, provenance, types: types)
    }

    private func eligibility(
        _ type: String, _ operation: any Operator = Reshape(), _ inputs: [Shape] = [], _ output: Shape
    ) throws -> NeuralEngineForecast.Eligibility {
        try forecast(type, operation, inputs, output).operations[0].eligibility
    }

    @Test("Kernels of convolutions reach 29 rows and 13 columns")
    func convolutions() throws {
        for (kernel, expected) in [
            ([29, 13], NeuralEngineForecast.Eligibility.eligible), ([30, 13], .notEligible), ([29, 14], .notEligible),
        ] {
            #expect(
                try eligibility("conv", Convolution(), [[1, 2, 64, 64], Shape([4, 2] + kernel)], [1, 4, 8, 8])
                    == expected, "\(kernel)")
        }
        #expect(try eligibility("conv", Convolution(), [[1, 2, 64], [4, 2, 3]], [1, 4, 62]) == .unknown)
    }

    @Test("Nothing is known of what is called a convolution and has no weights")
    func noWeights() throws {
        #expect(try eligibility("conv", Reshape(), [[1, 2, 64, 64]], [1, 4, 8, 8]) == .unknown)
    }

    @Test("An operation is preferred there where it may run there, in a program whose work is worth a dispatch")
    func preferred() throws {
        func isPreferred(_ kernel: Int, outputs: Int) throws -> Bool {
            try forecast(
                "conv", Convolution(), [[1, 64, 64, 64], [outputs, 64, kernel, 1]], [1, outputs, 64, 64]
            ).operations[0].isLikelyPreferred
        }
        // 64 * 64 * 64 multiply-adds for each output channel and row of the kernel.
        #expect(try isPreferred(3, outputs: 16) && !isPreferred(3, outputs: 1) && !isPreferred(30, outputs: 16))
    }

    @Test("Pools reach 13 rows and columns and move by two; nothing is known of those that round up")
    func pools() throws {
        func pool(_ kernel: [Int], _ strides: [Int], ceilMode: Bool = false) throws -> NeuralEngineForecast.Eligibility
        {
            let window = SlidingWindow(kernel: kernel, strides: strides, ceilMode: ceilMode)
            let max = try eligibility("max_pool", MaxPool(window: window), [[1, 2, 64, 64]], [1, 2, 8, 8])
            #expect(
                try eligibility("avg_pool", AveragePool(window: window), [[1, 2, 64, 64]], [1, 2, 8, 8]) == max)
            return max
        }
        #expect(try pool([13, 13], [2, 2]) == .eligible)
        #expect(try pool([14, 13], [2, 2]) == .notEligible && pool([13, 14], [2, 2]) == .notEligible)
        #expect(try pool([13, 13], [3, 2]) == .notEligible && pool([13, 13], [2, 3]) == .notEligible)
        #expect(try pool([2, 2], [2, 2], ceilMode: true) == .unknown)
        #expect(try eligibility("max_pool", Reshape(), [[1, 2, 64, 64]], [1, 2, 8, 8]) == .unknown)
    }

    @Test("Images reach 16384 rows and columns, and 65536 channels and images, on either side of an operation")
    func extents() throws {
        for axis in 0..<4 {
            let most = axis < 2 ? 65536 : 16384
            for (extent, expected) in [(most, NeuralEngineForecast.Eligibility.eligible), (most + 1, .notEligible)] {
                var extents = [1, 1, 1, 1]
                extents[axis] = extent
                #expect(try eligibility("relu", Reshape(), [Shape(extents)], [1, 1, 1, 1]) == expected)
                #expect(try eligibility("relu", Reshape(), [[1, 1, 1, 1]], Shape(extents)) == expected)
            }
        }
        #expect(try eligibility("relu", Reshape(), [[16385, 1]], [16385, 1]) == .eligible)
        #expect(try eligibility("transpose", Reshape(), [[1]], [16384, 2]) == .eligible)
        #expect(try eligibility("transpose", Reshape(), [[1]], [16385, 2]) == .notEligible)
    }

    @Test("Dense layers have at most 4 axes, new shapes 5, and slopes belong to 3 or more")
    func ranks() throws {
        for (type, rank, expected) in [
            ("linear", 4, NeuralEngineForecast.Eligibility.eligible), ("linear", 5, .notEligible),
            ("reshape", 5, .eligible), ("reshape", 6, .notEligible), ("prelu", 3, .eligible),
            ("prelu", 2, .notEligible),
            ("reduce_prod", 2, .notEligible), ("gather", 2, .unknown), ("sin", 2, .unknown), ("other", 2, .unknown),
            ("softmax", 2, .eligible), ("add", 2, .eligible), ("resize_bilinear", 2, .unknown),
            ("upsample_bilinear", 2, .eligible),
        ] {
            let shape = Shape([Int](repeating: 1, count: rank))
            #expect(try eligibility(type, Reshape(), [[1]], shape) == expected, "\(type) \(rank)")
        }
        #expect(try forecast("relu", Reshape(), [[1]], [1], .float32).operations[0].eligibility == .notEligible)
        #expect(try forecast("cast", Reshape(), [[1]], [1], .float32).operations[0].eligibility == .eligible)
    }

    @Test("Rows are padded in matrices alone, and what takes more than 2 MiB is cut into tiles")
    func warnings() throws {
        func warnings(_ output: Shape) throws -> [NeuralEngineRule] {
            try forecast("relu", Reshape(), [[1]], output).operations[0].warnings
        }
        #expect(try warnings([4, 4]) == [.rowPadding] && warnings([4]) == [] && warnings([4, 4, 4]) == [])
        #expect(try warnings([1 << 20]) == [] && warnings([(1 << 20) + 1]) == [.tiling])
    }

    @Test("Fewer multiply-adds than a dispatch takes are told, and what has as many is likely preferred")
    func dispatch() throws {
        // As many multiply-adds as 1000 x columns x 1.
        for (columns, isEnough) in [(11_500, true), (11_499, false)] {
            let forecast = try forecast("matmul", MatMul(), [[1000, 1], [1, columns]], [1000, columns])
            #expect(forecast.operations[0].multiplyAdds == 1000 * columns && forecast.eligibleMultiplyAdds == 1)
            #expect(forecast.operations[0].isLikelyPreferred == isEnough)
            #expect(forecast.programRules.contains(.dispatch) == !isEnough)
            #expect(forecast.advice.contains { $0.contains("\(1000 * columns) multiply-adds") } == !isEnough)
        }
    }

    @Test("More than 128 enumerated shapes are advised against, and a range is")
    func shapes() throws {
        for (count, isTooMany) in [(128, false), (129, true)] {
            let shapes = [[Int]](repeating: [1], count: count)
            let forecast = try forecast("relu", Reshape(), [[1]], [1], flexibility: ["x0": .enumerated(shapes)])
            #expect(forecast.advice.contains { $0.contains("there are \(count)") } == isTooMany)
            #expect(forecast.programRules.contains(.enumerated) != isTooMany)
        }
    }

    @Test("Shares are of those that are eligible for certain, and none of nothing")
    func shares() throws {
        let one = try forecast("relu", Reshape(), [[1]], [1])
        #expect(one.eligibleOperations == 1 && one.eligibleMultiplyAdds == 0)
        #expect(try forecast("gather", MatMul(), [[2, 3], [3, 4]], [2, 4]).eligibleMultiplyAdds == 0)
    }
}
