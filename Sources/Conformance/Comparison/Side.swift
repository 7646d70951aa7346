import Captures

/// Who computed one side of a comparison.
public struct Side: Sendable, Codable, Equatable {
    public let engine: String
    public let engineVersion: String?
    /// Nil if unknown.
    public let arithmetic: String?

    public init(engine: String, engineVersion: String? = nil, arithmetic: String? = nil) {
        self.engine = engine
        self.engineVersion = engineVersion
        self.arithmetic = arithmetic
    }

    public var words: String { [engine, engineVersion, arithmetic].compactMap { $0 }.joined(separator: " ") }
}

extension Side {
    public init(_ header: CaptureHeader) {
        self.init(engine: header.engine, engineVersion: header.engineVersion, arithmetic: header.arithmetic)
    }
}
