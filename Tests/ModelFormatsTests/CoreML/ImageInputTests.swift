import Conformance
import Engines
import Foundation
import NetworkGraph
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// Packages that take images, as most people ship them.
@Suite struct ImageInputTests {
    private let folder = fixtures.appendingPathComponent("coreml")

    private func tensor(_ name: String) throws -> AnyTensor {
        try AnyTensor(npy: [UInt8](Data(contentsOf: folder.appendingPathComponent("\(name).npy"))))
    }

    @Test(
        "Pixels from 0 to 255 in the declared order are scaled and shifted as coremltools writes it",
        arguments: [("rgb", ImageDeclaration.Channels.rgb), ("bgr", .bgr), ("gray", .gray)])
    func pixels(name: String, channels: ImageDeclaration.Channels) throws {
        let model = try Model(contentsOf: folder.appendingPathComponent("image_\(name).mlpackage").path)
        let images = try #require(model.graph.inputs[0].images)
        #expect(images.channels == channels && images.values == .pixels && images.spatialOrder == .rowsFirst)
        var pixels = try #require(tensor("image_input").float32Tensor)
        if channels == .gray { pixels = Tensor([1, 1, 6, 9], Array(pixels.elements[..<54])) }
        let output = try #require(try model.engine(.fp32).run(["input": .float32(pixels)])["out"]).float64
        for (found, wanted) in zip(output.elements, try tensor("image_\(name)").float64.elements) {
            #expect(abs(found - wanted) < 2e-6)
        }
    }

    /// The package whose description of the image is changed.
    private func package(_ change: (inout CoreMLModel) -> Void) throws -> CoreMLPackage {
        let files = try PackageFiles(folder.appendingPathComponent("image_rgb.mlpackage").path)
        var model = try CoreMLModel(serializedBytes: files.model)
        change(&model)
        return try CoreMLPackage(model, weights: files.weights.map { try WeightFile($0) }, name: "image")
    }

    @Test("A size range or a list of sizes is that of the array's last two axes")
    func flexibility() throws {
        func open(_ model: inout CoreMLModel) {
            var main = model.mlProgram.functions["main"] ?? .init()
            for axis in 2...3 { main.inputs[0].type.tensorType.dimensions[axis].unknown = .init() }
            var block = main.blockSpecializations[main.opset] ?? .init()
            for index in block.operations.indices where block.operations[index].type != "const" {
                for axis in 2...3 {
                    block.operations[index].outputs[0].type.tensorType.dimensions[axis].unknown = .init()
                }
            }
            main.blockSpecializations[main.opset] = block
            model.mlProgram.functions["main"] = main
            model.description_p.output[0].type.multiArrayType.shape = []
        }
        let ranged = try package { model in
            open(&model)
            model.description_p.input[0].type.imageType.sizeRanges = .with {
                ($0.height.lowerBound, $0.height.upperBound) = (2, 20)
                ($0.width.lowerBound, $0.width.upperBound) = (3, -1)
            }
        }
        #expect(ranged.provenance.flexibility == ["input": .range([1...1, 3...3, 2...20, 3...(.max)])])
        let listed = try package { model in
            open(&model)
            model.description_p.input[0].type.imageType.enumeratedSizes.sizes = [
                .with { ($0.height, $0.width) = (6, 9) }, .with { ($0.height, $0.width) = (12, 5) },
            ]
        }
        #expect(listed.provenance.flexibility == ["input": .enumerated([[1, 3, 6, 9], [1, 3, 12, 5]])])
    }

    @Test("An image that is not the program's input is refused, and so is an image that comes out")
    func refusals() {
        let faults: [((inout CoreMLModel) -> Void, String)] = [
            ({ $0.description_p.input[0].type.imageType.width = 10 }, "has shape [1, 3, 6, 10]"),
            ({ $0.description_p.input[0].type.imageType.colorSpace = 10 }, "has shape [1, 1, 6, 9]"),
            ({ $0.description_p.input[0].type.imageType.colorSpace = 0 }, "color space 0"),
            ({ $0.description_p.input[0].type.imageType.height = -1 }, "has shape"),
            (
                { $0.description_p.output[0].type.imageType = .init() },
                "no multi-array, nor an image that goes in"
            ),
        ]
        for (change, words) in faults {
            #expect {
                try package(change)
            } throws: { error in
                (error as? ProgramFault)?.description.contains(words) == true
            }
        }
    }

    @Test("A network of pixels in another order is not written as one of normalised RGB")
    func conversion() throws {
        let graph = try package { $0.description_p.input[0].type.imageType.colorSpace = 30 }.graph
        #expect {
            try OpenFaceModel(graph: graph)
        } throws: { error in
            "\(error)".contains("takes pixels")
        }
    }
}
