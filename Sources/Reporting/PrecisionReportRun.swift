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

    /// The predicted arithmetic has no fast kernel, and is run on every third frame: the first of each scene.
    static let frameStep = 3

    /// Runs the three networks in each float16 arithmetic: on the captures' inputs, layer by layer, and as a detector
    /// on the frames.
    ///
    /// - Parameters:
    ///   - models: a directory with the three networks.
    ///   - captures: a directory with a capture of each, of which the inputs are taken.
    ///   - frames: the directory of the frames.
    /// - Throws: what reading and computing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames.
    public init(
        models: String, captures: String, frames: String, minimumFaceSize: Int,
        maximumPixels: Int = DecodedImage.defaultMaximumPixels, arithmetics: [ArithmeticName] = arithmetics,
        deviations: [KnownDeviation], progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let files = try inputFiles(in: frames, withExtension: "jpg") + inputFiles(in: frames, withExtension: "png")
        guard !files.isEmpty else { throw ComparisonError.nothingInCommon("\(frames) holds no frames") }
        let networks = [("pnet", 0.6), ("rnet", 0.7), ("onet", 0.7)].filter {
            FileManager.default.fileExists(atPath: "\(captures)/\($0.0).h5")
        }
        let jobs = arithmetics.flatMap { arithmetic in networks.map { (arithmetic, $0.0, $0.1) } }
        let precisions = try concurrentMap(jobs) { arithmetic, network, threshold in
            progress("\(arithmetic.rawValue), \(network)")
            return try NetworkPrecision(
                of: arithmetic, running: Model(contentsOf: "\(models)/\(network).onnx"),
                on: CaptureFile(contentsOf: "\(captures)/\(network).h5"), network: network, scoreThreshold: threshold)
        }
        let detectors = try ([.fp32] + arithmetics).map { arithmetic in
            FaceDetector(
                networks: try FaceNetworks(models: models, arithmetic: arithmetic), minimumFaceSize: minimumFaceSize)
        }
        let comparisons = try concurrentMap(Array(files.enumerated())) { index, file in
            progress(file)
            let slowToo = index.isMultiple(of: PrecisionReport.frameStep)
            return try FrameComparison(
                file: file, in: frames, baseline: detectors[0],
                candidates: zip(arithmetics, detectors.dropFirst()).map { arithmetic, detector in
                    slowToo || arithmetic != .neuralEngineM1 ? detector : nil
                }, maximumPixels: maximumPixels)
        }
        self.init(
            policies: arithmetics.enumerated().map { index, arithmetic in
                let own = precisions[index * networks.count..<(index + 1) * networks.count]
                let endToEnd = EndToEnd(
                    minimumFaceSize: minimumFaceSize, frames: comparisons.compactMap { $0.policies?[index] },
                    frameStep: arithmetic == .neuralEngineM1 ? PrecisionReport.frameStep : 1,
                    notJudged: comparisons.compactMap(\.failure))
                return (arithmetic.rawValue, arithmetic == .neuralEngineM1, Array(own), endToEnd)
            }, deviations: deviations)
    }
}

/// One frame's faces in every arithmetic, against the first.
private struct FrameComparison: Sendable {
    /// nil if the frame could not be read.
    let policies: [(FaceMatching, StageDivergence)?]?
    let failure: DetectionReport.UnjudgedFrame?

    init(
        file: String, in directory: String, baseline: FaceDetector, candidates: [FaceDetector?], maximumPixels: Int
    ) throws {
        let image: DecodedImage
        do throws(ImageError) {
            image = try DecodedImage(
                contentsOf: URL(fileURLWithPath: "\(directory)/\(file)"), maximumPixels: maximumPixels)
        } catch {
            policies = nil
            failure = DetectionReport.UnjudgedFrame(file: file, reason: error.description)
            return
        }
        let expected = try baseline.detect(in: image)
        policies = try candidates.map { detector in
            guard let detector else { return nil }
            let found = try detector.detect(in: image)
            return (
                FaceMatching(file: file, expected: expected.faces, found: found.faces),
                StageDivergence(file: file, expected: expected, found: found)
            )
        }
        failure = nil
    }
}
