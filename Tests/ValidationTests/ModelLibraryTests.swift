import Captures
import Conformance
import Engines
import FaceConformance
import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing
@testable import Validation

@Suite struct ModelLibraryTests {
    private static let models = fixtures.appendingPathComponent("models").path

    @Test("A model is read once, however often it is asked for")
    func once() throws {
        let library = ModelLibrary(Self.models)
        let first = try library.model("rnet")
        let again = try library.model("rnet")
        #expect(first.sha256 == again.sha256 && library.reads == 1)
        _ = try library.faceNetworks(in: .fp32)
        _ = try library.faceNetworks(in: .fp16Storage)
        #expect(library.reads == 3)
    }

    @Test("A run reads each model file once: layers, float16 arithmetics and packages together")
    func wholeRun() throws {
        try withTemporaryDirectory { directory in
            let library = ModelLibrary(Self.models)
            try FileManager.default.createDirectory(
                atPath: "\(directory)/captures", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: "\(directory)/frames", withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("captures/rnet.h5").path,
                toPath: "\(directory)/captures/rnet.h5")
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("frames/01_astronaut_close.jpg").path,
                toPath: "\(directory)/frames/a.jpg")
            let layers = try LayerMeasurement(
                models: library, captures: CaptureLibrary("\(directory)/captures"), outputsOnly: true,
                shard: #require(Shard("1/20")))
            #expect(layers.networks.map(\.network) == ["rnet", "pnet", "onet"])
            _ = try PrecisionMeasurement(
                models: library, captures: CaptureLibrary("\(directory)/captures"), frames: "\(directory)/frames",
                minimumFaceSize: 120, arithmetics: [.fp16Weights], shard: #require(Shard("2/2")))
            #expect(library.reads == 3)
        }
    }

    @Test("The oracle computes each case of a network once, for however many arithmetics and for both reports")
    func oracle() throws {
        try withTemporaryDirectory { directory in
            let library = ModelLibrary(Self.models)
            for folder in ["captures", "frames"] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
            }
            let capture = fixtures.appendingPathComponent("captures/rnet.h5").path
            try FileManager.default.copyItem(atPath: capture, toPath: "\(directory)/captures/rnet.h5")
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("frames/01_astronaut_close.jpg").path,
                toPath: "\(directory)/frames/a.jpg")
            let precision = try PrecisionMeasurement(
                models: library, captures: CaptureLibrary("\(directory)/captures"), frames: "\(directory)/frames",
                minimumFaceSize: 120, arithmetics: [.fp16Weights, .fp16Storage, .fp16FMA])
            let cases = try NetworkInputs.all(in: CaptureFile(contentsOf: capture), of: library.model("rnet").graph)
            #expect(precision.policies.count >= 3 && cases.count > 1)
            #expect(library.oracleRuns == cases.count)
            let layers = try LayerMeasurement(models: library, captures: CaptureLibrary("\(directory)/captures"))
            // The 400 images of which outputs alone were recorded are compared four at a time.
            #expect(layers.networks.first?.cases.count == cases.count + 1)
            #expect(library.oracleRuns == cases.count + 100)
        }
    }

    @Test("An oracle is kept until the second report asks for it; this one has what is kept, and keeps nothing more")
    func keptOracle() throws {
        let library = ModelLibrary(Self.models)
        let model = try library.model("pnet")
        let inputs = [model.graph.inputs[0].name: AnyTensor.float32(Tensor([1, 12, 12, 3], repeating: 0.5))]
        let others = inputs.mapValues { _ in AnyTensor.float32(Tensor([1, 12, 12, 3], repeating: 0.25)) }
        weak var kept: Oracle?
        do {
            let first = try library.oracle(of: model)
            kept = first
            _ = try first.tensors(for: inputs)
        }
        #expect(kept != nil && library.oracleRuns == 1)
        do {
            let second = try library.oracle(of: model)
            #expect(second === kept)
            _ = try second.tensors(for: inputs)
            #expect(library.oracleRuns == 1)
            for _ in 1...2 { _ = try second.tensors(for: others) }
            #expect(library.oracleRuns == 3)
        }
        #expect(kept == nil)
    }

    @Test("What cannot be read is not kept: a model that is there later is found")
    func later() throws {
        try withTemporaryDirectory { directory in
            let library = ModelLibrary(directory)
            #expect(throws: ModelError.self) { try library.model("pnet") }
            try FileManager.default.copyItem(atPath: "\(Self.models)/pnet.onnx", toPath: "\(directory)/PNet.onnx")
            #expect(try library.model("pnet").graph.outputs.isEmpty == false)
            #expect(try library.model(inFile: "pnet_fp16.mlpackage") == nil && library.reads == 1)
        }
    }
}
