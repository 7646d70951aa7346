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
    /// - Throws: what reading and computing throw, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames.
    public init(
        models: String, captures: String, frames: String, minimumFaceSize: Int,
        maximumPixels: Int = DecodedImage.defaultMaximumPixels, arithmetics: [ArithmeticName] = arithmetics,
        deviations: [KnownDeviation], progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let files = try inputFiles(in: frames, withExtension: "jpg") + inputFiles(in: frames, withExtension: "png")
        guard !files.isEmpty else { throw ComparisonError.nothingInCommon("\(frames) holds no frames") }
        let networks: [(String, Double)] = [("pnet", 0.6), ("rnet", 0.7), ("onet", 0.7)]
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
        let comparisons = try concurrentMap(files) { file in
            progress(file)
            return try FrameComparison(file: file, in: frames, detectors: detectors, maximumPixels: maximumPixels)
        }
        self.init(
            policies: arithmetics.enumerated().map { index, arithmetic in
                let own = precisions[index * networks.count..<(index + 1) * networks.count]
                let endToEnd = EndToEnd(
                    minimumFaceSize: minimumFaceSize, frames: comparisons.compactMap { $0.policies?[index] },
                    notJudged: comparisons.compactMap(\.failure))
                return (arithmetic.rawValue, arithmetic == .neuralEngineM1, Array(own), endToEnd)
            }, deviations: deviations)
    }
}

/// One frame's faces in every arithmetic, against the first.
private struct FrameComparison: Sendable {
    /// nil if the frame could not be read.
    let policies: [(FaceMatching, StageDivergence)]?
    let failure: DetectionReport.UnjudgedFrame?

    init(file: String, in directory: String, detectors: [FaceDetector], maximumPixels: Int) throws {
        let image: DecodedImage
        do throws(ImageError) {
            image = try DecodedImage(
                contentsOf: URL(fileURLWithPath: "\(directory)/\(file)"), maximumPixels: maximumPixels)
        } catch {
            policies = nil
            failure = DetectionReport.UnjudgedFrame(file: file, reason: error.description)
            return
        }
        let expected = try detectors[0].detect(in: image)
        policies = try detectors.dropFirst().map { detector in
            let found = try detector.detect(in: image)
            return (
                FaceMatching(file: file, expected: expected.faces, found: found.faces),
                StageDivergence(file: file, expected: expected, found: found)
            )
        }
        failure = nil
    }
}
