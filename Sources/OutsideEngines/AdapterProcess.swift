import JSONTree
import Tensors

/// A running adapter that is spoken to in messages (`validation/ENGINE_PROTOCOL.md`).
final class AdapterProcess {
    private let engine: String
    private let pipes: AdapterPipes

    /// The largest header, and the largest tensor, that an answer may announce: more is nonsense.
    private static let largestHeader = 1 << 20
    private static let largestTensor = 1 << 30

    /// - Throws: ``OutsideEngineError/cannotStart(engine:reason:)``.
    init(engine: String, command: [String]) throws(OutsideEngineError) {
        self.engine = engine
        pipes = try AdapterPipes(engine: engine, command: command)
    }

    /// Sends a message and gives the answer, which is not an error message.
    func exchange(_ message: AdapterMessage, within seconds: Double) throws -> AdapterMessage {
        pipes.beginExchange(within: seconds)
        try pipes.write(try message.encoded())
        let answer = try read()
        if answer.header.message == "error" {
            throw OutsideEngineError.refused(engine: engine, reason: answer.header.reason ?? "it failed")
        }
        return answer
    }

    // MARK: Messages

    private func read() throws -> AdapterMessage {
        let bytes = try pipes.read(try readHeaderLength())
        var message: AdapterMessage
        do throws(JSONError) {
            message = AdapterMessage(header: try JSON(parsing: bytes, file: "header").decode())
        } catch {
            throw nonsense("\(error)")
        }
        for part in message.header.tensors ?? [] {
            guard (0...Self.largestTensor).contains(part.bytes) else {
                throw nonsense("tensor \"\(part.name)\" of \(part.bytes) bytes")
            }
            let file = try pipes.read(part.bytes)
            do throws(TensorError) {
                message.tensors.append((part.name, try AnyTensor(npy: file)))
            } catch {
                throw nonsense("tensor \"\(part.name)\": \(error)")
            }
        }
        return message
    }

    private func readHeaderLength() throws -> Int {
        var digits = [UInt8]()
        while true {
            let byte = try pipes.read(1)[0]
            if byte == UInt8(ascii: "\n") { break }
            digits.append(byte)
            guard digits.count < 8, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
                throw nonsense("it begins with \"\(Self.text(digits))\", not with the length of a header")
            }
        }
        guard let length = Int(Self.text(digits)), length <= Self.largestHeader else {
            throw nonsense("a header of \"\(Self.text(digits))\" bytes")
        }
        return length
    }

    private func nonsense(_ reason: String) -> OutsideEngineError {
        .nonsense(engine: engine, reason: reason)
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
