import Foundation

/// A file or directory that was to be read and is not there.
public struct InputError: Error, Equatable, CustomStringConvertible {
    public let path: String

    public var description: String { "\(path): no such file or directory, or it may not be read" }
}

/// The bytes of a file.
///
/// - Throws: ``InputError``.
public func readInput(_ path: String) throws(InputError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path: path) }
    return [UInt8](data)
}

/// The files with one of some extensions, in any letter case, in a directory and those below it, by their paths from
/// it: sorted, and those of the directory itself first.
///
/// - Throws: ``InputError``.
func inputFiles(in directory: String, withExtensions wanted: [String]) throws(InputError) -> [String] {
    try allFiles(in: directory).filter { wanted.contains(URL(fileURLWithPath: $0).pathExtension.lowercased()) }
}

/// The files in a directory and those below it, in the same order.
///
/// - Throws: ``InputError``.
func allFiles(in directory: String) throws(InputError) -> [String] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue,
        let paths = FileManager.default.enumerator(
            atPath: URL(fileURLWithPath: directory).resolvingSymlinksInPath().path)
    else { throw InputError(path: directory) }
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
