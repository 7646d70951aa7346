import JSONTree
import Tensors

/// A message between this program and an adapter, as `validation/ENGINE_PROTOCOL.md` describes it: a header in JSON,
/// and behind it the tensors that the header lists, each as a .npy file.
struct AdapterMessage {
    struct Header: Codable, Equatable {
        /// `load`, `ready`, `run`, `result` or `error`.
        var message: String
        /// Of `load`: the model's file.
        var model: String?
        /// Of `load`, the tensors wanted; of `ready`, those that the engine will give.
        var outputs: [String]?
        /// Of `ready`: what the engine calls itself.
        var engine: String?
        var version: String?
        /// Of `ready`: what it computes on.
        var device: String?
        /// Of `error`: what a person should know.
        var reason: String?
        /// Of `run` and `result`: the tensors that follow, in their order.
        var tensors: [Part]?
    }

    struct Part: Codable, Equatable {
        var name: String
        /// The size of the .npy file.
        var bytes: Int
    }

    var header: Header
    var tensors: [(name: String, values: AnyTensor)] = []

    /// The bytes that are sent: the header's length as a line of decimal digits, the header, the tensors.
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
