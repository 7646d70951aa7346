import Conformance
import Foundation
import ModelFormats
import Reporting
import TestSupport
import Testing

/// The packages that are written for the bundled networks, judged as anybody's are.
@Suite struct PackageGates {
    private func judge(
        _ precision: CoreMLPackageContents.Precision, _ captures: [String]
    ) throws -> LayerReport {
        try withTemporaryDirectory { directory in
            for name in ["pnet", "rnet"] {
                let model = try Model(named: name, in: BundledFiles.models)
                let contents = try CoreMLPackageContents(
                    OpenFaceModel(graph: model.graph), name: name, precision: precision, sourceSHA256: model.sha256)
                for (path, bytes) in contents.files {
                    let file = URL(fileURLWithPath: "\(directory)/\(name)_fp32.mlpackage/\(path)")
                    try FileManager.default.createDirectory(
                        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try Data(bytes).write(to: file)
                }
            }
            for capture in captures {
                let file = URL(fileURLWithPath: "\(directory)/captures/\(capture).h5")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: "\(BundledFiles.captures)/\(capture).h5", toPath: file.path)
            }
            return try LayerReport(models: directory, captures: "\(directory)/captures", deviations: [])
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

    @Test("A float16 package in the place of a float32 one is refused, and told for what it is")
    func float16() throws {
        let error = #expect(throws: ModelError.self) { try judge(.fp16, ["nchw/rnet"]) }
        #expect(error?.description.contains("19 of its 19 tensors are float16") == true, "\(String(describing: error))")
    }
}
