import Files
import Foundation

/// The files with one of some extensions, in any letter case, in a directory and those below it, by their paths from
/// it: sorted, and those of the directory itself first.
///
/// - Throws: ``FileReadingError``.
func inputFiles(in directory: String, withExtensions wanted: [String]) throws(FileReadingError) -> [String] {
    try allFiles(in: directory).filter { wanted.contains(URL(fileURLWithPath: $0).pathExtension.lowercased()) }
}

/// The files in a directory and those below it, in the same order.
///
/// - Throws: ``FileReadingError``.
func allFiles(in directory: String) throws(FileReadingError) -> [String] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue,
        let paths = FileManager.default.enumerator(
            atPath: URL(fileURLWithPath: directory).resolvingSymlinksInPath().path)
    else { throw FileReadingError(path: directory, reason: "no such directory") }
    func isFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(directory)/\(path)", isDirectory: &isDirectory)
            && !isDirectory.boolValue
    }
    return paths.compactMap { $0 as? String }.filter(isFile)
        .sorted { ($0.count { $0 == "/" }, $0) < ($1.count { $0 == "/" }, $1) }
}

/// The number of a file's bytes; 0 where it cannot be told.
func fileSize(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
}
