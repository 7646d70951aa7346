@testable import Conformance
@testable import Detection
@testable import FaceConformance
@testable import JSONTree
@testable import Reporting

extension FuzzTarget {
    /// Any bytes as JSON; what can be read is written and read again, to the same document.
    static let json = FuzzTarget("json") { bytes in
        let document = try JSON(parsing: bytes, file: "fuzz.json")
        let text = Array(try document.text().utf8)
        require(try JSON(parsing: text, file: "fuzz.json") == document, "JSON is read as it was written")
    }

    /// Any bytes as a list of faces in CSV.
    static let csv = FuzzTarget("csv") { bytes in
        try compare(DetectionDocument(csv: bytes, file: "fuzz.csv"))
    }

    /// Any bytes as a list of faces in JSON; what can be read is written and read again, to the same list.
    static let lists = FuzzTarget("lists") { bytes in
        let list = try DetectionDocument(json: bytes, file: "fuzz.json")
        let text = Array(try JSON(encoding: list).text().utf8)
        require(try DetectionDocument(json: text, file: "fuzz.json") == list, "a list is read as it was written")
        try compare(list)
    }

    /// A list's faces against themselves: every one is found again.
    private static func compare(_ list: DetectionDocument) throws {
        for frame in list.images where frame.faces.count < 64 {
            let matching = FaceMatching(file: frame.file, expected: frame.faces, found: frame.faces)
            require(matching.matches.count <= frame.faces.count, "no face is matched twice")
        }
    }

    /// Any bytes as a stored report, judged again and put together with itself.
    static let reports = FuzzTarget("reports") { bytes in
        let json = try JSON(parsing: bytes, file: "fuzz.json")
        guard let kind = allReports.first(where: { json["schema"] == .string($0.schema) }) else { return }
        try read(json, as: kind)
    }

    /// Reads a report, judges it again, renders it and merges it with itself.
    private static func read<Stored: Report>(_ json: JSON, as kind: Stored.Type) throws {
        let report = try kind.init(json, file: "fuzz.json")
        let document = Document([report.judged(deviations: []).section])
        _ = try (Markdown(folds: true).text(document), Page(document).text, TerminalSummary(document).lines)
        _ = try kind.merged([report, report], deviations: []).checks
    }

    /// Any bytes as a list of known deviations.
    static let deviations = FuzzTarget("deviations") { bytes in
        let known = try KnownDeviations(JSON(parsing: bytes, file: "fuzz.json"), file: "fuzz.json")
        let listed = allReports.flatMap { known[$0] }
        _ = listed.map { DeviationOutcome($0, among: []) }
    }
}
