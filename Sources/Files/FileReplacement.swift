import Foundation

/// What is written under a temporary name, beside what it is to replace: the old stands until the new is whole. Of a
/// symbolic link, what it leads to is meant.
public struct FileReplacement: Sendable {
    /// As it was asked for.
    private let name: String
    private let path: String
    /// What is to be written; nothing stands there at first.
    public let temporaryPath: String

    /// - Throws: ``FileWritingError`` where the path has no directory that can be written to.
    public init(_ name: String) throws(FileWritingError) {
        self.name = name
        let url = URL(fileURLWithPath: name).resolvingSymlinksInPath()
        let directory = url.deletingLastPathComponent()
        guard FileManager.default.isWritableFile(atPath: directory.path) else { throw FileWritingError(path: name) }
        path = url.path
        temporaryPath = directory.appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString)").path
    }

    /// Gives a file its name.
    ///
    /// - Throws: ``FileWritingError``; then what is written is removed, and the old left as it is, as where that is a
    ///   directory or a device.
    public func replaceFile() throws(FileWritingError) {
        guard [nil, .typeRegular].contains(FileReplacement.type(path)), rename(temporaryPath, path) == 0 else {
            discard()
            throw FileWritingError(path: name)
        }
    }

    /// Gives a directory its name, in place of one that is there.
    ///
    /// - Throws: ``FileWritingError``; then what is written is removed, and the old left as it is.
    public func replaceDirectory() throws(FileWritingError) {
        let old = "\(temporaryPath).old"
        let isThere = FileReplacement.type(path) != nil
        if isThere, rename(path, old) != 0 {
            discard()
            throw FileWritingError(path: name)
        }
        guard rename(temporaryPath, path) == 0 else {
            if isThere { rename(old, path) }
            discard()
            throw FileWritingError(path: name)
        }
        if isThere { try? FileManager.default.removeItem(atPath: old) }
    }

    /// Removes what is written.
    public func discard() {
        try? FileManager.default.removeItem(atPath: temporaryPath)
    }

    /// What stands at a path; nil for nothing.
    static func type(_ path: String) -> FileAttributeType? {
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }
}

/// A file that could not be written.
public struct FileWritingError: Error, Equatable, CustomStringConvertible {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// What it would take.
    public var reason: String {
        "its directory must exist, be writable and have room, and it may be no directory"
    }

    public var description: String { "\(path): cannot be written: \(reason)" }
}
