import Conformance

/// A line of text with emphasised parts, such as `Closest is \(code: "openface"): \(verdict)`.
package struct Phrase: Sendable, Equatable, ExpressibleByStringInterpolation {
    package enum Span: Sendable, Equatable {
        case plain(String)
        case strong(String)
        case emphasis(String)
        /// A name as programs spell it.
        case code(String)
        /// Shown in its colour where possible, and always in words.
        case verdict(Verdict)

        /// Only the span's text.
        package var text: String {
            switch self {
            case .plain(let text), .strong(let text), .emphasis(let text), .code(let text): text
            case .verdict(let verdict): verdict.words
            }
        }
    }

    package private(set) var spans: [Span]

    package init(_ spans: [Span]) { self.spans = spans }
    package init(_ text: String) { spans = [.plain(text)] }
    package init(stringLiteral text: String) { self.init(text) }
    package init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }

    /// The text without emphasis.
    package var text: String { spans.map(\.text).joined() }

    package static func + (one: Phrase, other: Phrase) -> Phrase { Phrase(one.spans + other.spans) }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var spans = [Span]()

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { spans.append(.plain(text)) }
        }

        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            spans.append(.plain(value.description))
        }

        package mutating func appendInterpolation(_ phrase: Phrase) { spans += phrase.spans }
        package mutating func appendInterpolation(_ verdict: Verdict) { spans.append(.verdict(verdict)) }
        package mutating func appendInterpolation(strong text: String) { spans.append(.strong(text)) }
        package mutating func appendInterpolation(emphasis text: String) { spans.append(.emphasis(text)) }
        package mutating func appendInterpolation(code text: String) { spans.append(.code(text)) }
    }
}
