import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats
import NetworkGraph

extension PrecisionPlan {
    /// Searches for a plan for the networks of a directory, on frames.
    ///
    /// - Parameters:
    ///   - captures: a directory with a capture of each network, of which the inputs are taken.
    ///   - progress: is told what is tried.
    /// - Throws: what reading and computing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames.
    public init(
        requirements: [PlanRequirement], models: ModelLibrary, captures: String, frames: String, minimumFaceSize: Int,
        rules: CascadeRules = .openFace, reading: ImageReading = ImageReading(), arithmetic: ArithmeticName,
        progress: (String) -> Void = { _ in }
    ) throws {
        let directory = try FrameDirectory(frames)
        let files = directory.files
        guard !files.isEmpty else { throw ComparisonError.nothingInCommon("\(frames) holds no frames") }
        let images = try files.map {
            try DecodedImage(contentsOf: directory.url(of: $0), as: reading)
        }
        var graphs = [CascadeNetwork: Graph]()
        var inputs = [CascadeNetwork: [NetworkInputs]]()
        for network in CascadeNetwork.allCases {
            let model = try models.model(network.modelName)
            try model.requireFloat32(as: "the baseline of a plan")
            graphs[network] = model.graph
            inputs[network] = try NetworkInputs.all(
                in: CaptureFile(contentsOf: "\(captures)/\(network.modelName).h5"), of: model.graph)
        }
        progress("float32")
        var trial = try PlanTrial(
            graphs: graphs, inputs: inputs, images: images, minimumFaceSize: minimumFaceSize, rules: rules,
            arithmetic: arithmetic)
        try self.init(
            requirements: requirements, trial: &trial, minimumFaceSize: minimumFaceSize, frames: files.count,
            progress: progress)
    }
}
