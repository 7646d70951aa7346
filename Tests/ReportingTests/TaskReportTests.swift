import Conformance
import Foundation
import JSONTree
import Tensors
import TestSupport
import Testing

@testable import Reporting

@Suite struct TaskReportTests {
    private let outputs = [
        (
            name: "y", baseline: AnyTensor.float32(Tensor([1, 2], [0, 1])),
            candidate: AnyTensor.float32(Tensor([1, 2], [1, 0]))
        )
    ]

    /// A network whose two cases fall otherwise and which a program has measured.
    private func report(_ limits: String...) throws -> LayerReport {
        let tasks = limits.compactMap { TaskRequirement($0) }
        #expect(tasks.count == limits.count)
        let same = [(name: "y", baseline: outputs[0].baseline, candidate: outputs[0].baseline)]
        let cases = try [("a", outputs), ("b", same)].map { name, outputs in
            CaseMetrics(
                name: name, source: "a test",
                layers: [
                    LayerMetrics(
                        layer: "y", node: "y", operator: "Gemm", isOutput: true, shape: [1, 2], isolated: nil,
                        cumulative: Agreement(
                            difference: Difference(baseline: outputs[0].baseline, candidate: outputs[0].candidate)))
                ], tasks: try tasks.metrics.map { task throws(TaskError) in try TaskAgreement(task, of: outputs) })
        }
        return LayerReport(
            baseline: Side(engine: "a", arithmetic: "fp32"), candidate: Side(engine: "b", arithmetic: "fp32"),
            thresholds: .given([]), tasks: tasks,
            deviations: [],
            networks: [
                NetworkComparison(
                    network: "net", modelSHA256: String(repeating: "0", count: 64), cases: cases, layersNotCompared: [],
                    measuredByPrograms: [TaskAgreement(measured: 0.5, as: "command:score#mAP")])
            ])
    }

    @Test("A limit on a task decides, over all cases")
    func verdicts() throws {
        #expect(try report("top1=0.5").verdict == .conforms)
        #expect(try report("top1=0.51").verdict == .doesNotConform)
        #expect(try report("top1=0.5", "command:score#mAP>=0.5").verdict == .conforms)
        #expect(try report("command:score#mAP<=0.4").checks.map(\.id).last == "net/command:score#mAP/program_value")
        #expect(try report("command:score#speed>=1").verdict == .notJudged)
    }

    @Test("A stored report is the report, keeps its schema, and is judged again to the same verdict")
    func stored() throws {
        let report = try report("top1=0.51", "command:score#mAP>=0.5")
        let json = try JSON(parsing: Array(JSON(encoding: report).text().utf8), file: "report")
        let read = try LayerReport(json, file: "report")
        #expect(read == report && read.judged(deviations: []) == report)
        let schema = fixtures.deletingLastPathComponent()
            .appendingPathComponent("validation/schemas/fp32_vs_onnx.schema.json")
        let parsed = try JSON(parsing: [UInt8](Data(contentsOf: schema)), file: schema.path)
        let violations = JSONSchema(parsed).violations(in: json)
        #expect(violations == [])
        let known = KnownDeviation(check: "net/top1/top_agreement", bound: 0.4, reason: "one case is close")
        #expect(read.judged(deviations: [known]).verdict == .conformsWithKnownDeviations)
    }

    @Test("A stored network whose own limits are not one on each metric is refused, and not judged by what is left")
    func ownLimits() throws {
        let network = NetworkComparison(
            network: "net", modelSHA256: String(repeating: "0", count: 64), cases: [], layersNotCompared: [],
            limits: .rounding)
        let report = LayerReport(
            baseline: Side(engine: "a"), candidate: Side(engine: "b"), thresholds: .float32, deviations: [],
            networks: [network])
        let text = try JSON(encoding: report).text()
        #expect(try LayerReport(JSON(parsing: Array(text.utf8), file: "r.json"), file: "r.json") == report)
        // The first of both lists stays: only the network's own loses a limit.
        let place = try #require(text.range(of: "non_finite_count", options: .backwards))
        let other = text.replacingCharacters(in: place, with: "max_abs_diff")
        #expect(throws: JSONError.self) {
            try LayerReport(JSON(parsing: Array(other.utf8), file: "r.json"), file: "r.json")
        }
    }
}
