import ArgumentParser
import Foundation
import JSONTree
import ModelFormats
import Reporting
import Tensors

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a face network in another format.",
        discussion: "The format is told by the output's extension: .dat is OpenFace's. The input may be ONNX or .dat.")

    @Argument(help: "The model to read.")
    var input: String

    @Argument(help: "The file to write.")
    var output: String

    func run() throws {
        guard output.lowercased().hasSuffix(".dat") else {
            throw CommandError(.usage, "\(output): only OpenFace's format is written, with the extension .dat")
        }
        let model = try Model(contentsOf: input)
        let bytes: [UInt8]
        do throws(OpenFaceError) {
            bytes = try OpenFaceModel(graph: model.graph).bytes
        } catch {
            throw CommandError(.badData, "\(input): \(error)")
        }
        try writeAtomically(bytes, to: output)
        print("\(output): \(bytes.count) bytes, sha256 \(sha256Hex(bytes))")
    }
}
