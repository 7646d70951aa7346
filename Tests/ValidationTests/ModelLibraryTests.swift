import Captures
import Conformance
import Engines
import FaceConformance
import Foundation
import ModelFormats
import TestSupport
import Testing
import Validation

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
                models: library, captures: "\(directory)/captures", outputsOnly: true,
                shard: #require(Shard("1/20")))
            #expect(layers.networks.map(\.network) == ["rnet", "pnet", "onet"])
            _ = try PrecisionMeasurement(
                models: library, captures: "\(directory)/captures", frames: "\(directory)/frames",
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
                models: library, captures: "\(directory)/captures", frames: "\(directory)/frames",
                minimumFaceSize: 120, arithmetics: [.fp16Weights, .fp16Storage, .fp16FMA])
            let cases = try NetworkInputs.all(in: CaptureFile(contentsOf: capture), of: library.model("rnet").graph)
            #expect(precision.policies.count >= 3 && cases.count > 1)
            #expect(library.oracleRuns == cases.count)
            let layers = try LayerMeasurement(models: library, captures: "\(directory)/captures")
            // The 400 images of which outputs alone were recorded are compared four at a time.
            #expect(layers.networks.first?.cases.count == cases.count + 1)
            #expect(library.oracleRuns == cases.count + 100)
        }
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
