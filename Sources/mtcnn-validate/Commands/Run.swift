import ArgumentParser
import Captures
import Engines
import Foundation
import ModelFormats
import Reporting
import Tensors

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a model on given inputs and records every layer.")

    @Argument(help: "The model file.")
    var model: String

    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            "An input as a .npy file; the name may be left out of a model with one input.", valueName: "[name=]file.npy"
        ))
    var inputs: [String] = []

    @Option(help: "The arithmetic to compute in.")
    var arithmetic = ArithmeticName.fp32

    @Option(help: ArgumentHelp("The capture to write.", valueName: "file.h5"))
    var output: String

    func run() throws {
        let model = try Model(contentsOf: model)
        let tensors = try inputTensors(for: model)
        let engine = try model.engine(arithmetic)
        var activations = [CaptureCase.Output]()
        _ = try engine.run(Dictionary(tensors.map { ($0.name, $0.values) }, uniquingKeysWith: { $1 })) { activation in
            activations.append(
                CaptureCase.Output(
                    name: activation.name, node: activation.node.name, operator: activation.node.operator.name,
                    isGraphOutput: model.graph.outputs.contains(activation.name), values: activation.values))
        }
        let writer = try CaptureWriter(
            CaptureHeader(
                engine: "mtcnn-validate", engineVersion: "1", arithmetic: arithmetic.rawValue, modelName: model.name,
                modelSHA256: model.sha256, adapter: "mtcnn-validate run"),
            to: output)
        try writer.append(
            CaptureCase(name: "case", source: "given by .npy files", inputs: tensors, tensors: activations))
        try writer.finish()
    }

    private func inputTensors(for model: Model) throws -> [CaptureCase.Input] {
        let names = model.graph.inputs.map(\.name)
        return try inputs.map { argument in
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let isNamed = parts.count == 2 && names.contains(parts[0])
            guard isNamed || names.count == 1 else {
                throw CommandError(
                    .usage, "--input \(argument): name one of the model's inputs: \(names.joined(separator: ", "))")
            }
            let path = isNamed ? parts[1] : argument
            do {
                return CaptureCase.Input(
                    name: isNamed ? parts[0] : names[0], values: try AnyTensor(npy: try readInput(path)))
            } catch let error as TensorError {
                throw CommandError(.badData, "\(path): \(error)")
            }
        }
    }
}
