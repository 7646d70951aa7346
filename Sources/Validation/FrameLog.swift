import Conformance
import FaceConformance
import Files
import JSONTree

/// What was measured on every frame, as compressed lines of JSON: `frames.ndjson.gz`.
///
/// Its sections are those of the reports: first the lines of one report, or of one list of faces, then those of the next.
package final class FrameLog {
    package static let name = "frames.ndjson.gz"

    /// What a section's lines have in common.
    package struct Section: Sendable, Codable, Equatable {
        package let report: String
        /// The list of faces; nil if there is none.
        package let gold: String?

        package init(report: String, gold: String? = nil) {
            self.report = report
            self.gold = gold
        }
    }

    private struct Line<Frame: Encodable>: Encodable {
        let report: String
        let gold: String?
        let arithmetic: String?
        let frame: Frame?
        let notJudged: UnjudgedFrame?
    }

    private let file: GzipFile

    /// - Throws: ``Files/FileWritingError``.
    package init(_ file: GzipFile) { self.file = file }

    func add(_ frame: some Encodable, to section: Section, arithmetic: String? = nil) throws {
        try write(
            Line(
                report: section.report, gold: section.gold, arithmetic: arithmetic, frame: frame, notJudged: nil))
    }

    func add(notJudged frame: UnjudgedFrame, to section: Section, arithmetic: String? = nil) throws {
        try write(
            Line<UnjudgedFrame>(
                report: section.report, gold: section.gold, arithmetic: arithmetic, frame: nil, notJudged: frame))
    }

    private func write(_ line: some Encodable) throws { try file.append(try JSON(encoding: line).line().utf8) }

    /// Writes a whole run's lines from those of its shards.
    ///
    /// - Parameters:
    ///   - paths: the shards' files, in order.
    ///   - sections: the run's, in order.
    /// - Throws: ``Files/FileWritingError``, ``Files/FileReadingError``.
    package static func merge(_ paths: [String], sections: [Section], into file: GzipFile) throws {
        for section in sections {
            // Every line of a section begins with the section's members, as the lines are written.
            let members = try JSON(encoding: section).line().utf8.dropLast(2) + Array(",".utf8)
            for path in paths {
                try GzipFile.readLines(of: path) { line in
                    if line.starts(with: members) { try file.append(line) }
                }
            }
        }
    }
}
