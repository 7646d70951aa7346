import Engines
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

import Captures
@testable import Conformance

/// y = x + c, of which a processor that flushes subnormal numbers reads c's as 0.
@Suite struct FlushedSubnormalTests {
    private static let constants: [Float] = [0.5, 1e-39, -3e-40]

    private func comparison(recording constants: [Float]) throws -> NetworkComparison {
        let x: [Float] = [1, 2, 3]
        let graph = try Graph(
            name: "sum", inputs: [Graph.Input(name: "x", elementType: .float32, dimensions: [.fixed(3)])],
            outputs: ["y"],
            nodes: [Node(name: "add", operator: BinaryArithmetic.add, inputs: ["x", "c"], outputs: ["y"])],
            initializers: ["c": .float32(Tensor([3], Self.constants))])
        let model = try Model(
            CoreMLPackageContents(graph, shapes: [:], form: PackageForm(.fp32), name: "sum", sourceSHA256: ""),
            path: "sum.mlpackage")
        let (input, output) = (try #require(model.graph.inputs.first).name, try #require(model.graph.outputs.first))
        let constant = try #require(
            model.graph.initializers.first { $0.value.float64.elements == Self.constants.map { Double($0) } }?.key)
        func tensor(_ name: String, _ isOutput: Bool, _ values: [Float]) -> CaptureCase.Output {
            .init(
                name: name, node: name, operator: isOutput ? "Add" : "Constant", isGraphOutput: isOutput,
                values: .float32(Tensor([3], values)))
        }
        let capture = CaptureFile(
            CaptureHeader(
                engine: "theirs", engineVersion: "1", arithmetic: "fp32", modelName: "sum", modelSHA256: model.sha256,
                adapter: "by hand"),
            cases: [
                CaptureCase(
                    name: "a", source: "a test", inputs: [.init(name: input, values: .float32(Tensor([3], x)))],
                    tensors: [
                        tensor(constant, false, constants), tensor(output, true, zip(x, constants).map { $0 + $1 }),
                    ])
            ], path: "theirs.h5")
        return try NetworkComparison(of: .capture(capture), with: .model(model, .fp32))
    }

    private func fails(_ comparison: NetworkComparison) -> Bool {
        comparison.layers.contains { layer in
            LayerThresholds.rounding.checks(of: layer, network: "sum", deviations: [])
                .contains { $0.verdict != .conforms }
        }
    }

    @Test("Subnormal constants that are made 0 are rounding")
    func flushed() throws {
        let comparison = try comparison(recording: [0.5, 0, 0])
        #expect(comparison.layers.count == 2)
        #expect(!fails(comparison))
    }

    @Test("Other constants are no rounding, be they a step away or twice a subnormal")
    func changed() throws {
        #expect(fails(try comparison(recording: [Float(0.5).nextUp, 1e-39, -3e-40])))
        #expect(fails(try comparison(recording: [0.5, 1e-39, 3.1e-40])))
    }
}
