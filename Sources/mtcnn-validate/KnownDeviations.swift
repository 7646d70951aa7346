import Conformance
import Foundation
import JSONTree

/// The list of known deviations of each report, as `Fixtures/known_deviations.json` holds it.
struct KnownDeviations: Decodable {
    private let fp32VsOnnx: [KnownDeviation]?

    /// The list in a file; nil stands for the bundled one, which may be missing.
    static func read(_ path: String?) throws -> KnownDeviations {
        let path = try path ?? bundledFixtures() + "/known_deviations.json"
        return try JSON(parsing: try readFile(path), file: path).decode()
    }

    subscript(report: String) -> [KnownDeviation] {
        switch report {
        case "fp32_vs_onnx": fp32VsOnnx ?? []
        default: []
        }
    }
}
