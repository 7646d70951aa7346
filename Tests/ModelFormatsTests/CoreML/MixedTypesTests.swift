import Engines
import Foundation
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// Programs of float16 whose biases are float32, which is right from iOS 17 (operations of CoreML7) on.
@Suite struct MixedTypesTests {
    /// PNet in float16 with a float32 bias of its first convolution.
    private func model(opset: String, specification: Int32, mixes: Bool) throws -> CoreMLPackage {
        let network = try Model(contentsOf: fixtures.appendingPathComponent("models/pnet.onnx").path)
        let contents = try CoreMLPackageContents(
            OpenFaceModel(graph: network.graph), name: "pnet", precision: .fp16, sourceSHA256: network.sha256)
        func file(_ name: String) throws -> [UInt8] { try #require(contents.files["Data/com.apple.CoreML/\(name)"]) }
        var model = try CoreMLModel(serializedBytes: file("model.mlmodel"))
        let weights = try WeightFile(file("weights/weight.bin"))
        model.specificationVersion = specification
        var main = try #require(model.mlProgram.functions["main"])
        var block = try #require(main.blockSpecializations[main.opset])
        let index = try #require(block.operations.firstIndex { $0.outputs[0].name == "conv1_bias" })
        if mixes {
            let value = try #require(block.operations[index].attributes["val"])
            guard case .tensor(let bias) = try ProgramConstant(value, weights) else { return try #require(nil) }
            let type = ProgramType(.float32, bias.shape.dimensions).proto
            block.operations[index].outputs[0].type = type
            block.operations[index].attributes["val"] = .with {
                $0.type = type
                $0.immediateValue.tensor.floats.values = bias.float64.elements.map { Float($0) }
            }
        }
        main.opset = opset
        main.blockSpecializations = [opset: block]
        model.mlProgram.functions["main"] = main
        return try CoreMLPackage(model, weights: weights, name: "pnet")
    }

    @Test("A float32 bias beside float16 is read from iOS 17 on, and the numbers are those of a float16 one")
    func read() throws {
        let half = try model(opset: "CoreML6", specification: 7, mixes: false)
        let mixed = try model(opset: "CoreML7", specification: 8, mixes: true)
        var random = RandomNumbers(seed: 3)
        let image = AnyTensor.float32(random.floats([1, 3, 14, 13], in: -1...1))
        let outputs = try [half, mixed].map { package in
            let input = try #require(package.graph.inputs.first?.name)
            return try ArithmeticName.fp16Storage.engine(for: package.graph).run([input: image])
        }
        #expect(outputs[0] == outputs[1] && !outputs[0].isEmpty)
    }

    @Test("Before iOS 17 it is refused")
    func refused() throws {
        #expect {
            try model(opset: "CoreML6", specification: 7, mixes: true)
        } throws: { error in
            "\((error as? ProgramFault)?.description ?? "")".contains("one is needed")
        }
    }
}
