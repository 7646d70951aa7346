import ArgumentParser
import Detection
import Files
import Foundation
import ModelFormats
import Reporting
import Tensors

extension CoreMLPackageContents.Precision: ExpressibleByArgument {}

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a face network in another format.",
        discussion: """
            The format is told by the output's extension: .dat is OpenFace's, .mlpackage Core ML's. The input may be of \
            any format that is read. From a directory with pnet, rnet and onet, the six packages pnet_fp16.mlpackage \
            to onet_fp32.mlpackage are written to a directory.
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
            "The image sizes that a package of PNet takes, such as 480x640,240x320 (height x width), the default first. "
                + "Default: any from 12 to 1000 pixels.", valueName: "shapes"))
    var shapes: String?

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        var isDirectory: ObjCBool = false
        if !input.lowercased().hasSuffix(".mlpackage"),
            FileManager.default.fileExists(atPath: input, isDirectory: &isDirectory), isDirectory.boolValue
        {
            try writeSixPackages()
        } else if output.lowercased().hasSuffix(".mlpackage") {
            let model = try Model(contentsOf: input)
            try writePackage(of: model, precision ?? .fp16, shapes: try imageShapes(), to: output)
        } else if output.lowercased().hasSuffix(".dat") {
            guard precision == nil, shapes == nil else {
                throw CommandError(
                    .usage, "--precision and --shapes are of packages; a .dat file is float32 and takes any size")
            }
            let bytes = try openFace(Model(contentsOf: input)).bytes
            try writeAtomically(bytes, to: output)
            try Terminal.output("\(output): \(bytes.count) bytes, sha256 \(sha256Hex(bytes))")
        } else {
            throw CommandError(.usage, "\(output): formats that are written have the extensions .dat and .mlpackage")
        }
    }

    /// The sizes of weights that the plan of this conversion names, to show beside the real ones.
    private static let planned = [
        "pnet_fp32": "29 KB", "pnet_fp16": "15 KB", "rnet_fp32": "396 KB", "rnet_fp16": "200 KB",
        "onet_fp32": "1.5 MB", "onet_fp16": "750 KB",
    ]

    private func writeSixPackages() throws {
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
        try writePackageAtomically(contents.files, to: path)
        let weights = contents.files.first { $0.key.hasSuffix("weight.bin") }?.value.count ?? 0
        let whole = contents.files.values.map(\.count).reduce(0, +)
        try Terminal.output(
            "\(path): \(whole) bytes, of which weights \(weights)" + (planned.map { " (planned \($0))" } ?? "")
                + ", sha256 \(try Model(contentsOf: path).sha256)")
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
                throw CommandError(.usage, "--shapes: \"\(text)\" is no HEIGHTxWIDTH of 12 pixels or more")
            }
            return (height: extents[0], width: extents[1])
        }
        guard Set(listed.map { "\($0)" }).count == listed.count else {
            throw CommandError(.usage, "--shapes: a size is given twice")
        }
        return listed
    }
}
