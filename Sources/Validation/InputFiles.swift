import Files
import Foundation

/// The files with certain extensions, in any letter case, in a directory and its subdirectories: their relative paths,
/// sorted, with the directory's own files first.
///
/// - Throws: ``FileReadingError``, also for such a file with a name that is not UTF-8 and so cannot be read.
package func inputFiles(in directory: String, withExtensions wanted: [String]) throws(FileReadingError) -> [String] {
    var found = [String]()
    for file in try filesBelow(directory)
    where wanted.contains(URL(fileURLWithPath: file.path).pathExtension.lowercased()) {
        guard file.isUTF8 else {
            throw FileReadingError(path: "\(directory)/\(file.path)", reason: "its name is not UTF-8: rename it")
        }
        found.append(file.path)
    }
    return found
}

/// The files in a directory and its subdirectories, in the same order, without those whose names are not UTF-8.
///
/// - Throws: ``FileReadingError``.
func allFiles(in directory: String) throws(FileReadingError) -> [String] {
    try filesBelow(directory).filter(\.isUTF8).map(\.path)
}

private func filesBelow(_ directory: String) throws(FileReadingError) -> [(path: String, isUTF8: Bool)] {
    var files = [(path: String, isUTF8: Bool)]()
    var pending = [""]
    /// What a path leads to: links are followed to files, but not to directories.
    func kind(_ entry: DirectoryEntry, at path: String) -> DirectoryEntry.Kind {
        guard entry.kind == .other else { return entry.kind }
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
        if type as? FileAttributeType == .typeDirectory { return .directory }
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return !entry.isUTF8 || (isThere && !isDirectory.boolValue) ? .file : .other
    }
    while let prefix = pending.popLast() {
        for entry in try directoryEntries(prefix.isEmpty ? directory : "\(directory)/\(prefix)") {
            let path = prefix + entry.name
            guard entry.isUTF8 || entry.kind != .directory else {
                throw FileReadingError(path: "\(directory)/\(path)", reason: "its name is not UTF-8: rename it")
            }
            switch kind(entry, at: "\(directory)/\(path)") {
            case .directory: pending.append("\(path)/")
            case .file: files.append((path, entry.isUTF8))
            case .other: break
            }
        }
    }
    return FrameDirectory.sorted(files, by: \.path)
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
