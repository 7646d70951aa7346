import Files
import Foundation

/// A file or directory to be read as a model.
public struct ModelSource: Sendable {
    public let path: String
    /// The file's bytes; empty for a directory.
    public let bytes: [UInt8]
    private let followsPipes: Bool

    init(path: String, bytes: [UInt8], followsPipes: Bool) {
        self.path = path
        self.bytes = bytes
        self.followsPipes = followsPipes
    }

    /// The file's name without its extension: `squeezenet`.
    public var name: String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }

    /// Its parent directory.
    public var folder: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

    /// The bytes of another of the model's files.
    ///
    /// - Throws: ``ModelError``.
    public func read(_ file: String) throws(ModelError) -> [UInt8] {
        do { return try readFile(file, followsPipes: followsPipes) } catch { throw ModelError(error, file: file) }
    }
}
