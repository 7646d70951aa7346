import Detection
import Synchronization

/// What one engine's cascade finds in the first frames of a directory, kept for whoever asks again: several lists of faces
/// may be of one minimum face size, and two reports look for faces of one.
package final class KnownDetections: Sendable {
    private struct Answer {
        let size: (width: Int, height: Int)
        let record: CascadeRecord
    }

    private struct Question: Hashable {
        let file: String
        let rules: CascadeRules
        let minimumFaceSize: Int
    }

    private let known: Mutex<(answers: [Question: Answer], candidatesLeft: Int)>

    /// - Parameter most: the most boxes to keep, by default some megabytes of them. More frames are detected each time, so
    ///   that memory does not grow with their number.
    package init(most: Int = 1 << 17) { known = Mutex(([:], most)) }

    /// What a detector finds in a frame.
    ///
    /// - Parameters:
    ///   - isAskedAgain: whether to keep it.
    ///   - read: reads the frame, if that is needed.
    ///   - check: called with the frame's size before anything is looked for.
    func detection(
        in file: String, by detector: FaceDetector, isAskedAgain: Bool, reading read: () throws -> DecodedImage,
        checking check: ((width: Int, height: Int)) throws -> Void = { _ in }
    ) throws -> CascadeRecord {
        let question = Question(file: file, rules: detector.rules, minimumFaceSize: detector.minimumFaceSize)
        if let answer = known.withLock({ $0.answers[question] }) {
            try check(answer.size)
            return answer.record
        }
        let image = try read()
        let size = (width: image.width, height: image.height)
        try check(size)
        let record = try detector.detect(in: image)
        if isAskedAgain {
            known.withLock { known in
                guard record.candidateCount <= known.candidatesLeft else { return }
                known.candidatesLeft -= record.candidateCount
                known.answers[question] = Answer(size: size, record: record)
            }
        }
        return record
    }
}
