import Benchmarking
import Captures
import Conformance
import Detection
import Engines
import Files
import JSONTree
import ModelFormats
import NetworkGraph
import OutsideEngines
import Reporting
import Tensors
import Validation

/// What the process tells its caller; numbers from 64 on as in sysexits.h.
enum ExitStatus: Int32 {
    case conforms = 0
    case doesNotConform = 1
    case notJudged = 2
    case usage = 64
    case badData = 65
    case noInput = 66
    case internalFailure = 70
    case cannotWrite = 73

    init(_ verdict: Verdict) {
        switch verdict {
        case .conforms, .conformsWithKnownDeviations: self = .conforms
        case .doesNotConform: self = .doesNotConform
        case .notJudged: self = .notJudged
        }
    }
}

/// An error that knows its exit status.
protocol ExitStatusError: Error {
    var exitStatus: ExitStatus { get }
}

extension ModelError: ExitStatusError {
    var exitStatus: ExitStatus { if case .unreadable = self { .noInput } else { .badData } }
}

extension CaptureError: ExitStatusError {
    var exitStatus: ExitStatus {
        switch self {
        case .missing: .noInput
        case .unwritable: .cannotWrite
        case .unreadable, .malformed, .stale: .badData
        case .notRead: .internalFailure
        }
    }
}

extension ComparisonError: ExitStatusError {
    var exitStatus: ExitStatus { if case .nothingInCommon = self { .notJudged } else { .badData } }
}

extension TaskError: ExitStatusError {
    var exitStatus: ExitStatus { .usage }
}

extension TaskProgramError: ExitStatusError {
    var exitStatus: ExitStatus { .internalFailure }
}

extension AlignmentError: ExitStatusError {
    var exitStatus: ExitStatus { if case .ambiguous = self { .notJudged } else { .badData } }
}

extension ImageError: ExitStatusError {
    var exitStatus: ExitStatus {
        switch self {
        case .unreadable: .noInput
        case .unwritable: .cannotWrite
        case .unknownFormat, .damaged, .tooLarge: .badData
        }
    }
}

extension DetectionDocumentError: ExitStatusError {
    var exitStatus: ExitStatus { if case .unreadable = self { .noInput } else { .badData } }
}

extension GraphFaceNetworkError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension CascadeError: ExitStatusError {
    var exitStatus: ExitStatus { if case .minimumFaceSize = self { .usage } else { .badData } }
}

extension FileReadingError: ExitStatusError {
    var exitStatus: ExitStatus { isTooLarge ? .badData : .noInput }
}

extension OutsideEngineError: ExitStatusError {
    var exitStatus: ExitStatus { if case .nonsense = self { .badData } else { .internalFailure } }
}

extension GraphError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension EngineError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension FusionError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension ShardError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension TensorError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension JSONError: ExitStatusError {
    var exitStatus: ExitStatus { .badData }
}

extension FileWritingError: ExitStatusError {
    var exitStatus: ExitStatus { .cannotWrite }
}

/// A failure that the command line itself finds.
struct CommandError: ExitStatusError, CustomStringConvertible {
    let exitStatus: ExitStatus
    let description: String

    init(_ exitStatus: ExitStatus, _ description: String) {
        self.exitStatus = exitStatus
        self.description = description
    }
}
