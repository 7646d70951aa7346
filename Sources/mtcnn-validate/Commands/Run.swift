import ArgumentParser
import Captures
import Engines
import Files
import Foundation
import ModelFormats
import NetworkGraph
import Reporting
import Tensors
import Validation

extension CaptureCompression: ExpressibleByArgument {}

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

    @Option(
        name: .customLong("case"),
        help: ArgumentHelp(
            "The case's name in the capture. Default: that of the first input's file, without its extension.",
            valueName: "name"))
    var caseName: String?

    @Option(help: ArgumentHelp("The capture to write.", valueName: "file.h5"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "How the capture's elements are stored: in the least time (none), in little time and little room (fast), or in the "
                + "least room (zlib).",
            valueName: CaptureCompression.allCases.map(\.rawValue).joined(separator: "|")))
    var compression = CaptureCompression.fast

    @Flag(help: "Record the outputs alone, and what goes into a softmax that gives one.")
    var outputsOnly = false

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        try refuseWriting(over: [model] + inputs.map { String($0.drop { $0 != "=" }.dropFirst()) } + inputs, to: output)
        try RunOutputs.expect(file: output)
        let model = try Model(contentsOf: model)
        let files = try GivenTensor.all(inputs, for: model.graph)
        let tensors = files.map { CaptureCase.Input(name: $0.name, values: $0.values) }
        let ownName = files.first.map { URL(fileURLWithPath: $0.path).deletingPathExtension().lastPathComponent }
        let engine = try model.engine(arithmetic)
        let given = Dictionary(tensors.map { ($0.name, $0.values) }, uniquingKeysWith: { $1 })
        try model.namingFile {
            if let types = try? model.graph.tensorTypes(for: given.mapValues(\.shape)) {
                try model.graph.checkMemory(
                    types, bytesPerNumber: arithmetic.bytesPerNumber, keepsEveryTensor: !outputsOnly)
            }
            try CaptureRecording.record(
                caseName ?? ownName ?? "case", source: "given by .npy files", inputs: tensors, by: engine,
                only: outputsOnly ? Set(model.graph.outputs + model.graph.logits) : nil,
                as: CaptureHeader(
                    engine: "mtcnn-validate", engineVersion: version,
                    arithmetic: model.arithmeticLabel(asked: arithmetic), modelName: model.name,
                    modelSHA256: model.sha256, adapter: "mtcnn-validate run"), compression: compression, to: output)
        }
        RunOutputs.written(output)
    }
}
