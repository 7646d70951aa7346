import Foundation

extension ModelFormat {
    /// Whether a file with these bytes is of the format, judged by its content.
    func recognises(_ bytes: [UInt8]) -> Bool {
        if case .file(let recognises) = recognition { recognises(bytes) } else { false }
    }

    /// The format of a file, by its content or, if that is inconclusive, by its extension.
    ///
    /// - Throws: ``ModelError/unsupported(file:reason:)`` for a file of another kind; it says which kind, and what to
    ///   do.
    static func ofFile(
        _ bytes: [UInt8], path: String, among formats: [ModelFormat] = all
    ) throws(ModelError) -> ModelFormat {
        if let foreign = ForeignFile(bytes) { throw .unsupported(file: path, reason: foreign.words) }
        if let format = formats.first(where: { $0.recognises(bytes) }) { return format }
        if let format = formats.first(where: { !$0.isOfDirectories && $0.matchesExtension(of: path) }) { return format }
        if ForeignFile.isText(bytes) { throw .unsupported(file: path, reason: ForeignFile.text.words) }
        let names = formats.map(\.name)
        throw .unsupported(
            file: path,
            reason: "the kind of this file is unknown; the supported formats are "
                + "\(names.dropLast().joined(separator: ", ")) and \(names.last ?? "none")")
    }

    /// The format of a directory, by its content or, if that is inconclusive, by its extension.
    ///
    /// - Throws: ``ModelError`` if it is not a model.
    static func ofDirectory(_ path: String, among formats: [ModelFormat] = all) throws(ModelError) -> ModelFormat {
        func holds(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }
        let format = formats.first { format in
            if case .directory(let file) = format.recognition { holds(file) } else { false }
        }
        if let format = format ?? formats.first(where: { $0.isOfDirectories && $0.matchesExtension(of: path) }) {
            return format
        }
        if holds("saved_model.pb") { throw .unsupported(file: path, reason: ForeignFile.savedModel.words) }
        if holds("coremldata.bin") {
            throw .unsupported(
                file: path,
                reason: "this is a compiled Core ML model (.mlmodelc): name the package from which it was compiled")
        }
        throw .unreadable(file: path, reason: "it is a directory, and no Core ML package; name the model's file")
    }
}
