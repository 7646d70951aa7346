import Foundation

/// Data written to a temporary place beside the file that it will replace: the old file stays until the new one is
/// complete. For a symbolic link, its target is replaced. Unless it gets its final name, it is removed with the value.
package final class FileReplacement: Sendable {
    /// The requested path.
    private let name: String
    private let path: String
    private let work: WorkDirectory
    /// The temporary path; nothing exists there at first.
    package let temporaryPath: String

    /// - Throws: ``FileWritingError`` if the path has no writable directory.
    package init(_ name: String) throws(FileWritingError) {
        self.name = name
        let url = URL(fileURLWithPath: name).resolvingSymlinksInPath()
        path = url.path
        work = try WorkDirectory(in: url.deletingLastPathComponent().path, for: name)
        temporaryPath = "\(work.path)/new"
    }

    /// Gives a file its final name.
    ///
    /// - Throws: ``FileWritingError``; then the new data are removed and the old are unchanged, for instance if the old
    ///   is a directory or a device.
    package func replaceFile() throws(FileWritingError) {
        guard [nil, .typeRegular].contains(FileReplacement.type(path)), rename(temporaryPath, path) == 0 else {
            discard()
            throw FileWritingError(path: name)
        }
    }

    /// Gives a directory its final name, replacing an existing one.
    ///
    /// This takes two steps; if a run is killed between them, nothing has the name.
    ///
    /// - Throws: ``FileWritingError``; then the new data are removed and the old are unchanged.
    package func replaceDirectory() throws(FileWritingError) {
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

    /// Removes the new data.
    package func discard() {
        try? FileManager.default.removeItem(atPath: temporaryPath)
    }

    /// Removes all data of any path without a final name, for a run that ends immediately.
    package static func discardAll() { WorkDirectory.removeAll() }

    /// The entry at a path, without following links; nil if there is none.
    static func type(_ path: String) -> FileAttributeType? {
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }
}

/// A file that could not be written.
package struct FileWritingError: Error, Equatable, CustomStringConvertible {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// What is required.
    package var reason: String {
        "its directory must exist, be writable and have room, and it may be no directory"
    }

    package var description: String { "\(path): cannot be written: \(reason)" }
}
