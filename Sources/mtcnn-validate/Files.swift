import Foundation
import JSONTree

/// The path of something that comes with the package, such as `Fixtures/models`: below the current directory or,
/// if it is not there, beside the build folder that the program stands in.
func bundled(_ path: String) throws -> String {
    let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? URL(fileURLWithPath: "/")
    let places =
        [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        + sequence(first: executable) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
    for place in places {
        if FileManager.default.fileExists(atPath: place.appendingPathComponent("Fixtures/manifest.json").path) {
            return place.appendingPathComponent(path).path
        }
    }
    throw CommandError(.noInput, "no Fixtures folder is near; name --models, --captures and the like")
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
