import Foundation

/// What is written in a place of its own, beside what it is to replace: the old stands until the new is whole. Of a
/// symbolic link, what it leads to is meant. What has not got its name is gone with the value.
public final class FileReplacement: Sendable {
    /// As it was asked for.
    private let name: String
    private let path: String
    private let work: WorkDirectory
    /// What is to be written; nothing stands there at first.
    public let temporaryPath: String

    /// - Throws: ``FileWritingError`` where the path has no directory that can be written to.
    public init(_ name: String) throws(FileWritingError) {
        self.name = name
        let url = URL(fileURLWithPath: name).resolvingSymlinksInPath()
        path = url.path
        work = try WorkDirectory(in: url.deletingLastPathComponent().path, for: name)
        temporaryPath = "\(work.path)/new"
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
    /// A run that is killed between the two steps that this takes leaves nothing under the name.
    ///
    /// - Throws: ``FileWritingError``; then what is written is removed, and the old left as it is.
    public func replaceDirectory() throws(FileWritingError) {
        let old = "\(work.path)/old"
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
    }

    /// Removes what is written.
    public func discard() {
        try? FileManager.default.removeItem(atPath: temporaryPath)
    }

    /// Removes all that was written for any path and has not got its name, for a run that ends at once.
    public static func discardAll() { WorkDirectory.removeAll() }

    /// What stands at a path, a link itself and not what it leads to; nil for nothing.
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
