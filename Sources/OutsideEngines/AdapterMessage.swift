import JSONTree
import Tensors

/// A message between this program and an adapter, as described in `validation/ENGINE_PROTOCOL.md`: a JSON header,
/// followed by the tensors that it lists, each as a .npy file.
struct AdapterMessage {
    struct Header: Codable, Equatable {
        /// `load`, `ready`, `run`, `result`, `time`, `timed` or `error`.
        var message: String
        /// In `load`: the model's file.
        var model: String?
        /// In `load`, the requested tensors; in `ready`, those that the engine will give.
        var outputs: [String]?
        /// In `ready`: the engine's name.
        var engine: String?
        var version: String?
        /// In `ready`: the hardware that it computes on.
        var device: String?
        /// In `error`: the message for the user.
        var reason: String?
        /// In `time`: how many runs.
        var count: Int?
        /// In `timed`: the seconds that they took.
        var seconds: Double?
        /// In `run`, `time` and `result`: the tensors that follow, in order.
        var tensors: [Part]?
    }

    struct Part: Codable, Equatable {
        var name: String
        /// The size of the .npy file.
        var bytes: Int
    }

    var header: Header
    var tensors: [(name: String, values: AnyTensor)] = []

    /// The bytes to send: the header's length as a line of decimal digits, the header, the tensors.
    func encoded() throws -> [UInt8] {
        var header = header
        let files = tensors.map(\.values.npy)
        if !tensors.isEmpty {
            header.tensors = zip(tensors, files).map { Part(name: $0.name, bytes: $1.count) }
        }
        let text = Array(try JSON(encoding: header).text().utf8)
        return Array("\(text.count)\n".utf8) + text + files.flatMap { $0 }
    }
}

// MARK: - Reading

extension AdapterMessage {
    /// The largest header, and the largest tensor, that a message may announce: anything larger is an error.
    private static let largestHeader = 1 << 20
    private static let largestTensor = 1 << 30

    /// An adapter's next message.
    ///
    /// - Parameters:
    ///   - engine: the adapter's name, for errors.
    ///   - read: returns the next bytes, exactly as many as requested.
    /// - Throws: ``OutsideEngineError/nonsense(engine:reason:)``, and any error of `read`.
    init(from engine: String, _ read: (Int) throws -> [UInt8]) throws {
        func nonsense(_ reason: String) -> OutsideEngineError { .nonsense(engine: engine, reason: reason) }
        var digits = [UInt8]()
        while let byte = try read(1).first, byte != UInt8(ascii: "\n") {
            digits.append(byte)
            guard digits.count < 8, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
                throw nonsense(
                    "it begins with \"\(String(decoding: digits, as: UTF8.self))\", not with the length of a header")
            }
        }
        let announced = String(decoding: digits, as: UTF8.self)
        guard let length = Int(announced), length <= Self.largestHeader else {
            throw nonsense("a header of \"\(announced)\" bytes")
        }
        let text = try read(length)
        do throws(JSONError) {
            header = try JSON(parsing: text, file: "header").decode()
        } catch {
            throw nonsense("\(error)")
        }
        for part in header.tensors ?? [] {
            guard (0...Self.largestTensor).contains(part.bytes) else {
                throw nonsense("tensor \"\(part.name)\" of \(part.bytes) bytes")
            }
            let file = try read(part.bytes)
            do throws(TensorError) {
                tensors.append((part.name, try AnyTensor(npy: file)))
            } catch {
                throw nonsense("tensor \"\(part.name)\": \(error)")
            }
        }
    }
}
