import ArgumentParser
import Captures
import Conformance
import Engines
import Files
import Foundation
import JSONTree
import ModelFormats
import NetworkGraph
import OutsideEngines
import Reporting
import Tensors
import Validation

/// How two forms of a network are compared: on which inputs, under which names, in which arithmetic.
struct SideOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Inputs for two models: a .npy file for each case or, for a model with several inputs, a directory for each "
                + "case with a .npy file named as each input.", valueName: "dir"))
    var inputs: String?

    @Option(help: ArgumentHelp("What inputs for two models are drawn from where none are given.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Which tensors are the same: a JSON object of the candidate's names by the baseline's.", valueName: "file"))
    var map: String?

    /// Both sides and, for two models, the inputs to compare them on.
    ///
    /// A model that an outside engine computes counts as a recording of its outputs, made on the other side's inputs.
    ///
    /// - Parameters:
    ///   - arithmetic: of models that declare none of their own.
    ///   - engines: what computes each side where that is a model; nil for the built-in engine.
    /// - Throws: what reading a model or a capture throws, and what the engines throw.
    func sides(
        _ baseline: String, _ candidate: String, in arithmetic: ArithmeticName,
        engines: (baseline: Adapter?, candidate: Adapter?)
    ) throws -> ComparedSides {
        let opened = (try side(baseline, arithmetic), try side(candidate, arithmetic))
        let inputs = try inputs(for: opened)
        return ComparedSides(
            baseline: try opened.0.recorded(by: engines.baseline, on: inputs ?? opened.1.recordedInputs),
            candidate: try opened.1.recorded(by: engines.candidate, on: inputs ?? opened.0.recordedInputs),
            inputs: engines.baseline == nil && engines.candidate == nil ? inputs : nil)
    }

    private func side(_ path: String, _ arithmetic: ArithmeticName) throws -> ComparedSide {
        let isCapture = ["h5", "hdf5"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
        return isCapture
            ? .capture(try CaptureFile(contentsOf: path)) : try .model(try Model(contentsOf: path), arithmetic)
    }

    /// Names of the candidate's tensors by the baseline's.
    func names() throws -> [String: String] {
        guard let map else { return [:] }
        return try JSON(parsing: try readFile(map), file: map).decode(file: map)
    }

    /// The inputs for two models; nil where a capture has them.
    private func inputs(
        for sides: (baseline: ComparedSide, candidate: ComparedSide)
    ) throws -> ComparedInputs? {
        guard case .model(let model, _, _) = sides.baseline, case .model(let other, _, _) = sides.candidate else {
            guard inputs == nil else {
                throw CommandError(.usage, "--inputs is for two models: a capture holds its own inputs")
            }
            return nil
        }
        guard let inputs else { return try ComparedInputs(for: model.graph, alongside: other.graph, seed: seed) }
        return ComparedInputs(cases: try inputCases(inputs, for: model.graph))
    }

    private func inputCases(
        _ directory: String, for graph: Graph
    ) throws -> [(name: String, source: String, inputs: [(name: String, values: AnyTensor)])] {
        func tensor(_ path: String) throws -> AnyTensor {
            do { return try AnyTensor(npy: try readFile("\(directory)/\(path)")) } catch let error as TensorError {
                throw CommandError(.badData, "\(directory)/\(path): \(error)")
            }
        }
        let names = try inputFiles(in: directory, withExtensions: ["npy"])
        guard !names.isEmpty else {
            throw CommandError(.noInput, "\(directory): holds no .npy files, which --inputs takes")
        }
        if graph.inputs.count == 1 {
            return try names.map { ($0, "\($0)", [(graph.inputs[0].name, try tensor($0))]) }
        }
        var cases = [(name: String, source: String, inputs: [(name: String, values: AnyTensor)])]()
        for name in Set(names.map { URL(fileURLWithPath: $0).deletingLastPathComponent().relativePath }).sorted() {
            let inputs = try graph.inputs.map { ($0.name, try tensor("\(name)/\($0.name).npy")) }
            cases.append((name, "\(name)/*.npy", inputs))
        }
        return cases
    }
}

/// Two sides of a comparison, and the inputs for two models.
struct ComparedSides {
    let baseline: ComparedSide
    let candidate: ComparedSide
    let inputs: ComparedInputs?
}

extension ComparedSide {
    /// The side as a recording of its outputs by an outside engine; the side itself without one.
    fileprivate func recorded(by adapter: Adapter?, on inputs: @autoclosure () throws -> ComparedInputs?) throws
        -> ComparedSide
    {
        guard let adapter else { return self }
        guard case .model(let model, _, _) = self, let inputs = try inputs() else {
            throw CommandError(.usage, "engine \(adapter.name): it computes a model, and this side is a capture")
        }
        let isPackage = adapter.name == EngineChoice.coreml.rawValue
        guard model.format == .onnx || isPackage else {
            throw CommandError(.badData, "\(model.path): \(adapter.name) reads ONNX files alone")
        }
        let engine = try OutsideEngine(adapter, model: model.path, graph: model.graph)
        let cases = try model.answers(to: inputs, by: engine) { Terminal.progress("\(adapter.name): \($0)") }
        let header = CaptureHeader(
            engine: engine.identity.engine, engineVersion: engine.identity.version ?? "",
            arithmetic: model.arithmeticLabel(asked: .fp32),
            modelName: model.name, modelSHA256: model.sha256, adapter: "mtcnn-validate --engine",
            device: engine.identity.device)
        return .capture(CaptureFile(header, cases: cases, path: "\(model.path) in \(adapter.name)"))
    }
}
