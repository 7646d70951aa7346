import Foundation

/// A file or directory within a directory.
package struct DirectoryEntry: Sendable, Equatable {
    package let name: String
    /// False if the name is not UTF-8; ``name`` then shows its wrong bytes replaced.
    package let isUTF8: Bool
    /// According to the directory; some file systems do not say.
    package let isDirectory: Bool
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
                name: name, isUTF8: Array(name.utf8) == bytes,
                isDirectory: Int32(entry.pointee.d_type) == Int32(DT_DIR)))
    }
}
