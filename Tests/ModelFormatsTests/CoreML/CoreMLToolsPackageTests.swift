import Conformance
import Engines
import Foundation
import ModelFormats
import TestSupport
import Tensors
import Testing

/// Packages that coremltools made, against what numpy computes from their weights in float64.
@Suite struct CoreMLToolsPackageTests {
    private static let folder = fixtures.appendingPathComponent("coreml")

    private func tensor(_ name: String) throws -> AnyTensor {
        try AnyTensor(npy: [UInt8](Data(contentsOf: Self.folder.appendingPathComponent("\(name).npy"))))
    }

    private func model(_ name: String) throws -> Model {
        try Model(contentsOf: Self.folder.appendingPathComponent("\(name).mlpackage").path)
    }

    private func error(_ name: String, _ arithmetic: ArithmeticName) throws -> Double {
        let model = try model(name)
        let output = try #require(try model.engine(arithmetic).run(["input": tensor("input")])["out"])
        let expected = try tensor(name)
        #expect(output.shape == expected.shape)
        return zip(output.float64.elements, expected.float64.elements).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test(
        "A float32 program computes what its weights say, whether they are stored whole or compressed",
        arguments: [
            "prelu_fp32", "select_fp32", "enumerated_fp32", "quantized_8bit", "palettized_4bit", "operations_fp32",
        ])
    func float32(_ name: String) throws {
        // Sums of up to 576 products of numbers around 1: some 600 roundings of 2^-24 of values below 30.
        #expect(try error(name, .fp32) < 1e-4)
    }

    @Test(
        "A float16 program computes in the float16 arithmetic asked for",
        arguments: ["prelu_fp16", "select_fp16", "range_fp16"])
    func float16(_ name: String) throws {
        let model = try model(name)
        #expect(model.floatTypes.values.contains(.float16))
        // Five layers of values up to 10, each rounded to 2^-11 of itself.
        let storage = try error(name, .fp16Storage)
        #expect(storage > 1e-5 && storage < 0.05)
        #expect(try error(name, .fp32) == storage)
        let chained = try error(name, .fp16FMA)
        #expect(chained != storage && chained < 0.5)
    }

    @Test(
        "Activations, means and other operations of iOS 17 that are several here compute what numpy does",
        arguments: [("fp32", ArithmeticName.fp64, 1e-12), ("fp32", .fp32, 1e-6), ("fp16", .fp16Storage, 0.02)])
    func activations(precision: String, arithmetic: ArithmeticName, limit: Double) throws {
        let model = try model("activations_\(precision)")
        let output = try #require(model.engine(arithmetic).run(["input": tensor("activations_input")])["out"])
        let expected = try tensor("activations")
        #expect(output.shape == expected.shape)
        for (found, wanted) in zip(output.float64.elements, expected.float64.elements) {
            #expect(abs(found - wanted) <= limit)
        }
        // What lies between the nodes of one operation is of its type, too.
        #expect(
            model.graph.nodes.flatMap(\.outputs).allSatisfy {
                model.floatTypes[$0] != nil || $0.contains("less") || $0.contains("not")
            })
    }

    @Test(
        "Operations that move, split, resample, reduce and normalise compute what numpy does",
        arguments: [("fp32", ArithmeticName.fp64, 1e-12), ("fp32", .fp32, 1e-5), ("fp16", .fp16Storage, 0.02)])
    func further(precision: String, arithmetic: ArithmeticName, limit: Double) throws {
        let model = try model("further_\(precision)")
        let output = try #require(model.engine(arithmetic).run(["input": tensor("further_input")])["out"])
        let expected = try tensor("further")
        #expect(output.shape == expected.shape)
        for (found, wanted) in zip(output.float64.elements, expected.float64.elements) {
            #expect(abs(found - wanted) <= limit)
        }
    }

    @Test(
        "A float16 program is said to be computed in what it is computed in", arguments: ArithmeticName.allCases)
    func label(_ asked: ArithmeticName) throws {
        let model = try model("select_fp16")
        let label = model.arithmeticLabel(asked: asked)
        let named = try #require(ArithmeticName(rawValue: label)).engine(for: model.graph)
        // Without its casts the program is float16 throughout, and so the same as a graph in that arithmetic.
        let inputs = ["input": try tensor("input")]
        let outputs = [try model.engine(asked), named].map { engine in try? engine.run(inputs)["out"]?.float64 }
        #expect(outputs[0] != nil && outputs[0] == outputs[1], "\(asked): \(label)")
    }

    @Test("What a program declares of sizes and compression is read")
    func declarations() throws {
        func provenance(_ name: String) throws -> CoreMLProvenance {
            try #require(model(name).provenance as? CoreMLProvenance)
        }
        let (ranged, listed) = (try provenance("range_fp16"), try provenance("enumerated_fp32"))
        let (quantized, palettized) = (try provenance("quantized_8bit"), try provenance("palettized_4bit"))
        #expect(ranged.flexibility["input"] == .range([1...1, 3...3, 12...100, 12...100]))
        #expect(listed.flexibility["input"] == .enumerated([[1, 3, 15, 15], [1, 3, 20, 30]]))
        #expect(quantized.compressed.map(\.bits) == [8, 8, 8] && palettized.compressed.map(\.bits) == [4, 4, 4])
        #expect(ranged.operations.first?.type == "cast" && ranged.opset == "CoreML6")
    }
}
