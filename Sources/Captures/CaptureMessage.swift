import JSONTree
import Tensors

/// What a process that reads a capture tells the one that asked it: a line with a length in
/// decimal digits and a description in JSON, then the tensors that it lists, each as a length and a .npy file.
///
/// It is asked for a case by a line with the case's index, and for a case's inputs alone by one with `inputs` behind that.
struct CaptureMessage {
    static let inputsOnly = "inputs"
    /// What the process says before it touches the file.
    static let greeting = "mtcnn-validate/read-capture/1"
    /// The most bytes of a line that says a length.
    static let longestLength = 20
    /// The most bytes that a description may have: a million tensors' names.
    static let longestDescription = 1 << 28

    struct Description: Codable {
        /// The first answer: what the file says of itself.
        var header: CaptureHeader?
        var caseNames: [String]?
        /// Of the cases, in their order.
        var tensorCounts: [Int]?
        /// Any other.
        var recorded: Case?
        /// In place of any.
        var fault: Fault?
    }

    struct Case: Codable {
        var name: String
        var source: String
        /// The inputs' names.
        var inputs: [String]
        var tensors: [Output]
    }

    struct Output: Codable {
        var name: String
        var node: String
        var `operator`: String
        var isGraphOutput: Bool
    }

    /// A ``CaptureError`` without the file's name.
    struct Fault: Codable {
        enum Kind: String, Codable { case missing, unreadable, malformed }

        var kind: Kind
        var place: String
        var reason: String
    }
}

extension CaptureMessage.Fault {
    init(_ error: CaptureError) {
        switch error {
        case .missing: self.init(kind: .missing, place: "", reason: "")
        case .malformed(_, let place, let reason): self.init(kind: .malformed, place: place, reason: reason)
        case .unreadable(_, let reason), .stale(_, let reason), .unwritable(_, let reason), .notRead(_, let reason):
            self.init(kind: .unreadable, place: "", reason: reason)
        }
    }

    func error(of file: String) -> CaptureError {
        switch kind {
        case .missing: .missing(file: file)
        case .unreadable: .unreadable(file: file, reason: reason)
        case .malformed: .malformed(file: file, place: place, reason: reason)
        }
    }
}
