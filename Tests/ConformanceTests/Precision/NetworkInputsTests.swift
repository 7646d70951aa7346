import Captures
import Conformance
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// Which cases of a recording a network is run on, and how their images are turned.
@Suite struct NetworkInputsTests {
    private func inputs(
        _ cases: [(name: String, inputs: [Shape], tensors: Int)], of dimensions: [Graph.Dimension],
        inputs count: Int = 1
    ) throws -> [NetworkInputs] {
        try withTemporaryDirectory { directory in
            let header = CaptureHeader(
                engine: "a test", engineVersion: "1", arithmetic: "fp32", modelName: "net",
                modelSHA256: String(repeating: "0", count: 64), adapter: "by hand")
            let writer = try CaptureWriter(header, to: "\(directory)/a.h5")
            for (name, shapes, tensors) in cases {
                try writer.append(
                    CaptureCase(
                        name: name, source: "from \(name)",
                        inputs: shapes.enumerated().map { index, shape in
                            .init(
                                name: "recorded\(index)",
                                values: .float32(Tensor(shape, (0..<shape.count).map { Float($0) })))
                        },
                        tensors: (0..<tensors).map {
                            .init(
                                name: "t\($0)", node: "n", operator: "", isGraphOutput: true,
                                values: .float32(Tensor([1], [0])))
                        }))
            }
            try writer.finish()
            let names = (0..<count).map { "x\($0)" }
            let graph = try Graph(
                name: "net", inputs: names.map { .init(name: $0, elementType: .float32, dimensions: dimensions) },
                outputs: ["x0"], nodes: [], initializers: [:])
            return try NetworkInputs.all(in: CaptureFile(contentsOf: "\(directory)/a.h5"), of: graph)
        }
    }

    private let channelsFirst: [Graph.Dimension] = [.symbolic("N"), .fixed(3), .symbolic("h"), .symbolic("w")]

    @Test("Of the cases those that hold most tensors count, in their order")
    func most() throws {
        let all = try inputs(
            [("a", [[2]], 1), ("b", [[2]], 2), ("c", [[2]], 1), ("d", [[2]], 2)], of: [.fixed(2)])
        #expect(all.map(\.name) == ["b", "d"] && all.map(\.source) == ["from b", "from d"])
        #expect(all[0].tensors == ["recorded0": .float32(Tensor([2], [0, 1]))])
        #expect(try inputs([("a", [[2]], 1), ("b", [[2]], 1)], of: [.fixed(2)]).map(\.name) == ["a", "b"])
    }

    @Test("Columns first with channels last become channels first with rows first, under the network's name")
    func turned() throws {
        let all = try inputs([("a", [[2, 4, 5, 3]], 1)], of: channelsFirst)
        #expect(all.map(\.name) == ["a"])
        let turned = try #require(all[0].tensors["x0"])
        let given = AnyTensor.float32(Tensor([2, 4, 5, 3], (0..<120).map { Float($0) }))
        #expect(turned == given.transposed([0, 3, 2, 1]))
    }

    @Test("If the network takes one image, each becomes a case")
    func oneByOne() throws {
        let all = try inputs(
            [("a", [[2, 4, 5, 3]], 1)], of: [.fixed(1), .fixed(3), .fixed(5), .fixed(4)])
        let given = AnyTensor.float32(Tensor([2, 4, 5, 3], (0..<120).map { Float($0) })).transposed([0, 3, 2, 1])
        #expect(all.map(\.name) == ["a_0", "a_1"])
        #expect(all.map { $0.tensors["x0"] } == [given.slice(0..<1), given.slice(1..<2)])
    }

    @Test(
        "What are no images with channels last, or fit no network of channels first, stay as they are",
        arguments: [[2, 3, 5, 3, 1], [2, 4, 5, 4], [2, 3]])
    func others(_ shape: [Int]) throws {
        #expect(try inputs([("a", [Shape(shape)], 1)], of: channelsFirst)[0].tensors.keys.first == "recorded0")
        #expect(
            try inputs(
                [("a", [[2, 4, 5, 3]], 1)], of: [.symbolic("N"), .symbolic("w"), .symbolic("h"), .fixed(3)])[0].tensors
                .keys.first
                == "recorded0")
        #expect(
            try inputs([("a", [[2, 4, 5, 3], [1]], 1)], of: channelsFirst)[0].tensors.count == 2)
        #expect(
            try inputs([("a", [[2, 4, 5, 3]], 1)], of: channelsFirst, inputs: 2)[0].tensors.keys.first == "recorded0")
    }
}
