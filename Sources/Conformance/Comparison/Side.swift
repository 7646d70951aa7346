import Captures

/// Who computed one side of a comparison.
package struct Side: Sendable, Codable, Equatable {
    package let engine: String
    package let engineVersion: String?
    /// Nil if unknown.
    package let arithmetic: String?

    package init(engine: String, engineVersion: String? = nil, arithmetic: String? = nil) {
        self.engine = engine
        self.engineVersion = engineVersion
        self.arithmetic = arithmetic
    }

    package var words: String { [engine, engineVersion, arithmetic].compactMap { $0 }.joined(separator: " ") }
}

extension Side {
    package init(_ header: CaptureHeader) {
        self.init(engine: header.engine, engineVersion: header.engineVersion, arithmetic: header.arithmetic)
    }
}
