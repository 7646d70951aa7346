import Detection
import Foundation
import TestSupport
import Testing

@testable import Conformance

/// Another detector is ours with changed rules: its faces alone must tell which.
@Suite struct AttributionTests {
    /// At this size each of the changes below moves a face in one of the two frames, and they take seconds.
    static let minimumFaceSize = 100
    static let files = ["25_dark.jpg", "27_blurred.jpg"]

    /// The others need scores that are equal in all bits, or a score that is its threshold: no face of these two
    /// frames has one.
    static let planted: [RuleChange] = [
        .bgr, .areaInterpolation, .resizeInBytes, .roundedProposals, .noProposalCorrection, .floatSquares,
        .inclusiveCrops, .exclusiveCrops, .clippedCrops, .proposalScoresInRefinement, .plainOutputExtent,
        .noFinalCalibration,
    ]

    private func detector() throws -> FaceDetector {
        FaceDetector(
            networks: try FaceNetworks(models: fixtures.appendingPathComponent("models").path, arithmetic: .fp32),
            minimumFaceSize: Self.minimumFaceSize)
    }

    private func image(_ file: String) throws -> DecodedImage {
        try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/\(file)"))
    }

    /// What a detector with other rules finds in the two frames.
    private func faces(changed: [RuleChange], _ detector: FaceDetector) throws -> [DetectedFrame] {
        var other = detector
        other.rules = CascadeRules(changes: changed)
        return try Self.files.map { file in
            let image = try image(file)
            return DetectedFrame(
                file: file, width: image.width, height: image.height, faces: try other.detect(in: image).faces)
        }
    }

    @Test("A changed rule takes the mean overlap below 0.9999, and is the first that is named", arguments: planted)
    func alone(_ change: RuleChange) throws {
        let detector = try detector()
        let frames = try faces(changed: [change], detector)
        let attribution = try Attribution(frames: frames, detector: detector) { try image($0.file) }
        #expect(try #require(attribution.meanOverlapBefore) < 0.9999)
        let first = try #require(attribution.explanations.first)
        #expect(first.rules == [change])
        #expect(first.meanOverlapAfter == 1 && first.differingFrames == 0)
        #expect(first.framesExplained == attribution.differingFrames && first.framesExplained > 0)
    }

    @Test("Two changed rules are named together, before either alone")
    func pair() throws {
        let detector = try detector()
        let frames = try faces(changed: [.floatSquares, .noFinalCalibration], detector)
        let attribution = try Attribution(frames: frames, detector: detector) { try image($0.file) }
        #expect(attribution.explanations.first?.rules == [.floatSquares, .noFinalCalibration])
        #expect(attribution.explanations.first?.meanOverlapAfter == 1)
    }

    @Test("Without the last step every box overlaps by 0.7209, whatever the face")
    func noLastStep() throws {
        let detector = try detector()
        let unchanged = try faces(changed: [], detector)
        for (frame, without) in zip(unchanged, try faces(changed: [.noFinalCalibration], detector)) {
            let matching = FaceMatching(file: frame.file, expected: frame.faces, found: without.faces)
            #expect(matching.missed.isEmpty && matching.falsePositives.isEmpty && !matching.matches.isEmpty)
            // A box of 1 x 1 and the one at (-0.0075, 0.2459) of 1.0323 x 0.7751: they share 1 by 0.7541, and
            // 0.7541 / (1 + 1.0323 * 0.7751 - 0.7541) = 0.72091. Float32 coordinates of hundreds of pixels
            // move that by some 1e-6.
            #expect(matching.matches.allSatisfy { abs($0.intersectionOverUnion - 0.72091) < 5e-6 })
        }
    }

    @Test("Faces of our own rules leave nothing to explain")
    func nothingChanged() throws {
        let detector = try detector()
        let frames = try faces(changed: [], detector)
        let attribution = try Attribution(frames: frames, detector: detector) { try image($0.file) }
        #expect(attribution.differingFrames == 0 && attribution.explanations.isEmpty)
        #expect(attribution.meanOverlapBefore == 1)
    }
}
