import JSONTree
import Tensors

/// A running adapter that communicates in messages (`validation/ENGINE_PROTOCOL.md`).
final class AdapterProcess {
    private let engine: String
    private let pipes: AdapterPipes

    /// - Throws: ``OutsideEngineError/cannotStart(engine:reason:)``.
    init(engine: String, command: [String]) throws(OutsideEngineError) {
        self.engine = engine
        pipes = try AdapterPipes(engine: engine, command: command)
    }

    /// Sends a message and returns the answer, unless that is an error message.
    func exchange(_ message: AdapterMessage, within seconds: Double) throws -> AdapterMessage {
        pipes.beginExchange(within: seconds)
        try pipes.write(try message.encoded())
        let answer = try AdapterMessage(from: engine) { try pipes.read($0) }
        if answer.header.message == "error" {
            throw OutsideEngineError.refused(engine: engine, reason: answer.header.reason ?? "it failed")
        }
        return answer
    }
}
