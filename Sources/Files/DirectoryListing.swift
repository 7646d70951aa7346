import Foundation

/// A file or directory within a directory.
package struct DirectoryEntry: Sendable, Equatable {
    package let name: String
    /// False if the name is not UTF-8; ``name`` then shows its wrong bytes replaced.
    package let isUTF8: Bool
    package let kind: Kind

    /// What an entry is, according to the directory.
    package enum Kind: Sendable {
        case file
        case directory
        /// A link or anything else, or the file system does not say.
        case other
    }
}

/// The direct contents of a directory, in no order.
///
/// - Throws: ``FileReadingError`` if it is not a directory, or if it may not be read.
package func directoryEntries(_ path: String) throws(FileReadingError) -> [DirectoryEntry] {
    guard let directory = opendir(path) else {
        let isMissing = [ENOENT, ENOTDIR].contains(errno)
        throw FileReadingError(path: path, reason: isMissing ? "no such directory" : "it may not be read")
    }
    defer { closedir(directory) }
    var entries = [DirectoryEntry]()
    while true {
        errno = 0
        guard let entry = readdir(directory) else {
            guard errno == 0 else { throw FileReadingError(path: path, reason: "it may not be read") }
            return entries
        }
        let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        let name = String(decoding: bytes, as: UTF8.self)
        guard name != ".", name != ".." else { continue }
        entries.append(
            DirectoryEntry(
                name: name, isUTF8: Array(name.utf8) == bytes, kind: .init(directoryType: entry.pointee.d_type)))
    }
}

extension DirectoryEntry.Kind {
    fileprivate init(directoryType type: UInt8) {
        self =
            switch Int32(type) {
            case Int32(DT_REG): .file
            case Int32(DT_DIR): .directory
            default: .other
            }
    }
}
