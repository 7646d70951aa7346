import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import NetworkGraph
import Reporting
import SwiftProtobuf
import Tensors
import TestSupport
import Testing
import Validation
@testable import ModelFormats

/// The packages that are written for the bundled networks, judged as anybody's are.
@Suite struct PackageGates {
    private func write(
        _ names: [String], _ precision: CoreMLPackageContents.Precision, as suffix: String, in directory: String
    ) throws {
        for name in names {
            let model = try Model(named: name, in: BundledFiles.models)
            let contents = try CoreMLPackageContents(
                OpenFaceModel(graph: model.graph), name: name, precision: precision, sourceSHA256: model.sha256)
            for (path, bytes) in contents.files {
                let file = URL(fileURLWithPath: "\(directory)/\(name)_\(suffix).mlpackage/\(path)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: file)
            }
        }
    }

    private func judge(
        _ precision: CoreMLPackageContents.Precision, _ captures: [String],
        changing: (_ directory: String) throws -> Void = { _ in }
    ) throws -> LayerReport {
        try withTemporaryDirectory { directory in
            try write(["pnet", "rnet"], precision, as: "fp32", in: directory)
            try changing(directory)
            for capture in captures {
                let file = URL(fileURLWithPath: "\(directory)/captures/\(capture).h5")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: "\(BundledFiles.captures)/\(capture).h5", toPath: file.path)
            }
            return try LayerReport(
                LayerMeasurement(models: ModelLibrary(directory), captures: CaptureLibrary("\(directory)/captures")))
        }
    }

    @Test("A float32 package keeps the limits against ONNX Runtime, in both dialects, without any deviation")
    func float32() throws {
        let report = try judge(.fp32, ["pnet", "nchw/rnet"])
        #expect(report.verdict == .conforms)
        #expect(report.networks.map(\.network) == ["pnet", "nchw/rnet"])
        #expect(report.networks[0].layers.map(\.metrics.layer) == ["logits", "boxes"])
        #expect(report.networks[1].layers.map(\.metrics.layer) == ["output"])
        #expect(report.networks.allSatisfy { $0.maxAbsDiff > 0 && $0.maxAbsDiff < 1e-5 && $0.elementsCompared > 10 })
    }

    @Test("A package that ends in a softmax is judged by the logits that go into it")
    func softmax() throws {
        let plain = try judge(.fp32, ["pnet"])
        let report = try judge(.fp32, ["pnet"]) { directory in
            let package = "\(directory)/pnet_fp32.mlpackage"
            try appendSoftmax(to: package)
            #expect(try Model(contentsOf: package).graph.nodes.last?.operator is Softmax)
        }
        #expect(report.networks[0].verdict == .conforms)
        #expect(report.networks[0].layers == plain.networks[0].layers)
    }

    /// Gives a package probabilities for logits.
    private func appendSoftmax(to package: String) throws {
        let file = URL(fileURLWithPath: "\(package)/Data/com.apple.CoreML/model.mlmodel")
        var model = try CoreMLModel(serializedBytes: Data(contentsOf: file))
        var block = try #require(model.mlProgram.functions["main"]?.blockSpecializations["CoreML6"])
        // The axis of channels is 1, as is the number of groups.
        let logits = try #require(block.operations.first { $0.outputs.first?.name == "logits" })
        let one = try #require(
            block.operations.first { $0.type == "const" && $0.outputs[0].name.hasSuffix("groups") })
        var axis = one
        axis.outputs[0].name = "softmax_axis"
        var softmax = logits
        softmax.type = "softmax"
        softmax.inputs = [
            "x": .with { $0.arguments = [.with { $0.name = "logits" }] },
            "axis": .with { $0.arguments = [.with { $0.name = "softmax_axis" }] },
        ]
        softmax.outputs[0].name = "probabilities"
        block.operations += [axis, softmax]
        block.outputs = block.outputs.map { $0 == "logits" ? "probabilities" : $0 }
        model.mlProgram.functions["main"]?.blockSpecializations["CoreML6"] = block
        for index in model.description_p.output.indices where model.description_p.output[index].name == "logits" {
            model.description_p.output[index].name = "probabilities"
        }
        try Data(try model.serializedBytes() as [UInt8]).write(to: file)
    }

    @Test("A float16 package in the place of a float32 one is refused, and told for what it is")
    func float16() throws {
        let error = #expect(throws: ModelError.self) { try judge(.fp16, ["nchw/rnet"]) }
        #expect(error?.description.contains("19 of its 19 tensors are float16") == true, "\(String(describing: error))")
    }

    @Test("Float16 packages beside the networks are judged by their answers; one that holds none is refused")
    func besideFloat32() throws {
        try withTemporaryDirectory { directory in
            func packages() throws(ModelError) -> Float16Packages? {
                try Float16Packages(ModelLibrary(directory).model(inFile:))
            }
            #expect(try packages().map(\.proposal.name) == nil)
            try write(["pnet", "rnet", "onet"], .fp16, as: "fp16", in: directory)
            let proposal = try #require(try packages())[.proposal]
            let capture = try CaptureFile(contentsOf: "\(BundledFiles.captures)/pnet.h5")
            let precision = try NetworkPrecision(
                of: proposal, as: .proposal, in: .fp16Storage, on: capture, scoreThreshold: 0.6)
            #expect(precision.cases == capture.caseNames.count && precision.firstNonFinite == nil)
            // Logits up to 6 through four layers of float16: above the rounding of one, below a hundredth of them.
            #expect(precision.maxAbsDiff > precision.floor && precision.maxAbsDiff < 0.06)
            try write(["rnet"], .fp32, as: "fp16", in: directory)
            let error = #expect(throws: ModelError.self) { try packages() }
            #expect(error?.description.contains("none of its tensors is float16") == true)
        }
    }

    @Test(
        "Answers are read by the graph's layout, though a map be as wide as an output has channels", arguments: [4, 6])
    func mapsOfAnyWidth(columns: Int) throws {
        let graph = try Model(named: "pnet", in: "\(BundledFiles.models)/nchw").graph
        let network = try GraphFaceNetwork(.proposal, graph: graph, arithmetic: .fp32)
        // A pool by 2 between three convolutions by 3.
        let (height, width) = (20, 2 * (columns + 4) + 2)
        var random = RandomNumbers(seed: 9)
        let images = random.floats([1, height, width, 3], in: -1...1)
        let planes = Tensor<Float>(
            [1, 3, height, width],
            (0..<3).flatMap { channel in (0..<height * width).map { images.elements[$0 * 3 + channel] } })
        var tensors = [String: AnyTensor]()
        _ = try ArithmeticName.fp32.engine(for: graph).run([graph.inputs[0].name: .float32(planes)]) {
            tensors[$0.name] = $0.values
        }
        let answers = try network.answers(in: tensors)
        #expect(answers.shape[2] == columns)
        #expect(try answers == network.evaluate(images))
    }
}
