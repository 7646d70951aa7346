import Conformance

/// A line of text with emphasised parts, such as `Closest is \(code: "openface"): \(verdict)`.
public struct Phrase: Sendable, Equatable, ExpressibleByStringInterpolation {
    public enum Span: Sendable, Equatable {
        case plain(String)
        case strong(String)
        case emphasis(String)
        /// A name as programs spell it.
        case code(String)
        /// Shown in its colour where possible, and always in words.
        case verdict(Verdict)

        /// Only the span's text.
        public var text: String {
            switch self {
            case .plain(let text), .strong(let text), .emphasis(let text), .code(let text): text
            case .verdict(let verdict): verdict.words
            }
        }
    }

    public private(set) var spans: [Span]

    public init(_ spans: [Span]) { self.spans = spans }
    public init(_ text: String) { spans = [.plain(text)] }
    public init(stringLiteral text: String) { self.init(text) }
    public init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }

    /// The text without emphasis.
    public var text: String { spans.map(\.text).joined() }

    public static func + (one: Phrase, other: Phrase) -> Phrase { Phrase(one.spans + other.spans) }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var spans = [Span]()

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { spans.append(.plain(text)) }
        }

        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            spans.append(.plain(value.description))
        }

        public mutating func appendInterpolation(_ phrase: Phrase) { spans += phrase.spans }
        public mutating func appendInterpolation(_ verdict: Verdict) { spans.append(.verdict(verdict)) }
        public mutating func appendInterpolation(strong text: String) { spans.append(.strong(text)) }
        public mutating func appendInterpolation(emphasis text: String) { spans.append(.emphasis(text)) }
        public mutating func appendInterpolation(code text: String) { spans.append(.code(text)) }
    }
}
