import ArgumentParser
import Conformance
import Foundation
import Reporting

extension Shard: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts the reports of a run together from those of its shards.")

    @Argument(help: "The directories that `validate --shard` wrote to, of all shards.")
    var shards: [String]

    @Option(help: ArgumentHelp("The directory to write the reports to.", valueName: "dir"))
    var report = "out"

    @OptionGroup var listed: DeviationOptions

    @OptionGroup var told: ExtentOptions

    @OptionGroup var memory: MemoryOptions

    func run() throws {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        if let shard = shards.first(where: { resolved($0) == resolved(report) }) {
            throw CommandError(.usage, "\(shard) holds a shard, which the merged reports would be written over")
        }
        try makeDirectory(report)
        try RunOutputs.expect(ReportSet.files(in: report))
        try RunOutputs.expect(file: listed.writeDeviations)
        let reports = try ReportSet(mergingShards: shards, for: report, listed: listed)
        let document = reports.document(pictures: reports.pictures)
        try reports.write(document, to: report)
        try listed.writeDraft(of: reports.reports)
        try conclude(document, page: ReportSet.page(in: report), told)
        throw ExitCode(reports.exitStatus.rawValue)
    }
}
