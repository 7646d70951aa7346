import Foundation
import JSONTree

/// Where the bundled fixtures are: below the current directory or, if not there, beside the build folder
/// that the program stands in.
func bundledFixtures() throws -> String {
    let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? URL(fileURLWithPath: "/")
    let places =
        [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        + sequence(first: executable) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
    for place in places {
        let fixtures = place.appendingPathComponent("Fixtures")
        if FileManager.default.fileExists(atPath: fixtures.appendingPathComponent("manifest.json").path) {
            return fixtures.path
        }
    }
    throw CommandError(.noInput, "no bundled Fixtures folder is near; name --models, --captures and the like")
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
