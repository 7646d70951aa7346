import Conformance
import Files
import Foundation
import JSONTree

/// The known deviations of each report, as `validation/known_deviations.json` lists them.
public struct KnownDeviations: Codable, Sendable {
    public var fp32VsOnnx: [KnownDeviation]?
    public var cppVsReference: [KnownDeviation]?
    public var fp16VsFp32: [KnownDeviation]?

    /// None at all.
    public init() {}

    /// - Throws: ``JSONTree/JSONError``, or ``FileReadingError`` for a file that cannot be read.
    public init(contentsOf path: String) throws {
        self = try JSON(parsing: try readFile(path), file: path).decode(file: path)
    }
}
