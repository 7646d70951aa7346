import Conformance
import Diagnosis
import Engines
import Files
import Foundation
import ModelFormats
import NetworkGraph
import Reporting

/// A candidate's file with what was done wrong undone: the layers at fault get the baseline's constants and attributes.
struct Mending {
    private enum Mended {
        case onnx([UInt8])
        /// The packages that may be meant, the likeliest first.
        case packages([CoreMLPackageContents])
    }

    private let mended: Mended
    private let candidate: Model
    private let arithmetic: ArithmeticName
    private let baseline: ComparedSide

    /// - Throws: ``CommandError`` where nothing can be mended, with the reason; ``ModelFormats/ModelError``.
    init(
        _ diagnosis: Diagnosis, baseline: ComparedSide, candidate: ComparedSide, _ sides: inout AlignedSides
    ) throws {
        guard case .model(let right, _, _) = baseline, case .model(let wrong, _, let arithmetic) = candidate,
            wrong.format == .onnx || wrong.provenance is CoreMLProvenance
        else {
            throw CommandError(
                .usage, "--mend needs two models; the candidate must be an ONNX file or a Core ML package")
        }
        guard !diagnosis.isEmpty else {
            throw CommandError(.badData, "no cause was confirmed: there is nothing to undo")
        }
        guard sides.candidate == .recording else {
            throw CommandError(
                .badData, "the baseline is the coarser of the two models: nothing can be restored from it")
        }
        if wrong.format == .onnx {
            mended = .onnx(try Self.onnx(diagnosis, right, wrong, &sides))
            self.arithmetic = .fp32
        } else {
            mended = .packages(try Self.packages(diagnosis, right, wrong, &sides))
            self.arithmetic = arithmetic
        }
        self.candidate = wrong
        self.baseline = baseline
    }

    private static func onnx(
        _ diagnosis: Diagnosis, _ right: Model, _ wrong: Model, _ sides: inout AlignedSides
    ) throws -> [UInt8] {
        var mending = try ONNXMending(contentsOf: wrong.path)
        var source: ONNXMending?
        if right.format == .onnx { source = try ONNXMending(contentsOf: right.path) }
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
        return try mending.bytes()
    }

    private static func packages(
        _ diagnosis: Diagnosis, _ right: Model, _ wrong: Model, _ sides: inout AlignedSides
    ) throws -> [CoreMLPackageContents] {
        let graphs = try RestoredGraph.all(of: wrong.graph, from: right.graph, pairs: try sides.pairs()) {
            diagnosis.concerns($0, in: right.graph)
        }
        let isHalf = wrong.floatTypes.values.contains(.float16)
        let precision: CoreMLPackageContents.Precision = isHalf && !diagnosis.concernsFormats ? .fp16 : .fp32
        func contents(_ graph: Graph) throws -> CoreMLPackageContents {
            // A chain of a face network's layers keeps the image sizes that it takes.
            if let network = try? OpenFaceModel(graph: graph), network.isFaceNetwork {
                return try CoreMLPackageContents(
                    network, name: wrong.name, precision: precision, sourceSHA256: wrong.sha256)
            }
            guard let provenance = wrong.provenance as? CoreMLProvenance else {
                throw PackageWritingError("it is a network of layers, and packages are written as programs")
            }
            return try CoreMLPackageContents(
                graph, shapes: provenance.defaultShapes, form: PackageForm(precision), name: wrong.name,
                sourceSHA256: wrong.sha256)
        }
        do { return try graphs.map(contents) } catch let error as PackageWritingError {
            throw CommandError(.badData, "\(wrong.path): \(error)")
        }
    }

    /// Writes the file, if it is read back and conforms to the baseline.
    ///
    /// - Throws: ``CommandError`` where it does not; then nothing is written.
    func write(to path: String, inputs: ComparedInputs?, map: [String: String]) throws {
        func conforms(_ model: Model) throws -> Bool {
            let mended = try ComparedSide.model(model, arithmetic)
            return try mended.judged(beside: baseline, on: inputs, map: map).verdict == .conforms
        }
        switch mended {
        case .onnx(let bytes):
            let replacement = try FileReplacement(path)
            let work = "\(replacement.temporaryPath).onnx"
            defer { try? FileManager.default.removeItem(atPath: work) }
            try writeAtomically(bytes, to: work)
            if try conforms(try Model(contentsOf: work)) { return try writeAtomically(bytes, to: path) }
        case .packages(let packages):
            for package in packages where try conforms(try Model(package, path: candidate.path)) {
                return try writePackageAtomically(package.files, to: path)
            }
        }
        throw CommandError(
            .doesNotConform,
            "\(candidate.path): with the named causes undone it still does not conform; nothing is written")
    }
}

extension Diagnosis {
    /// Whether a cause, or a part that is unexplained, lies at a node; of a cause in the whole network, at every node with
    /// constants; of one in the inputs, at those that take them, and at the first behind them that has constants.
    func concerns(_ node: Node, in graph: Graph) -> Bool {
        func holds(_ layers: [Layer]) -> Bool { layers.contains { node.outputs.contains($0.tensor) } }
        let hasConstants = node.inputs.contains { $0.map { graph.initializers[$0] != nil } ?? false }
        return causes.contains { cause in
            guard let layer = cause.layer else {
                return cause.kind.isOfInputs ? graph.isFirst(node) : hasConstants
            }
            return holds([layer]) || holds(cause.layers)
        } || unexplained.contains { holds($0.layers) }
    }

    /// Whether numbers were rounded.
    fileprivate var concernsFormats: Bool {
        causes.contains { [.weightFormat, .activationFormat, .sumFormat].contains($0.kind) }
    }
}

extension Graph {
    /// Whether a node takes the graph's inputs, or what nodes without constants made of them.
    fileprivate func isFirst(_ node: Node) -> Bool {
        var reached = Set(inputs.map(\.name))
        for other in nodes where other.inputs.contains(where: { $0.map(reached.contains) ?? false }) {
            if other.outputs == node.outputs { return true }
            let hasConstants = other.inputs.contains { $0.map { initializers[$0] != nil } ?? false }
            if !hasConstants { reached.formUnion(other.outputs) }
        }
        return false
    }
}
