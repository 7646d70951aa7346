import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats
import NetworkGraph

extension PrecisionPlan {
    /// Searches for a plan for the networks of a directory: if it holds the cascade, for the cascade on frames; else
    /// for each network that has a capture.
    ///
    /// - Parameters:
    ///   - captures: one of each network, which supplies the inputs.
    ///   - progress: called with what is being tried.
    /// - Throws: the errors of reading and computing, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames for a cascade, or no captures for other networks.
    package init(
        requirements: [PlanRequirement], models: ModelLibrary, captures: CaptureLibrary, frames: String,
        minimumFaceSize: Int,
        rules: CascadeRules = .openFace, reading: ImageReading = ImageReading(), arithmetic: ArithmeticName,
        programs: ProgramTasks = ProgramTasks(), progress: (String) -> Void = { _ in }
    ) throws {
        let tasks = requirements.compactMap(\.task).withoutRepeats.compactMap { TaskMetric($0) }
        func planned(_ name: String) throws -> PlanTrial.PlannedNetwork {
            let model = try models.model(name)
            try model.requireFloat32(as: "the baseline of a plan")
            let capture = try captures.capture(of: name)
            let inputs = try NetworkInputs.all(in: capture, of: model.graph)
            guard !inputs.reduce(InputGaps(), { $0.merged(with: InputGaps($1.tensors)) }).areConstant else {
                throw ComparisonError.nothingInCommon(
                    "every case's inputs of \(name) are one number throughout, on which every plan may keep its limits")
            }
            return PlanTrial.PlannedNetwork(name: name, graph: model.graph, inputs: inputs) { engine in
                try programs.measure(of: engine, in: arithmetic, against: model, on: capture)
            }
        }
        guard try models.missingFaceNetworks.isEmpty else {
            let networks = try models.names
            guard !networks.isEmpty else {
                throw ComparisonError.nothingInCommon("\(models.directory) holds no models")
            }
            let missing = networks.filter { !captures.holds($0) }
            guard missing.isEmpty else { throw captures.lacksCaptures(of: missing) }
            var trial = try PlanTrial(networks.map(planned), arithmetic: arithmetic, tasks: tasks)
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
        let others = try models.otherNetworks.filter(captures.holds)
        let cascade = try CascadeNetwork.allCases.map { ($0, try planned($0.modelName)) }
        progress("float32")
        var trial = try PlanTrial(
            cascade: Dictionary(uniqueKeysWithValues: cascade), beside: others.map(planned), images: images,
            minimumFaceSize: minimumFaceSize, rules: rules, arithmetic: arithmetic, tasks: tasks)
        try self.init(
            requirements: requirements, trial: &trial, minimumFaceSize: minimumFaceSize, frames: files.count,
            progress: progress)
    }
}
