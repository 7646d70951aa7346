import ArgumentParser
import Foundation
import ModelFormats
import NetworkGraph
import Tensors

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what a model file holds.")

    @Argument(help: "The model file.")
    var model: String

    @Option(
        help: ArgumentHelp(
            "The extents of an input whose shape is open, such as 1,12,12,3; then shapes and multiply-adds are shown.",
            valueName: "extents"))
    var inputShape: String?

    func run() throws {
        let model = try Model(contentsOf: model)
        print(try Inspection(model, inputShape: try extents()).text)
    }

    private func extents() throws -> [Int]? {
        guard let inputShape else { return nil }
        let extents = inputShape.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard !extents.isEmpty, extents.allSatisfy({ $0 ?? 0 > 0 }) else {
            throw CommandError(
                .usage, "--input-shape \(inputShape): positive numbers with commas between them are needed")
        }
        return extents.compactMap { $0 }
    }
}
