import Files
import Foundation

/// The files with certain extensions, in any letter case, in a directory and its subdirectories: their relative paths,
/// sorted, with the directory's own files first.
///
/// - Throws: ``FileReadingError``, also for such a file with a name that is not UTF-8 and so cannot be read.
package func inputFiles(in directory: String, withExtensions wanted: [String]) throws(FileReadingError) -> PackedNames {
    var found = PackedNames()
    try visitFiles(below: directory) { path, isUTF8 throws(FileReadingError) in
        guard wanted.contains(URL(fileURLWithPath: path, isDirectory: false).pathExtension.lowercased()) else { return }
        guard isUTF8 else {
            throw FileReadingError(path: "\(directory)/\(path)", reason: "its name is not UTF-8: rename it")
        }
        found.append(path)
    }
    return found
}

/// The files in a directory and its subdirectories, in the same order, without those whose names are not UTF-8.
///
/// - Throws: ``FileReadingError``.
func allFiles(in directory: String) throws(FileReadingError) -> PackedNames {
    var found = PackedNames()
    try visitFiles(below: directory) { path, isUTF8 throws(FileReadingError) in
        if isUTF8 { found.append(path) }
    }
    return found
}

/// Calls `take` with each file in a directory and its subdirectories, in the same order, and whether its name is UTF-8.
private func visitFiles(
    below directory: String, _ take: (_ path: String, _ isUTF8: Bool) throws(FileReadingError) -> Void
) throws(FileReadingError) {
    /// What a path leads to: links are followed to files, but not to directories.
    func kind(_ entry: DirectoryEntry, at path: String) -> DirectoryEntry.Kind {
        guard entry.kind == .other else { return entry.kind }
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
        if type as? FileAttributeType == .typeDirectory { return .directory }
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return !entry.isUTF8 || (isThere && !isDirectory.boolValue) ? .file : .other
    }
    // The directories of one depth, each with a slash.
    var prefixes = [""]
    while !prefixes.isEmpty {
        var below = [String]()
        for prefix in prefixes.sorted() {
            var files = [(path: String, isUTF8: Bool)]()
            for entry in try directoryEntries(prefix.isEmpty ? directory : "\(directory)/\(prefix)") {
                let path = prefix + entry.name
                guard entry.isUTF8 || entry.kind != .directory else {
                    throw FileReadingError(path: "\(directory)/\(path)", reason: "its name is not UTF-8: rename it")
                }
                switch kind(entry, at: "\(directory)/\(path)") {
                case .directory: below.append("\(path)/")
                case .file: files.append((path, entry.isUTF8))
                case .other: break
                }
            }
            for file in files.sorted(by: { $0.path < $1.path }) { try take(file.path, file.isUTF8) }
        }
        prefixes = below
    }
}

/// A file's size in bytes; 0 if unknown.
func fileSize(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
}

/// Whether a directory holds only byte-for-byte copies of another's files, under the same paths: of all files or, for
/// recordings, of some.
package func holdsCopies(_ directory: String, of original: String) -> Bool {
    func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    if resolved(directory) == resolved(original) { return true }
    guard let copies = try? allFiles(in: directory), let originals = try? allFiles(in: original), !copies.isEmpty else {
        return false
    }
    let isComplete = originals.allSatisfy { $0.hasSuffix(".h5") || copies.contains($0) }
    return isComplete
        && copies.allSatisfy { path in
            guard originals.contains(path) else { return false }
            return FileManager.default.contentsEqual(atPath: "\(directory)/\(path)", andPath: "\(original)/\(path)")
        }
}
