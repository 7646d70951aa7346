import Foundation

/// The bytes of a file, or what comes out of a pipe.
///
/// - Throws: ``FileReadingError``.
public func readFile(_ path: String) throws(FileReadingError) -> [UInt8] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw FileReadingError(path: path, reason: "no such file")
    }
    guard !isDirectory.boolValue else { throw FileReadingError(path: path, reason: "it is a directory") }
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.readToEnd() ?? Data() else {
        throw FileReadingError(path: path, reason: "it may not be read")
    }
    return [UInt8](data)
}

/// A file or directory that was to be read and cannot be. The reason is in the same words on every system.
public struct FileReadingError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path): cannot be read: \(reason)" }
}
