import Files
import Foundation

/// The files beside an ONNX model with its larger tensors
/// (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md).
struct ONNXExternalData {
    /// The model's directory; nil if there is none, as for bytes in memory.
    let folder: String?
    /// The model's name, for errors.
    let file: String
    /// The files read so far, keyed by their path in the directory.
    private(set) var files: [String: [UInt8]] = [:]

    init(folder: String?, file: String) {
        self.folder = folder
        self.file = file
    }

    /// The model with every tensor's bytes filled in.
    ///
    /// - Throws: ``ModelError`` for a path that leaves the directory, a missing file, and a range outside a file.
    mutating func loaded(_ model: ONNXModelProto) throws(ModelError) -> ONNXModelProto {
        var model = model
        for index in model.graph.initializer.indices where model.graph.initializer[index].dataLocation != 0 {
            let role = "initializer \"\(model.graph.initializer[index].name)\""
            try load(&model.graph.initializer[index], role: role)
        }
        for node in model.graph.node.indices {
            for attribute in model.graph.node[node].attribute.indices
            where model.graph.node[node].attribute[attribute].t.dataLocation != 0 {
                let role = "constant \"\(model.graph.node[node].output.first ?? "")\""
                try load(&model.graph.node[node].attribute[attribute].t, role: role)
            }
        }
        return model
    }

    private mutating func load(_ tensor: inout ONNXTensorProto, role: String) throws(ModelError) {
        var entries = [String: String]()
        for entry in tensor.externalData { entries[entry.key] = entry.value }
        guard let location = entries["location"], !location.isEmpty else {
            throw .malformed(file: file, reason: "\(role) lies in another file, whose name is not given")
        }
        func number(_ key: String) throws(ModelError) -> Int? {
            guard let text = entries[key] else { return nil }
            guard let number = Int(text), number >= 0 else {
                throw .malformed(file: file, reason: "\(role) has the \(key) \"\(text)\" in \(location)")
            }
            return number
        }
        let bytes = try content(of: location, role: role)
        let start = try number("offset") ?? 0
        let length = try number("length") ?? max(bytes.count - start, 0)
        guard start <= bytes.count, length <= bytes.count - start else {
            throw .malformed(
                file: file,
                reason: "\(role) takes \(length) bytes from byte \(start) on of \(location), which has \(bytes.count)")
        }
        tensor.rawData = Data(bytes[start..<start + length])
        tensor.externalData = []
        tensor.dataLocation = 0
    }

    private mutating func content(of location: String, role: String) throws(ModelError) -> [UInt8] {
        if let known = files[location] { return known }
        guard let folder else {
            throw .unsupported(file: file, reason: "\(role) lies in \(location), but the model is not a file")
        }
        let root = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        let path = URL(fileURLWithPath: "\(folder)/\(location)").resolvingSymlinksInPath().path
        guard !location.hasPrefix("/"), !location.split(separator: "/").contains(".."),
            path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
        else {
            throw .malformed(
                file: file, reason: "\(role) lies in \"\(location)\", which leaves the model's directory")
        }
        do {
            let bytes = try readFile(path, followsPipes: false)
            files[location] = bytes
            return bytes
        } catch {
            throw error.isTooLarge
                ? .unsupported(file: file, reason: "\(role) lies in \(location): \(error.reason)")
                : .unreadable(file: file, reason: "\(role) lies in \(location): \(error.reason)")
        }
    }
}
