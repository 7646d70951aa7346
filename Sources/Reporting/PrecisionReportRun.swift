import Captures
import Conformance
import Detection
import Engines
import Foundation
import ModelFormats

extension PrecisionReport {
    /// The float16 arithmetics, in the order of the report.
    public static let arithmetics: [ArithmeticName] = [
        .fp16Weights, .fp16Storage, .fp16FMA, .fp16MultiplyAdd, .neuralEngineM1,
    ]

    /// Runs the three networks in each float16 arithmetic: on the captures' inputs, layer by layer, and as a detector
    /// on the frames.
    ///
    /// - Parameters:
    ///   - models: a directory with the three networks.
    ///   - captures: a directory with a capture of each, of which the inputs are taken.
    ///   - frames: the directory of the frames.
    ///   - shard: which of the networks in an arithmetic, and which of the frames, to compare.
    /// - Throws: what reading and computing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames.
    public init(
        models: String, captures: String, frames: String, minimumFaceSize: Int,
        maximumPixels: Int = DecodedImage.defaultMaximumPixels, arithmetics: [ArithmeticName] = arithmetics,
        deviations: [KnownDeviation], shard: Shard = .whole, progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let files = try inputFiles(in: frames, withExtension: "jpg") + inputFiles(in: frames, withExtension: "png")
        guard !files.isEmpty else { throw ComparisonError.nothingInCommon("\(frames) holds no frames") }
        let networks = [("pnet", 0.6), ("rnet", 0.7), ("onet", 0.7)].filter {
            FileManager.default.fileExists(atPath: "\(captures)/\($0.0).h5")
        }
        let jobs = shard.stretch(
            of: arithmetics.flatMap { arithmetic in networks.map { (arithmetic, $0.0, $0.1) } })
        let precisions = try concurrentMap(jobs) { arithmetic, network, threshold in
            progress("\(arithmetic.rawValue), \(network)")
            let model = try Model(named: network, in: models)
            let capture = try CaptureFile(contentsOf: "\(captures)/\(network).h5")
            let precision = try NetworkPrecision(
                of: arithmetic, running: model.graph, modelSha256: model.sha256,
                on: NetworkInputs.all(in: capture, of: model.graph), network: network, scoreThreshold: threshold)
            return (arithmetic, precision)
        }
        let detectors = try ([.fp32] + arithmetics).map { arithmetic in
            FaceDetector(
                networks: try FaceNetworks(models: models, arithmetic: arithmetic), minimumFaceSize: minimumFaceSize)
        }
        let comparisons = try concurrentMap(shard.stretch(of: files)) { file in
            progress(file)
            return try FrameComparison(
                file: file, in: frames, baseline: detectors[0], candidates: Array(detectors.dropFirst()),
                maximumPixels: maximumPixels)
        }
        self.init(
            policies: arithmetics.enumerated().map { index, arithmetic in
                let own = precisions.filter { $0.0 == arithmetic }.map(\.1)
                let frames = comparisons.map { $0.candidates[index] }
                let endToEnd = EndToEnd(
                    minimumFaceSize: minimumFaceSize, frames: frames.compactMap(\.frame),
                    notJudged: frames.compactMap(\.failure))
                return (arithmetic.rawValue, arithmetic == .neuralEngineM1, own, endToEnd)
            }, deviations: deviations)
    }
}

/// One frame's faces in every arithmetic, against the first.
private struct FrameComparison: Sendable {
    enum Outcome: Sendable {
        case compared(PrecisionReport.Frame)
        case notJudged(DetectionReport.UnjudgedFrame)

        var frame: PrecisionReport.Frame? { if case .compared(let frame) = self { frame } else { nil } }
        var failure: DetectionReport.UnjudgedFrame? { if case .notJudged(let failure) = self { failure } else { nil } }
    }

    let candidates: [Outcome]

    init(
        file: String, in directory: String, baseline: FaceDetector, candidates: [FaceDetector], maximumPixels: Int
    ) throws {
        func notJudged(_ reason: String) -> Outcome { .notJudged(.init(file: file, reason: reason)) }
        let image: DecodedImage
        let expected: CascadeRecord
        do {
            image = try DecodedImage(
                contentsOf: URL(fileURLWithPath: "\(directory)/\(file)"), maximumPixels: maximumPixels)
            expected = try baseline.detect(in: image)
        } catch let error as ImageError {
            self.candidates = candidates.map { _ in notJudged(error.description) }
            return
        } catch let error as CascadeError {
            self.candidates = candidates.map { _ in notJudged("float32: \(error.description)") }
            return
        }
        self.candidates = try candidates.map { detector in
            var detector = detector
            var evaluations = FrameEvaluations(image: image, networks: detector.networks)
            do {
                let found = try detector.detect(in: &evaluations)
                detector.rules.scorePrecision = .half
                let withHalfScores = try detector.detect(in: &evaluations).faces
                return .compared(
                    PrecisionReport.Frame(
                        file: file, faces: FaceMatching(file: file, expected: expected.faces, found: found.faces),
                        facesWithFloat16Scores: FaceMatching(
                            file: file, expected: expected.faces, found: withHalfScores),
                        firstDeparture: StageDivergence(file: file, expected: expected, found: found).firstDeparture?
                            .stage,
                        flippedDecisions: FlippedDecision.all(expected: expected, found: found)))
            } catch let error as CascadeError {
                return notJudged(error.description)
            }
        }
    }
}
