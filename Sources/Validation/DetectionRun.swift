import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import Tensors

/// Our cascade's faces compared with another detector's lists.
package struct DetectionMeasurement: Sendable {
    package let baseline: Side
    package let candidate: Side
    package let golds: [GoldComparison]
}

/// The comparison with one list of faces.
package struct GoldComparison: Sendable {
    /// The list's name.
    package let gold: String
    package let minimumFaceSize: Int
    package let scoreThresholds: ScoreThresholds
    package let frames: KeptFrames<ComparedFrame>
    /// Frames, on the list or not, that were not compared.
    package let notJudged: UnjudgedFrames
}

extension DetectionMeasurement {
    /// Finds the faces in the frames that other detectors' lists name, and compares them.
    ///
    /// - Parameters:
    ///   - golds: the lists, as JSON or CSV.
    ///   - frames: the directory of the frames.
    ///   - detector: our cascade; its minimum face size and score thresholds apply if a list does not record its own.
    ///   - minimumFaceSize: overrides the lists' own; so do the score thresholds.
    ///   - frameList: names the frames to take of the directory; nil for all.
    ///   - shard: which of each list's frames to compare. A list of frames is the shard's own.
    ///   - known: what this engine's cascade has found in these frames before.
    ///   - log: takes what is measured on each frame.
    ///   - progress: called with each frame before it is computed.
    /// - Throws: ``Detection/DetectionDocumentError``, ``Conformance/ComparisonError/nothingInCommon(_:)`` for a list
    ///   that names no frame here, and the networks' errors.
    package init(
        golds: [String], frames: String, frameList: String? = nil, detector: FaceDetector, minimumFaceSize: Int?,
        scoreThresholds: ScoreThresholds? = nil, candidate: Side,
        reading: ImageReading = ImageReading(),
        shard: Shard = .whole, known: KnownDetections = KnownDetections(), log: FrameLog? = nil,
        progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let directory = try FrameDirectory(frames, list: frameList)
        let lists = try concurrentMap(golds) { path in
            let file = URL(fileURLWithPath: path)
            let name = file.deletingPathExtension().lastPathComponent
            let listed = try ListedFrames(listedIn: file, named: name, of: directory)
            let gold = listed.list.header
            var detector = detector
            if let thresholds = scoreThresholds ?? gold.scoreThresholds { detector.scoreThresholds = thresholds }
            detector.minimumFaceSize = minimumFaceSize ?? gold.minFaceSize ?? detector.minimumFaceSize
            return (name: name, source: gold.source ?? file.lastPathComponent, listed: listed, detector: detector)
        }
        let comparisons = try lists.enumerated().map { index, list in
            let isAskedAgain = lists[(index + 1)...].contains {
                $0.detector.rules == list.detector.rules
                    && $0.detector.minimumFaceSize == list.detector.minimumFaceSize
            }
            return try GoldComparison(
                list.listed, name: list.name, frames: directory, detector: list.detector, reading: reading,
                shard: frameList == nil ? shard : .whole, known: known, isAskedAgain: isAskedAgain, log: log,
                progress: progress)
        }
        self.init(
            baseline: Side(engine: lists.map(\.source).withoutRepeats.joined(separator: "; ")), candidate: candidate,
            golds: comparisons)
    }
}

extension GoldComparison {
    fileprivate init(
        _ listed: ListedFrames, name: String, frames directory: FrameDirectory, detector: FaceDetector,
        reading: ImageReading, shard: Shard, known: KnownDetections, isAskedAgain: Bool, log: FrameLog?,
        progress: @Sendable (String) -> Void
    ) throws {
        var (frames, notJudged) = (KeptFrames<ComparedFrame>(), UnjudgedFrames())
        let section = FrameLog.Section(report: "cpp_vs_reference", gold: name)
        // In the directory's order, so that successive parts of a directory give the order of the whole.
        try streamedMap(shard.stretch(ofCount: listed.files.count)) { index in
            let file = listed.files[index]
            guard let expected = try listed.faces(at: index) else {
                return JudgedFrame.notJudged(
                    UnjudgedFrame(
                        file: file, cause: .notListed,
                        reason: "the list does not name this frame, not even as one without faces"))
            }
            if directory.leavesOut(file) {
                return .notJudged(
                    UnjudgedFrame(
                        file: file, cause: .unreadable, reason: "the list of frames does not name it"))
            }
            progress("\(name), \(file)")
            do {
                let found = try known.detection(in: file, by: detector, isAskedAgain: isAskedAgain) {
                    try DecodedImage(contentsOf: directory.url(of: file), as: reading)
                } checking: {
                    if let reason = expected.differenceInSize(from: $0) { throw OtherSize(reason: reason) }
                }
                return .judged(ComparedFrame(expected, found, detector.rules))
            } catch let error as OtherSize {
                return .notJudged(UnjudgedFrame(file: file, cause: .otherSize, reason: error.reason))
            } catch let error as ImageError {
                return .notJudged(UnjudgedFrame(file: file, error))
            } catch let error as CascadeError where error.isNotFinite {
                return .notJudged(
                    UnjudgedFrame(file: file, cause: .notFinite, reason: error.description))
            }
        } take: { judged in
            frames.add(KeptFrames(judged.compactMap(\.frame)))
            notJudged.add(UnjudgedFrames(judged.compactMap(\.failure)))
            for frame in judged { try log?.add(frame, to: section) }
        }
        self.init(
            gold: name, minimumFaceSize: detector.minimumFaceSize, scoreThresholds: detector.scoreThresholds,
            frames: frames, notJudged: notJudged)
    }
}

/// A frame has another size than a list of faces says.
private struct OtherSize: Error {
    let reason: String
}

/// A frame named by a list of faces, compared or not.
private enum JudgedFrame: Sendable {
    case judged(ComparedFrame)
    case notJudged(UnjudgedFrame)

    var frame: ComparedFrame? { if case .judged(let frame) = self { frame } else { nil } }
    var failure: UnjudgedFrame? { if case .notJudged(let failure) = self { failure } else { nil } }
}

extension FrameLog {
    fileprivate func add(_ frame: JudgedFrame, to section: Section) throws {
        switch frame {
        case .judged(let frame): try add(frame, to: section)
        case .notJudged(let frame): try add(notJudged: frame, to: section)
        }
    }
}

extension ComparedFrame {
    fileprivate init(_ expected: DetectedFrame, _ found: CascadeRecord, _ rules: CascadeRules) {
        self.init(
            faces: FaceMatching(file: expected.file, expected: expected.faces, found: found.faces),
            divergence: expected.record.isEmpty
                ? nil
                : StageDivergence(
                    file: expected.file, expected: expected.record, found: found, rules: rules),
            unpairedScores: found.unpairedScores)
    }
}
