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

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares two forms of one network, each a model or a capture, layer by layer.",
        discussion: """
            A model is computed on the capture's inputs; two models on those of --inputs, or on inputs drawn from --seed. \
            Tensors are matched by name, place, shape and values, and layouts are undone; the report says how. Where one \
            side is a model, the sides conform if rounding explains what each one's errors are, in the arithmetic that it \
            declares; --max-abs-diff and --mean-abs-diff take the place of that. Two captures are held to the limits on \
            float32 results.
            """)

    @Argument(help: "The model or capture to compare with.")
    var baseline: String

    @Argument(help: "The model or capture that is judged.")
    var candidate: String

    @OptionGroup var limits: LimitOptions

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

    @Option(help: "The arithmetic in which models are computed that declare none of their own.")
    var arithmetic = ArithmeticName.fp32

    @Option(help: ArgumentHelp("Also write the report to this file.", valueName: "file"))
    var json: String?

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        try refuseWriting(over: [baseline, candidate], to: json)
        try RunOutputs.expect(file: json)
        let sides = (baseline: try side(baseline), candidate: try side(candidate))
        let comparison = try NetworkComparison(
            of: sides.candidate, with: sides.baseline, inputs: try inputs(for: sides.baseline, sides.candidate),
            map: try names()
        ) { Terminal.progress("comparing \($0)") }
        let report = LayerReport(
            baseline: sides.baseline.reported, candidate: sides.candidate.reported,
            thresholds: thresholds(sides.baseline, sides.candidate), deviations: [],
            networks: [comparison])
        if let json { try RunOutputs.write(report, to: json) }
        Terminal.clearProgress()
        try Terminal.output(report.markdown)
        throw ExitCode(ExitStatus(report.verdict).rawValue)
    }

    private func thresholds(_ baseline: ComparedSide, _ candidate: ComparedSide) -> LayerThresholds {
        if case .capture = baseline, case .capture = candidate { return limits.replacing(in: .float32) }
        return limits.areGiven
            ? .given(maxAbsDiff: limits.maxAbsDiff, meanAbsDiff: limits.meanAbsDiff) : .rounding
    }

    private func side(_ path: String) throws -> ComparedSide {
        let isCapture = ["h5", "hdf5"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
        return isCapture
            ? .capture(try CaptureFile(contentsOf: path)) : try .model(try Model(contentsOf: path), arithmetic)
    }

    private func names() throws -> [String: String] {
        guard let map else { return [:] }
        return try JSON(parsing: try readFile(map), file: map).decode(file: map)
    }

    /// The inputs for two models; nil where a capture has them.
    private func inputs(for baseline: ComparedSide, _ candidate: ComparedSide) throws -> ComparedInputs? {
        guard case .model(let model, _, _) = baseline, case .model = candidate else {
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

extension ComparedSide {
    /// The side as a report names it.
    fileprivate var reported: Side {
        switch self {
        case .capture(let capture): Side(capture.header)
        case .model(let model, _, let arithmetic):
            Side(
                engine: "mtcnn-validate on \(URL(fileURLWithPath: model.path).lastPathComponent)",
                arithmetic: model.arithmeticLabel(asked: arithmetic))
        }
    }
}
