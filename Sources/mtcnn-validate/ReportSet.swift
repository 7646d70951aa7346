import ArgumentParser
import Conformance
import Engines
import Files
import Foundation
import JSONTree
import Reporting
import Validation

/// The reports of a run.
struct ReportSet {
    /// In the order of ``Reporting/allReports``.
    let reports: [any Report]
    /// The frames of the merged shards; empty if the run is not merged.
    private(set) var pictures = [FramePicture]()
    /// Reports that were not made, and why.
    private let leftOut: [String]
    /// What was measured on every frame; nil if it was not asked for.
    private let frameLog: WrittenFrameLog?

    init(_ reports: [any Report], leftOut: [String], frameLog: WrittenFrameLog? = nil) {
        self.reports = reports
        self.leftOut = leftOut
        self.frameLog = frameLog
    }

    var exitStatus: ExitStatus {
        let status = ExitStatus(Verdict(combining: reports.map { $0.verdict }))
        return reports.contains { $0.hasDamagedInput } && status == .notJudged ? .badData : status
    }

    /// The files of a run's directory: whichever of them a run writes, the others go with the old ones.
    static func files(in directory: String) -> FileSet {
        FileSet(
            allReports.map { "\($0.name).json" } + [
                "shard.json", "pictures.json", FrameLog.name, "junit.xml", "summary.md", pageName,
            ],
            in: directory)
    }

    private static let pageName = "report.html"

    /// The path of the page in a directory, as a person types it.
    static func page(in directory: String) -> String {
        directory.hasSuffix("/") ? "\(directory)\(pageName)" : "\(directory)/\(pageName)"
    }

    /// What the reports say, as data.
    func document(pictures: [FramePicture]) -> Document {
        Document(reports.map { $0.section }, pictures: pictures, leftOut: leftOut)
    }

    /// Writes the reports and all forms of their document, several at once.
    func write(_ document: Document, to directory: String) throws {
        try RunOutputs.write(ReportSet.files(in: directory)) { directory in
            let page = { @Sendable in
                try writeAtomically(try Page(document).text.utf8, to: ReportSet.page(in: directory))
            }
            let texts = { @Sendable in
                var junit = JUnit()
                for section in document.sections { junit.add(section) }
                try writeAtomically(junit.text.utf8, to: "\(directory)/junit.xml")
                try writeAtomically(Markdown(folds: true).text(document).utf8, to: "\(directory)/summary.md")
            }
            try writeDocuments(to: directory, beside: [page, texts])
        }
    }

    // MARK: - Shards

    /// The description that a shard writes of itself.
    private struct ShardDocument: Codable {
        let shard: Shard
        let run: RunDescription
        /// The SHA-256 of the shard's own list of frames; nil if it has none.
        let frames: String?
    }

    /// Writes the findings of one shard. They do not judge the whole run.
    func write(
        asShard shard: Shard, of run: RunDescription, frames: String?, pictures: [FramePicture], to directory: String
    ) throws {
        try RunOutputs.write(ReportSet.files(in: directory)) { directory in
            try writeDocuments(to: directory)
            try writeAtomically(encoding: pictures, to: "\(directory)/pictures.json")
            try writeAtomically(
                encoding: ShardDocument(shard: shard, run: run, frames: frames), to: "\(directory)/shard.json")
        }
        try Terminal.output("shard \(shard.index) of \(shard.count) is in \(directory)")
    }

    /// The reports of a whole run, from the directories of all its shards in any order.
    ///
    /// - Parameter directory: where they will be written.
    /// - Throws: ``Reporting/ShardError`` for shards that are not all there, there twice or of different runs.
    init(mergingShards directories: [String], for directory: String, listed: DeviationOptions) throws {
        let documents = try directories.map { directory in
            let path = "\(directory)/shard.json"
            let json = try JSON(parsing: try readFile(path), file: path)
            return (document: try json.decode(ShardDocument.self, file: path), directory: directory)
        }
        for (document, directory) in documents.dropFirst() {
            if let difference = documents[0].document.run.difference(from: document.run) {
                throw ShardError("\(directories[0]) and \(directory) are not of one run: they differ in \(difference)")
            }
        }
        let run = documents.first?.document.run
        let made = allReports.filter { run?.reports.contains($0.name) ?? false }
        let known = try listed.knownDeviations(ofBundled: run?.bundledReports ?? [], of: made)
        let shards = documents.map { (shard: $0.document.shard, directory: $0.directory) }
            .sorted { $0.shard.index < $1.shard.index }
        let count = shards.first?.shard.count ?? 0
        guard shards.count == count, shards.map(\.shard.index) == Array(1..<count + 1),
            shards.allSatisfy({ $0.shard.count == count })
        else {
            let given = shards.map { "\($0.shard.index)/\($0.shard.count)" }.joined(separator: ", ")
            throw ShardError("shards \(given) are not all of one run, each once")
        }
        let lists = documents.compactMap(\.document.frames)
        if let twice = lists.first(where: { list in lists.count { $0 == list } > 1 }),
            let shard = documents.last(where: { $0.document.frames == twice })
        {
            throw ShardError("\(shard.directory) has the frames of another shard")
        }
        // One shard at a time, so that memory does not grow with their number.
        func merged<Merged: Report>(_ report: Merged.Type) throws -> any Report {
            func stored(in directory: String) throws -> Merged {
                let path = "\(directory)/\(report.name).json"
                return try report.init(try JSON(parsing: try readFile(path), file: path), file: path)
            }
            var whole = [Merged]()
            for shard in shards {
                whole = [try report.merged(whole + [try stored(in: shard.directory)], deviations: known[report])]
            }
            guard let merged = whole.first else { throw ShardError("there are no shards to merge") }
            return merged
        }
        reports = try made.map { try merged($0) }
        leftOut = run?.leftOut ?? []
        frameLog =
            try documents.first?.document.run.hasAllFrames == true
            ? WrittenFrameLog(
                merging: shards.map(\.directory), sections: reports.flatMap { $0.frameSections }, for: directory) : nil
        let shown = Set(Document.filesShown(by: reports.map { $0.section }))
        pictures = try shards.flatMap { shard in
            let path = "\(shard.directory)/pictures.json"
            return try JSON(parsing: try readFile(path), file: path).decode([FramePicture].self, file: path)
                .filter { shown.contains($0.file) }
        }
    }

    /// Writes the reports and, at the same time, what others write beside them.
    private func writeDocuments(to directory: String, beside others: [@Sendable () throws -> Void] = []) throws {
        try frameLog?.move(to: directory)
        let documents = reports.map { report in
            { @Sendable in
                try writeAtomically(encoding: report, to: "\(directory)/\(type(of: report).name).json")
            }
        }
        _ = try concurrentMap(others + documents) { write in try write() }
    }
}
