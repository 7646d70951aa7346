import Conformance
import FaceConformance
import Files
import Foundation
import JSONTree
import Tensors
import TestSupport
import Testing

@testable import Reporting

/// The kept reports of the bundled run, taken apart and put together again.
@Suite struct MergingShardsTests {
    private static let root = fixtures.deletingLastPathComponent()
    private let known: KnownDeviations

    init() throws {
        let path = Self.root.appendingPathComponent("validation/known_deviations.json").path
        known = try KnownDeviations(JSON(parsing: try readFile(path), file: path), file: path)
    }

    private struct Kept<Document: Report> {
        let text: String
        let document: Document

        init() throws {
            let path = root.appendingPathComponent("Reports/\(Document.name).json").path
            let bytes = try readFile(path)
            text = String(decoding: bytes, as: UTF8.self)
            document = try Document(JSON(parsing: bytes, file: path), file: path)
        }
    }

    // Read once: reading takes longer than most of what is shown with them.
    private static let layers = Result { try Kept<LayerReport>() }
    private static let detections = Result { try Kept<DetectionReport>() }
    private static let precision = Result { try Kept<PrecisionReport>() }

    /// As a shard's program writes it and the merging one reads it.
    private func stored<Document: Report>(_ document: Document) throws -> Document {
        let text = try JSON(encoding: document).text()
        return try Document(JSON(parsing: Array(text.utf8), file: ""), file: "")
    }

    private func shards(_ count: Int) -> [Shard] { (1...count).compactMap { Shard("\($0)/\(count)") } }

    @Test("Shards of the layers' comparison merge to the bytes of one run", arguments: [1, 3, 4, 20])
    func layers(count: Int) throws {
        let kept = try Self.layers.get()
        let whole = kept.document
        let parts = try shards(count).map { shard in
            try stored(
                LayerReport(
                    baseline: whole.baseline, candidate: whole.candidate, thresholds: .float32, deviations: [],
                    networks: whole.networks.map { network in
                        let cases = shard.stretch(of: network.cases)
                        let compared = Set(cases.flatMap { $0.layers.map(\.layer) })
                        return NetworkComparison(
                            network: network.network, modelSHA256: network.modelSha256, cases: cases,
                            layersNotCompared: network.layers.map(\.metrics.layer).filter { !compared.contains($0) })
                    }))
        }
        let merged = try LayerReport.merged(parts, deviations: known[LayerReport.self])
        #expect(try JSON(encoding: merged).text() == kept.text)
    }

    @Test("Shards of the detectors' comparison merge to the bytes of one run", arguments: [1, 4, 40])
    func detections(count: Int) throws {
        let kept = try Self.detections.get()
        let whole = kept.document
        let parts = try shards(count).map { shard in
            try stored(
                DetectionReport(
                    baseline: whole.baseline, candidate: whole.candidate,
                    runs: whole.runs.map { run in
                        DetectionReport.Run(
                            gold: run.gold, minimumFaceSize: run.minimumFaceSize, frames: shard.stretch(of: run.frames),
                            notJudged: [], deviations: [])
                    }, deviations: []))
        }
        let merged = try DetectionReport.merged(parts, deviations: known[DetectionReport.self])
        #expect(try JSON(encoding: merged).text() == kept.text)
    }

    @Test("Shards of the arithmetics' comparison merge to the bytes of one run", arguments: [1, 4])
    func precision(count: Int) throws {
        let kept = try Self.precision.get()
        let whole = kept.document
        let jobs = whole.policies.flatMap { policy in policy.networks.map { (policy.arithmetic, $0) } }
        let parts = try shards(count).map { shard in
            let own = shard.stretch(of: jobs)
            return try stored(
                PrecisionReport(
                    policies: whole.policies.map { policy in
                        let endToEnd = policy.endToEnd.map {
                            PrecisionReport.EndToEnd(
                                minimumFaceSize: $0.minimumFaceSize, frames: shard.stretch(of: $0.frames),
                                notJudged: [])
                        }
                        let networks = own.filter { $0.0 == policy.arithmetic }.map(\.1)
                        return (policy.arithmetic, policy.isPredicted, networks, endToEnd)
                    }, deviations: []))
        }
        let merged = try PrecisionReport.merged(parts, deviations: known[PrecisionReport.self])
        #expect(try JSON(encoding: merged).text() == kept.text)
    }

