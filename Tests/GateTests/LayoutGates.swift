import Foundation
import TestSupport
import Testing

/// The layout that `ARCHITECTURE.md` shows: what is about any network knows no faces.
@Suite struct LayoutGates {
    private static let sources = fixtures.deletingLastPathComponent().appendingPathComponent("Sources")

    /// The files that may name faces or the face networks, each with its reason.
    private static let exceptions = [
        "ModelFormats/Caffe/CaffeOrigin.swift": "tells the files of MTCNN's authors by their hashes and names",
        "ModelFormats/CoreML/Writing/CoreMLPackageContents.swift":
            "writes the face networks' outputs apart, as programs read them",
        "ModelFormats/CoreML/Writing/FaceProgramBuilder.swift":
            "writes the face networks' outputs apart, as programs read them",
    ]

    private static var word: Regex<AnyRegexOutput> {
        get throws { try Regex(#"\b([pro]net|[PRO]Net|[Ff]aces?|gold)\b"#) }
    }

    private static func files(below module: String) throws -> [String] {
        let root = sources.appendingPathComponent(module)
        let names = try #require(FileManager.default.enumerator(atPath: root.path)).compactMap { $0 as? String }
        return names.filter { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") || $0.hasSuffix(".mustache") }
            .map { "\(module)/\($0)" }.sorted()
    }

    @Test(
        "No file about any network names the face networks, a face or a gold list",
        arguments: ["NetworkGraph", "ModelFormats", "Engines", "Conformance", "Reporting/Renderers"])
    func knowsNoFaces(module: String) throws {
        let word = try Self.word
        let files = try Self.files(below: module)
        #expect(files.count > 5)
        for file in files where Self.exceptions[file] == nil {
            let text = try String(contentsOf: Self.sources.appendingPathComponent(file), encoding: .utf8)
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                #expect(line.firstMatch(of: word) == nil, "\(file):\(index + 1): \(line)")
            }
        }
    }

    @Test("An exception is a file that is there and names what others may not")
    func exceptionsAreNeeded() throws {
        let word = try Self.word
        for file in Self.exceptions.keys {
            let text = try String(contentsOf: Self.sources.appendingPathComponent(file), encoding: .utf8)
            #expect(text.firstMatch(of: word) != nil, "\(file) needs no exception")
        }
    }

    @Test("Reports open no files and start no threads")
    func reportsOnlyTell() throws {
        for file in try Self.files(below: "Reporting") {
            let text = try String(contentsOf: Self.sources.appendingPathComponent(file), encoding: .utf8)
            for word in ["import Files", "import Engines", "import Captures", "FileManager", "concurrentMap", "Thread"]
            {
                #expect(!text.contains(word), "\(file) has \(word)")
            }
        }
    }
}
