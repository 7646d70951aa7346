import Conformance
import JSONTree

/// One of the documents that a run writes: `fp32_vs_onnx.json`.
public protocol Report: Codable, Sendable {
    /// The file's name without its extension.
    static var name: String { get }
    var verdict: Verdict { get }
    /// Every check that was made, in the order of the report.
    var checks: [Check] { get }
    /// Why the verdict, or a part of it, is that nothing could be judged; empty where all was.
    var notJudged: [String] { get }
    /// What became of the listed deviations.
    var deviations: [DeviationOutcome] { get }
    /// The report's part of the summary, for a person.
    var markdown: String { get }
}

extension Report {
    /// Names the document and the version of its layout, which `validation/schemas` describes.
    public static var schema: String { "mtcnn-validate/\(name)/2" }
}

/// Who computed one side of a comparison.
public struct Side: Sendable, Codable, Equatable {
    public let engine: String
    public let engineVersion: String?
    /// Nil where nobody says.
    public let arithmetic: String?

    public init(engine: String, engineVersion: String? = nil, arithmetic: String? = nil) {
        self.engine = engine
        self.engineVersion = engineVersion
        self.arithmetic = arithmetic
    }

    public var words: String { [engine, engineVersion, arithmetic].compactMap { $0 }.joined(separator: " ") }
}
