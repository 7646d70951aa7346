import ArgumentParser
import Conformance
import Detection
import FaceConformance
import Files
import Foundation
import JSONTree
import ModelFormats
import NetworkGraph
import Reporting
import Validation
import Tensors

extension CoreMLPackageContents.Precision: ExpressibleByArgument {}

extension WeightStorage: ExpressibleByArgument {
    private static let names: [(name: String, storage: WeightStorage)] =
        [("plain", .plain), ("int8", .int8)] + [1, 2, 4, 6, 8].map { ("palette\($0)", .palette(bits: $0)) }

    package init?(argument: String) {
        guard let named = Self.names.first(where: { $0.name == argument }) else { return nil }
        self = named.storage
    }

    package static var allValueStrings: [String] { names.map(\.name) }

    package var defaultValueDescription: String { Self.names.first { $0.storage == self }?.name ?? "" }
}

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a network in another format.",
        discussion: """
            The format is told by the output's extension: .mlpackage is Core ML's, .dat OpenFace's, for face networks alone. \
            The input may be of any format that is read. A face network that is one chain becomes a package for upright \
            images, with logits, boxes and landmarks. Every other network, and any with --weights, --float32 or --plan, \
            is written operator by operator for inputs of fixed shapes. A package is read again, run, and compared with \
            its source before it is written. From a directory with pnet, rnet and onet, the six packages \
            pnet_fp16.mlpackage to onet_fp32.mlpackage are written to a directory.
            """)

    @Argument(help: "The model to read, or a directory of the three.")
    var input: String

    @Argument(help: "The file or package to write, or the directory for the six packages.")
    var output: String

    @Option(
        help: "The precision of a package: of its weights, its activations, its input and its outputs. Default: fp16.")
    var precision: CoreMLPackageContents.Precision?

    @Option(
        help: ArgumentHelp(
            "The image sizes that a package of PNet takes, such as 480x640,240x320 (height x width), the default first; "
                + "default: any from 12 to 1000 pixels. Of another network the shape of each input, as 1x3x224x224; "
                + "default: the declared ones, an open batch being 1.", valueName: "shapes"))
    var shapes: String?

    @Option(help: "How a package stores the weights of layers.")
    var weights = WeightStorage.plain

    @Option(
        name: .customLong("float32"),
        help: ArgumentHelp(
            "An operator, by its name or that of its tensor, that stays in float32 in a package of fp16; may be given "
                + "several times.", valueName: "name"))
    var float32Tensors: [String] = []

    @Option(
        help: ArgumentHelp(
            "A plan, as `plan --json` writes it: the operators that it keeps stay in float32.", valueName: "file"))
    var plan: String?

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        var isDirectory: ObjCBool = false
        if !input.lowercased().hasSuffix(".mlpackage"),
            FileManager.default.fileExists(atPath: input, isDirectory: &isDirectory), isDirectory.boolValue
        {
            try writeSixPackages()
        } else if output.lowercased().hasSuffix(".mlpackage") {
            let model = try Model(contentsOf: input)
            if writesChains, shapes.map(Self.areSizes) ?? true, let network = try? OpenFaceModel(graph: model.graph),
                network.isFaceNetwork
            {
                try writePackage(of: model, precision ?? .fp16, shapes: try imageShapes(), to: output)
            } else {
                try writeGraph(of: model)
            }
        } else if output.lowercased().hasSuffix(".dat") {
            guard precision == nil, shapes == nil, writesChains else {
                throw CommandError(
                    .usage,
                    "--precision, --shapes, --weights, --float32 and --plan are of packages; a .dat file is float32 and "
                        + "takes any size")
            }
            let bytes = try openFace(Model(contentsOf: input)).bytes
            try writeAtomically(bytes, to: output)
            try Terminal.output("\(output): \(bytes.count) bytes, sha256 \(sha256Hex(bytes))")
        } else {
            let written = ModelFormat.all.filter(\.isWritten).flatMap(\.fileExtensions).map { ".\($0)" }
            throw CommandError(
                .usage, "\(output): formats that are written have the extensions \(written.joined(separator: " and "))")
        }
    }

    /// The sizes of weights that the plan of this conversion names, to show beside the real ones.
    private static let planned = [
        "pnet_fp32": "29 KB", "pnet_fp16": "15 KB", "rnet_fp32": "396 KB", "rnet_fp16": "200 KB",
        "onet_fp32": "1.5 MB", "onet_fp16": "750 KB",
    ]

    private func writeSixPackages() throws {
        guard writesChains else {
            throw CommandError(
                .usage,
                "--weights, --float32 and --plan are of one model; \(input) is a directory, of which the face networks are "
                    + "converted: give one file of it")
        }
        try makeDirectory(output)
        for name in CascadeNetwork.allCases.map(\.modelName) {
            let model = try Model(named: name, in: input)
            for precision in CoreMLPackageContents.Precision.allCases where [nil, precision].contains(self.precision) {
                let package = "\(name)_\(precision.rawValue)"
                try writePackage(
                    of: model, precision, shapes: name == "pnet" ? try imageShapes() : nil,
                    to: "\(output)/\(package).mlpackage", planned: Self.planned[package])
            }
        }
    }

    /// Whether nothing is asked for that a chain of a face network's layers does not have.
    private var writesChains: Bool { weights == .plain && float32Tensors.isEmpty && plan == nil }

    /// Whether --shapes lists sizes of images, not shapes of inputs.
    private static func areSizes(_ shapes: String) -> Bool {
        shapes.split(separator: ",").allSatisfy { $0.split(separator: "x").count <= 2 }
    }

    /// A package of any network, operator by operator.
    private func writeGraph(of model: Model) throws {
        var form = PackageForm(precision ?? .fp16, weights: weights)
        for name in float32Tensors + (try plannedTensors(of: model)) {
            let own = model.graph.nodes.filter { $0.name == name || $0.outputs.contains(name) }.flatMap(\.outputs)
            guard !own.isEmpty else {
                throw CommandError(
                    .usage, "\(model.path): no operator has or gives \"\(name)\", which is to stay in float32")
            }
            form.float32Tensors.formUnion(own)
        }
        let run: PackageConversionRun
        do {
            run = try PackageConversionRun(
                model, shapes: try inputShapes(of: model.graph), form: form, progress: Terminal.progress)
        } catch let error as PackageWritingError {
            throw CommandError(.badData, "\(model.path): \(error)")
        }
        Terminal.clearProgress()
        try write(run.contents, to: output, finding: "; it gives \(run.finding)")
    }

    private func plannedTensors(of model: Model) throws -> [String] {
        guard let plan else { return [] }
        let read: PrecisionPlan = try JSON(parsing: try readFile(plan), file: plan).decode(file: plan)
        let networks = Set(read.layers.map(\.network))
        let own = CascadeNetwork.allCases.first { $0.modelName == model.name.lowercased() }?.rawValue
        guard let network = own ?? (networks.count == 1 ? networks.first : nil), networks.contains(network) else {
            throw CommandError(
                .usage,
                "\(plan) is a plan for \(networks.sorted().joined(separator: ", ")), none of which \(model.path) is by its "
                    + "name")
        }
        return read.keptOperations(of: network)
    }

    /// The shapes of the inputs: those of --shapes, or the declared ones, an open batch being 1.
    private func inputShapes(of graph: Graph) throws -> [String: Shape] {
        let listed = shapes?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        guard shapes == nil || listed.count == graph.inputs.count else {
            throw CommandError(
                .usage, "--shapes: \(listed.count) are given, and the network has \(graph.inputs.count) inputs")
        }
        var chosen = [String: Shape]()
        for (position, input) in graph.inputs.enumerated() {
            let declared = input.dimensions.enumerated().map { axis, dimension in
                if case .fixed(let extent) = dimension { extent } else { axis == 0 ? 1 : 0 }
            }
            let words = "[\(input.dimensions.map(\.description).joined(separator: ", "))]"
            let extents = shapes == nil ? declared : listed[position].split(separator: "x").map { Int($0) ?? 0 }
            guard let shape = try? Shape(checking: extents), shape.rank == declared.count, !extents.contains(0) else {
                let example = declared.map { $0 == 0 ? "N" : "\($0)" }.joined(separator: "x")
                throw CommandError(
                    .usage,
                    "input \"\(input.name)\" is \(words): give its extents as --shapes \(example), a number for each N")
            }
            chosen[input.name] = shape
        }
        return chosen
    }

    private func writePackage(
        of model: Model, _ precision: CoreMLPackageContents.Precision, shapes: [(height: Int, width: Int)]?,
        to path: String, planned: String? = nil
    ) throws {
        let network = try openFace(model)
        let contents: CoreMLPackageContents
        do throws(PackageWritingError) {
            contents = try CoreMLPackageContents(
                network, name: model.name, precision: precision, shapes: shapes, sourceSHA256: model.sha256)
        } catch {
            throw CommandError(.badData, "\(model.path): \(error)")
        }
        let judgement = try judgement(of: contents, of: model, at: path)
        try write(contents, to: path, planned: planned, finding: "; \(judgement)")
    }

    /// How the package's answers compare with the model's, on drawn inputs.
    ///
    /// - Throws: ``CommandError`` if rounding does not explain how they differ.
    private func judgement(of contents: CoreMLPackageContents, of model: Model, at path: String) throws -> String {
        Terminal.progress("comparing \(path) with its source")
        defer { Terminal.clearProgress() }
        let package = try ComparedSide.model(Model(contents, path: path), .fp32)
        let report: LayerReport
        do {
            report = try package.judged(beside: try .model(model, .fp32), on: nil, map: [:])
        } catch let error as AlignmentError {
            return "it was not compared with its source: \(error)"
        } catch let error as GraphError {
            // --shapes may leave out the sizes that are drawn.
            return "it was not compared with its source: \(error)"
        }
        switch report.verdict {
        case .conforms, .conformsWithKnownDeviations:
            return "rounding explains how its answers differ from \(model.name)'s"
        case .notJudged: return "it was not judged: \(report.notJudged.joined(separator: "; "))"
        case .doesNotConform:
            throw CommandError(
                .badData,
                "\(path) was not written: rounding does not explain how the package's answers differ from those of "
                    + model.path)
        }
    }

    private func write(
        _ contents: CoreMLPackageContents, to path: String, planned: String? = nil, finding: String = ""
    ) throws {
        try writePackageAtomically(contents.files, to: path)
        let weights = contents.files.first { $0.key.hasSuffix("weight.bin") }?.value.count ?? 0
        let whole = contents.files.values.map(\.count).reduce(0, +)
        try Terminal.output(
            "\(path): \(whole) bytes, of which weights \(weights)" + (planned.map { " (planned \($0))" } ?? "")
                + ", sha256 \(try Model(contentsOf: path).sha256)" + finding)
    }

    private func openFace(_ model: Model) throws(CommandError) -> OpenFaceModel {
        do throws(OpenFaceError) {
            return try OpenFaceModel(graph: model.graph)
        } catch {
            throw CommandError(.badData, "\(model.path): \(error)")
        }
    }

    private func imageShapes() throws -> [(height: Int, width: Int)]? {
        guard let shapes else { return nil }
        let listed = try shapes.split(separator: ",", omittingEmptySubsequences: false).map { text in
            let extents = text.split(separator: "x").map { Int($0) ?? 0 }
            guard extents.count == 2, extents.allSatisfy({ $0 >= 12 }) else {
                throw CommandError(.usage, "--shapes: \"\(text)\" is not HEIGHTxWIDTH with 12 pixels or more each")
            }
            return (height: extents[0], width: extents[1])
        }
        guard Set(listed.map { "\($0)" }).count == listed.count else {
            throw CommandError(.usage, "--shapes: a size is given twice")
        }
        return listed
    }
}
