import Captures
import Engines
import Foundation
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Validation

/// Captures that are written while an engine computes.
@Suite struct CaptureRecordingTests {
    private let header = CaptureHeader(
        engine: "mtcnn-validate", engineVersion: "1", arithmetic: "fp32", modelName: "rnet", modelSHA256: "0",
        adapter: "a test")

    private func model() throws -> Model {
        try Model(contentsOf: fixtures.appendingPathComponent("models/rnet.onnx").path)
    }

    private func inputs(_ model: Model, rows: Int = 24) -> [CaptureCase.Input] {
        var random = RandomNumbers(seed: 4)
        return [
            CaptureCase.Input(
                name: model.graph.inputs[0].name, values: .float32(random.floats([2, rows, 24, 3], in: -1...1)))
        ]
    }

    @Test(
        "The file has the same bytes however much waits to be written, and those of a case that is written at once",
        arguments: CaptureCompression.allCases)
    func bytes(compression: CaptureCompression) throws {
        let model = try model()
        let engine = try model.engine(.fp32)
        try withTemporaryDirectory { directory in
            let writer = try CaptureWriter(header, compression: compression, to: "\(directory)/whole.h5")
            try writer.append(
                CaptureCase(name: "c", source: "s", inputs: inputs(model), of: model.graph, by: engine, only: nil))
            try writer.finish()
            for (index, most) in [0, 50_000, 64 << 20].enumerated() {
                let path = "\(directory)/\(index).h5"
                try CaptureRecording.record(
                    "c", source: "s", inputs: inputs(model), by: engine, only: nil, as: header,
                    compression: compression, queueing: most, to: path)
                #expect(FileManager.default.contentsEqual(atPath: path, andPath: "\(directory)/whole.h5"))
            }
        }
    }

    @Test("Named tensors alone are recorded")
    func named() throws {
        let model = try model()
        try withTemporaryDirectory { directory in
            let path = "\(directory)/c.h5"
            let wanted = Set(model.graph.outputs)
            try CaptureRecording.record(
                "c", source: "s", inputs: inputs(model), by: model.engine(.fp32), only: wanted, as: header,
                compression: .none, to: path)
            #expect(try Set(CaptureFile(contentsOf: path).readCase("c").tensors.map(\.name)) == wanted)
        }
    }

    @Test("What cannot be written is an error that names the file, and the computation ends")
    func unwritable() throws {
        let model = try model()
        let engine = try model.engine(.fp32)
        #expect {
            try CaptureRecording.record(
                "c", source: "s", inputs: inputs(model), by: engine, only: nil, as: header, compression: .fast,
                queueing: 0, to: "/nonexistent/c.h5")
        } throws: { error in
            "\(error)".contains("/nonexistent/c.h5")
        }
    }

    @Test("An engine that fails leaves no file, and its error is what is thrown")
    func failure() throws {
        let model = try model()
        try withTemporaryDirectory { directory in
            #expect(throws: GraphError.self) {
                try CaptureRecording.record(
                    "c", source: "s", inputs: inputs(model, rows: 23), by: model.engine(.fp32), only: nil, as: header,
                    compression: .fast, to: "\(directory)/c.h5")
            }
            let left = try? FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(left == [])
        }
    }
}
