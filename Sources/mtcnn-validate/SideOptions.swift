import ArgumentParser
import Captures
import Conformance
import Engines
import Files
import Foundation
import JSONTree
import ModelFormats
import NetworkGraph
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

    /// - Parameter arithmetic: in which models are computed that declare none of their own.
    /// - Throws: what reading a model or a capture throws.
    func sides(
        _ baseline: String, _ candidate: String, in arithmetic: ArithmeticName
    ) throws -> (baseline: ComparedSide, candidate: ComparedSide) {
        (try side(baseline, arithmetic), try side(candidate, arithmetic))
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
    func inputs(
        for sides: (baseline: ComparedSide, candidate: ComparedSide)
    ) throws -> ComparedInputs? {
        guard case .model(let model, _, _) = sides.baseline, case .model = sides.candidate else {
            guard inputs == nil else {
                throw CommandError(.usage, "--inputs is for two models: a capture holds its own inputs")
            }
            return nil
        }
        guard let inputs else { return try ComparedInputs(for: model.graph, seed: seed) }
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
