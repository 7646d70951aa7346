import Files
import Foundation

/// The path of something that comes with the package, such as `Fixtures/models`: below the current directory; if it is
/// not there, beside a folder that the program stands in; and of an installed program, in `share` beside its `bin`.
func bundled(_ path: String) throws -> String {
    let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? URL(fileURLWithPath: "/")
    let places =
        [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        + sequence(first: executable) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
    for place in places.flatMap({ [$0, $0.appendingPathComponent("share/mtcnn-validate")] }) {
        if FileManager.default.fileExists(atPath: place.appendingPathComponent("Fixtures/manifest.json").path) {
            return place.appendingPathComponent(path).path
        }
    }
    throw CommandError(
        .noInput,
        "the bundled files are neither here nor in share/mtcnn-validate beside the program's bin; name --models, "
            + "--captures and the like")
}

/// Replaces a directory with new files atomically: it is written completely or not at all.
///
/// - Parameter files: the contents, by paths within the directory.
/// - Throws: ``Files/FileWritingError``, and ``CommandError`` where something else than a package has that name.
func writePackageAtomically(_ files: [String: [UInt8]], to path: String) throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: path), !manager.fileExists(atPath: "\(path)/Manifest.json") {
        throw CommandError(.cannotWrite, "\(path): something else than a package has that name")
    }
    let replacement = try FileReplacement(path)
    do {
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let file = URL(fileURLWithPath: "\(replacement.temporaryPath)/\(name)")
            try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
    } catch {
        replacement.discard()
        throw FileWritingError(path: path)
    }
    try replacement.replaceDirectory()
}

/// - Throws: ``CommandError`` if an output path is also an input file.
func refuseWriting(over inputs: [String], to output: String?) throws(CommandError) {
    func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    if let output, !isStream(output), inputs.contains(where: { resolved($0) == resolved(output) }) {
        throw CommandError(.usage, "\(output) is one of the files to read, and would be written over")
    }
}

/// Whether a path is a device or a pipe, which is written to directly.
func isStream(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
}

/// Makes a directory for output, unless it is there.
func makeDirectory(_ path: String) throws {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw FileWritingError(path: path)
    }
    guard FileManager.default.isWritableFile(atPath: path) else { throw FileWritingError(path: path) }
}
