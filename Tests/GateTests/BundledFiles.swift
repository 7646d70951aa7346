import Files
import Foundation
import JSONTree
import Reporting
import TestSupport

/// The files that come with the package, as the gates use them.
enum BundledFiles {
    static let models = fixtures.appendingPathComponent("models").path
    static let captures = fixtures.appendingPathComponent("captures").path
    static let frames = fixtures.appendingPathComponent("frames").path

    static func gold(_ name: String) -> String { fixtures.appendingPathComponent("gold/\(name).json").path }

    static func storedReport(_ name: String) -> String {
        fixtures.deletingLastPathComponent().appendingPathComponent("Reports/\(name).json").path
    }

    static func knownDeviations() throws -> KnownDeviations {
        let path = fixtures.deletingLastPathComponent().appendingPathComponent("validation/known_deviations.json").path
        return try KnownDeviations(JSON(parsing: try readFile(path), file: path), file: path)
    }
}
