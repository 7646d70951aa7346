import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats
import NetworkGraph

extension PrecisionPlan {
    /// Searches for a plan for the networks of a directory: of the cascade on frames, where it holds that; else of each
    /// network of which there is a capture.
    ///
    /// - Parameters:
    ///   - captures: a directory with a capture of each network, of which the inputs are taken.
    ///   - progress: is told what is tried.
    /// - Throws: what reading and computing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames for a cascade, or no captures for other networks.
    public init(
        requirements: [PlanRequirement], models: ModelLibrary, captures: String, frames: String, minimumFaceSize: Int,
        rules: CascadeRules = .openFace, reading: ImageReading = ImageReading(), arithmetic: ArithmeticName,
        progress: (String) -> Void = { _ in }
    ) throws {
        let tasks = requirements.compactMap { $0.task.flatMap { TaskMetric($0) } }
        guard try models.missingFaceNetworks.isEmpty else {
            let networks = try models.names.filter { FileManager.default.fileExists(atPath: "\(captures)/\($0).h5") }
            guard !networks.isEmpty else {
                throw ComparisonError.nothingInCommon(
                    "\(captures) holds no capture of a model in \(models.directory), from which inputs are taken")
            }
            var trial = try PlanTrial(
                networks.map { name in
                    let model = try models.model(name)
                    try model.requireFloat32(as: "the baseline of a plan")
                    let capture = try CaptureFile(contentsOf: "\(captures)/\(name).h5")
                    return PlanTrial.PlannedNetwork(
                        name: name, graph: model.graph, inputs: try NetworkInputs.all(in: capture, of: model.graph))
                }, arithmetic: arithmetic, tasks: tasks)
            try self.init(
                requirements: requirements, trial: &trial, minimumFaceSize: nil, frames: 0, progress: progress)
            return
        }
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
            arithmetic: arithmetic, tasks: tasks)
        try self.init(
            requirements: requirements, trial: &trial, minimumFaceSize: minimumFaceSize, frames: files.count,
            progress: progress)
    }
}