    /// More frames than a report lists, which repeat those of a report of few.
    private func repeated<Frame: MeasuredFrame>(
        _ frames: [Frame], renamed: (Frame, String) throws -> Frame
    ) throws -> [Frame] {
        try (0..<1100).map { try renamed(frames[$0 % frames.count], "\($0).jpg") }
    }

    /// The value with other names of files.
    private func renamed<Value: Codable>(_ value: Value, _ name: String) throws -> Value {
        func renamed(_ json: JSON) -> JSON {
            guard case .object(let members) = json else { return json }
            return .object(
                members.map {
                    .init($0.key, $0.key == "file" ? .string(name) : renamed($0.value))
                })
        }
        return try renamed(JSON(encoding: value)).decode(Value.self, file: "")
    }

    @Test("Shards of more frames than are listed merge to the bytes of one run")
    func manyFrames() throws {
        let detections = try Self.detections.get().document
        let frames = try repeated(detections.runs[0].frames + detections.runs[3].frames, renamed: renamed)
        func detectionReport(_ frames: [ComparedFrame]) -> DetectionReport {
            DetectionReport(
                baseline: detections.baseline, candidate: detections.candidate,
                runs: [
                    DetectionReport.Run(
                        gold: "gold", minimumFaceSize: 60, frames: frames, notJudged: [], deviations: [])
                ], deviations: [])
        }
        let whole = detectionReport(frames)
        let wholeText = try JSON(encoding: whole).text()
        for count in [1, 2, 3, 16] {
            let parts = try shards(count).map { try stored(detectionReport($0.stretch(of: frames))) }
            let together = try DetectionReport.merged(parts, deviations: [])
            #expect(try JSON(encoding: together).text() == wholeText)
        }
        #expect(whole.runs[0].frames.count < 1100 && whole.runs[0].summary.frames == 1100)

        let precision = try Self.precision.get().document
        let policy = try #require(precision.policies.first { $0.endToEnd?.frames.contains(where: \.departs) == true })
        let compared = try repeated(#require(policy.endToEnd).frames, renamed: renamed)
        func precisionReport(_ frames: [PrecisionFrame]) -> PrecisionReport {
            PrecisionReport(
                policies: [
                    (
                        "fp16-storage", false, policy.networks,
                        PrecisionReport.EndToEnd(minimumFaceSize: 60, frames: frames, notJudged: [])
                    )
                ], deviations: [])
        }
        let all = try #require(precisionReport(compared).policies[0].endToEnd)
        let allText = try JSON(encoding: all).text()
        for count in [1, 2, 3, 16] {
            let merged = try PrecisionReport.merged(
                shards(count).map { try stored(precisionReport($0.stretch(of: compared))) }, deviations: [])
            let joined = try #require(merged.policies[0].endToEnd)
            #expect(try JSON(encoding: joined).text() == allText)
            if count == 16 { #expect(try violations(of: merged) == []) }
        }
    }

    /// What in a report breaks its schema.
    private func violations<Document: Report>(of report: Document) throws -> [String] {
        let file = Self.root.appendingPathComponent("validation/schemas/\(Document.name).schema.json").path
        let schema = JSONSchema(try JSON(parsing: try readFile(file), file: file))
        return schema.violations(in: try JSON(parsing: Array(JSON(encoding: report).text().utf8), file: file))
    }

    @Test("A report of more frames than are listed is judged as if all were, keeps the schema, and is checked again")
    func judgedManyFrames() throws {
        let few = try Self.detections.get().document
        let frames = try repeated(few.runs[2].frames, renamed: renamed)
        var metrics = DetectionMetrics()
        for frame in frames { metrics.add(frame.faces) }
        let report = DetectionReport(
            baseline: few.baseline, candidate: few.candidate,
            runs: [
                DetectionReport.Run(gold: "gold", minimumFaceSize: 60, frames: frames, notJudged: [], deviations: [])
            ], deviations: [])
        #expect(report.runs[0].metrics == metrics && report.runs[0].others != nil)
        #expect(report.verdict == few.runs[2].verdict)
        let stored = try stored(report)
        #expect(stored.followsFromFigures && stored == report)
        #expect(try violations(of: report) == [])
    }

    /// A layer of a case, in which nothing differs.
    private func layer(_ name: String) -> LayerMetrics {
        LayerMetrics(
            layer: name, node: name, operator: "Conv", isOutput: name == "y", shape: [2], isolated: nil,
            cumulative: Agreement(
                difference: Difference(
                    baseline: .float32(Tensor([2], [1, 2])), candidate: .float32(Tensor([2], [1, 2])))))
    }

    private func part(
        _ layers: [String], notCompared: [String] = [], alignment: [String]? = nil, isConstant: Bool = false
    ) -> LayerReport {
        LayerReport(
            baseline: Side(engine: "a"), candidate: Side(engine: "b"), thresholds: .float32, deviations: [],
            networks: [
                NetworkComparison(
                    network: "net", modelSHA256: "0",
                    cases: layers.isEmpty
                        ? [] : [CaseMetrics(name: layers.joined(), source: "", layers: layers.map(layer))],
                    layersNotCompared: notCompared, alignment: alignment, inputsAreConstant: isConstant)
            ])
    }

    @Test("What one shard alone could not compare keeps the merged run from conforming, as it does one run")
    func notComparedInOne() throws {
        // A tensor of a case that the engine does not know, or an output that one side lacks in a case.
        for alignment in [nil, []] as [[String]?] {
            for name in alignment == nil ? ["stray"] : ["stray", "x"] {
                let parts = [
                    part(["x", "y"], notCompared: [], alignment: alignment),
                    part(["y"], notCompared: [name], alignment: alignment),
                ]
                for shards in [parts, parts.reversed()] {
                    let merged = try LayerReport.merged(shards, deviations: [])
                    #expect(merged.verdict == .notJudged && merged.networks[0].layersNotCompared == [name])
                }
            }
        }
        // A layer that the captures of some cases hold is compared; a shard may have no case at all.
        let parts = [
            part(["x", "y"], notCompared: [], alignment: nil), part(["y"], notCompared: ["x"], alignment: nil),
            part([], notCompared: ["x", "y"], alignment: nil),
        ]
        #expect(try LayerReport.merged(parts, deviations: []).verdict == .conforms)
    }

    @Test("Inputs of one number in every shard are so in the merged run")
    func constantInputs() throws {
        let (constant, varied) = (part(["y"], isConstant: true), part(["x", "y"]))
        #expect(try LayerReport.merged([constant, part([]), constant], deviations: []).verdict == .notJudged)
        #expect(try LayerReport.merged([constant, varied], deviations: []).verdict == .conforms)
        #expect(try stored(constant) == constant && stored(constant).judged(deviations: []) == constant)
    }

    @Test("Shards of runs against different baselines are refused")
    func differentRuns() throws {
        let whole = try Self.layers.get().document
        let other = LayerReport(
            baseline: Side(engine: "another", arithmetic: "fp32"), candidate: whole.candidate, thresholds: .float32,
            deviations: [], networks: whole.networks.map(\.comparison))
        #expect(throws: ShardError.self) { try LayerReport.merged([whole, other], deviations: []) }
        #expect(throws: ShardError.self) { try LayerReport.merged([], deviations: []) }
    }

    @Test("Every element is in exactly one shard, in order", arguments: [0, 1, 7, 30])
    func stretches(elements: Int) {
        let all = Array(0..<elements)
        for count in 1...9 { #expect(shards(count).flatMap { $0.stretch(of: all) } == all) }
    }

    @Test("A stretch of a shard of any count is computed without overflow")
    func hugeCounts() throws {
        let last = try #require(Shard("\(Int.max)/\(Int.max)"))
        #expect(last.stretch(of: [1, 2, 3]) == [3])
        let middle = try #require(Shard("\(Int.max / 2)/\(Int.max)"))
        #expect(middle.stretch(of: [1, 2, 3]) == [])
    }

    @Test(
        "A stored shard that is no part of a whole is refused",
        arguments: [(1, 0), (1, -5), (0, 4), (5, 4), (Int64.min, Int64.max)])
    func storedShards(index: Int64, count: Int64) throws {
        let json = JSON.object([.init("index", .integer(index)), .init("count", .integer(count))])
        #expect(throws: JSONError.self) { try json.decode(Shard.self, file: "shard.json") }
    }

    @Test("A text that names no part is not a shard", arguments: ["0/4", "5/4", "1", "1/", "a/b", "1/2/3", "-1/4", ""])
    func badShards(text: String) {
        #expect(Shard(text) == nil)
    }
}
