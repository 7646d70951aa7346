/// Why an outside engine gave no usable answer.
package enum OutsideEngineError: Error, Equatable, CustomStringConvertible {
    /// The adapter's program could not be started.
    case cannotStart(engine: String, reason: String)
    /// The adapter reports that it cannot do the request.
    case refused(engine: String, reason: String)
    /// The adapter ended; its last words are the end of its standard error.
    case died(engine: String, lastWords: String)
    /// The adapter did not answer in time.
    case tooLate(engine: String, seconds: Double, lastWords: String)
    /// The answer does not fit the request.
    case nonsense(engine: String, reason: String)

    package var description: String {
        switch self {
        case .cannotStart(let engine, let reason): "engine \(engine): cannot be started: \(reason)"
        case .refused(let engine, let reason): "engine \(engine): \(reason)"
        case .died(let engine, let words): "engine \(engine): its adapter ended without an answer\(Self.quoted(words))"
        case .tooLate(let engine, let seconds, let words):
            "engine \(engine): its adapter did not answer within \(seconds) s\(Self.quoted(words))"
        case .nonsense(let engine, let reason): "engine \(engine): its answer cannot be used: \(reason)"
        }
    }

    private static func quoted(_ words: String) -> String {
        words.isEmpty ? "" : "; its last words: \(words)"
    }
}
