import Conformance
import Diagnosis
import Files
import Foundation
import ModelFormats
import NetworkGraph
import Reporting

/// A candidate's ONNX file with what was done wrong undone: the nodes at fault get the baseline's constants and attributes.
struct Mending {
    private let bytes: [UInt8]
    private let candidate: Model
    private let baseline: ComparedSide

    /// - Throws: ``CommandError`` where nothing can be mended, with the reason; ``ModelFormats/ModelError``.
    init(
        _ diagnosis: Diagnosis, baseline: ComparedSide, candidate: ComparedSide, _ sides: inout AlignedSides
    ) throws {
        guard case .model(let right, _, _) = baseline, case .model(let wrong, _, _) = candidate,
            case .onnx = wrong.format
        else {
            throw CommandError(.usage, "--mend takes two models, of which the candidate is an ONNX file")
        }
        guard !diagnosis.causes.isEmpty else {
            throw CommandError(.badData, "no cause was confirmed: there is nothing to undo")
        }
        guard sides.candidate == .recording else {
            throw CommandError(
                .badData, "the baseline is the coarser of the two models: nothing can be restored from it")
        }
        var mending = try ONNXMending(contentsOf: wrong.path)
        var source: ONNXMending?
        if case .onnx = right.format { source = try ONNXMending(contentsOf: right.path) }
        let counterparts = try sides.counterparts()
        for node in right.graph.nodes where diagnosis.concerns(node, in: right.graph) {
            guard let tensor = node.outputs.first else { continue }
            guard let own = counterparts[tensor] else {
                throw CommandError(
                    .badData,
                    "\"\(tensor)\" has no counterpart in \(wrong.path) whose elements lie in the same order: "
                        + "what was done there cannot be undone")
            }
            try mending.restore(own, as: node, constants: right.graph.initializers, from: source, tensor)
        }
        bytes = try mending.bytes()
        self.candidate = wrong
        self.baseline = baseline
    }

    /// Writes the file, if it is read back and conforms to the baseline.
    ///
    /// - Throws: ``CommandError`` where it does not; then nothing is written.
    func write(to path: String, inputs: ComparedInputs?, map: [String: String]) throws {
        let replacement = try FileReplacement(path)
        let work = "\(replacement.temporaryPath).onnx"
        defer { try? FileManager.default.removeItem(atPath: work) }
        try writeAtomically(bytes, to: work)
        let model = try Model(contentsOf: work)
        let comparison = try NetworkComparison(
            of: try .model(model, .fp32), with: baseline, inputs: inputs, map: map)
        let report = LayerReport(
            baseline: baseline.reported, candidate: baseline.reported, thresholds: .rounding, deviations: [],
            networks: [comparison])
        guard report.verdict == .conforms else {
            throw CommandError(
                .doesNotConform,
                "\(candidate.path): with the named causes undone it still does not conform; nothing is written")
        }
        try writeAtomically(bytes, to: path)
    }
}

extension Diagnosis {
    /// Whether a cause lies at a node; of a cause in the whole network, at every node with constants.
    fileprivate func concerns(_ node: Node, in graph: Graph) -> Bool {
        causes.contains { cause in
            guard let layer = cause.layer else {
                guard cause.kind.isOfInputs else {
                    return node.inputs.contains { $0.map { graph.initializers[$0] != nil } ?? false }
                }
                let inputs = graph.inputs.map(\.name)
                return node.inputs.contains { $0.map(inputs.contains) ?? false }
            }
            return node.outputs.contains(layer.tensor) || cause.layers.contains { node.outputs.contains($0.tensor) }
        }
    }
}
