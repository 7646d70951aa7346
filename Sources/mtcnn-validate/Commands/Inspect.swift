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

    @Flag(help: "Tell which operations of a Core ML package the Neural Engine may take, by which rule.")
    var neuralEngine = false

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        let model = try Model(contentsOf: model)
        if neuralEngine {
            guard model.provenance is CoreMLProvenance else {
                throw CommandError(.usage, "\(self.model): --neural-engine is for Core ML packages; convert makes one")
            }
        }
        try Terminal.output(try Inspection(model, inputShape: try extents(), forecastsNeuralEngine: neuralEngine).text)
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
