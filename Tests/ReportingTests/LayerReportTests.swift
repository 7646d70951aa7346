import Conformance
import Files
import Foundation
import JSONTree
import Reporting
import Tensors
import TestSupport
import Testing

@Suite struct LayerReportTests {
    private func comparison(
        maxAbsDiff: Float, layersNotCompared: [String] = [], candidateError: ErrorAgainstOracle? = nil
    ) -> NetworkComparison {
        let difference = Difference(
            baseline: .float32(Tensor([2], [1, 2])), candidate: .float32(Tensor([2], [1, 2 + maxAbsDiff])))
        let layer = LayerMetrics(
            layer: "out", node: "n", operator: "Conv", isOutput: true, shape: [2], isolated: nil,
            cumulative: Agreement(
                difference: difference, baselineError: candidateError, candidateError: candidateError))
        return NetworkComparison(
            network: "net", modelSHA256: String(repeating: "0", count: 64),
            cases: [CaseMetrics(name: "case", source: "by hand", layers: [layer])],
            layersNotCompared: layersNotCompared)
    }

    private func report(
        _ networks: [NetworkComparison], deviations: [KnownDeviation] = []
    ) -> LayerReport {
        LayerReport(
            baseline: Side(engine: "a", arithmetic: "fp32"), candidate: Side(engine: "b", arithmetic: "fp32"),
            thresholds: .float32, deviations: deviations, networks: networks)
    }

    let deviation = KnownDeviation(check: "net/out/cumulative/max_abs_diff", bound: 1, reason: "why")

    @Test("A report that compares nothing is not judged")
    func nothing() {
        #expect(report([]).verdict == .notJudged)
        let empty = NetworkComparison(network: "net", modelSHA256: "", cases: [], layersNotCompared: [])
        #expect(report([empty]).verdict == .notJudged)
    }

    @Test("A limit on what was to be measured and was not is not judged, and not passed over")
    func notMeasured() throws {
        let difference = Difference(
            baseline: .float32(Tensor([2], [1, 2])), candidate: .float32(Tensor([2], [1, 2])))
        let error = ErrorAgainstOracle(
            computed: Tensor([1], [1]), exact: Tensor([1], [1]), bounds: Tensor([1], [1]))
        let layer = LayerMetrics(
            layer: "out", node: "n", operator: "Conv", isOutput: true, shape: [2], isolated: nil,
            cumulative: Agreement(difference: difference, candidateError: error))
        let report = report([
            NetworkComparison(
                network: "net", modelSHA256: "", cases: [CaseMetrics(name: "case", source: "", layers: [layer])],
                layersNotCompared: [])
        ])
        #expect(report.verdict == .notJudged)
        #expect(
            report.checks.filter { $0.verdict == .notJudged }.map(\.id) == ["net/out/cumulative/baseline_bound_ratio"])
    }

    @Test("A layer that was not recorded keeps the network from being judged as conforming")
    func missingLayer() {
        let report = report([comparison(maxAbsDiff: 0, layersNotCompared: ["conv"])])
        #expect(report.verdict == .notJudged)
        #expect(report.networks[0].notJudgedBecause != nil)
    }

    @Test("An output that holds no element in any case was not compared, whatever the layers before it are")
    func emptyOutput() {
        func layer(_ name: String, _ values: [Float], isOutput: Bool) -> LayerMetrics {
            let tensor = AnyTensor.float32(Tensor([values.count], values))
            return LayerMetrics(
                layer: name, node: "n", operator: "Conv", isOutput: isOutput, shape: [values.count], isolated: nil,
                cumulative: Agreement(difference: Difference(baseline: tensor, candidate: tensor)))
        }
        func verdict(_ cases: [[LayerMetrics]]) -> LayerReport {
            report([
                NetworkComparison(
                    network: "net", modelSHA256: "",
                    cases: cases.enumerated().map { CaseMetrics(name: "\($0)", source: "", layers: $1) },
                    layersNotCompared: [])
            ])
        }
        let (inner, scores) = (layer("inner", [1, 2], isOutput: false), layer("scores", [1], isOutput: true))
        let empty = verdict([[inner, scores, layer("boxes", [], isOutput: true)]])
        #expect(empty.verdict == .notJudged && empty.notJudged.contains { $0.contains("boxes") })
        let once = [[], [3]].map { [inner, scores, layer("boxes", $0, isOutput: true)] }
        #expect(verdict(once).verdict == .conforms)
    }

    @Test("A limit on the outputs alone judges nothing where none is compared, and the outputs where they are")
    func outputLimits() {
        let limit = Threshold(.maxAbsDiff, .below, 0.1, .requested, on: .outputs, "a test")
        func verdict(isOutput: Bool, _ difference: Float) -> Verdict {
            let layer = LayerMetrics(
                layer: "y", node: "n", operator: "Conv", isOutput: isOutput, shape: [1], isolated: nil,
                cumulative: Agreement(
                    difference: Difference(
                        baseline: .float32(Tensor([1], [1])), candidate: .float32(Tensor([1], [1 + difference])))))
            return LayerReport(
                baseline: Side(engine: "a"), candidate: Side(engine: "b"), thresholds: .given([limit]), deviations: [],
                networks: [
                    NetworkComparison(
                        network: "net", modelSHA256: "", cases: [CaseMetrics(name: "a", source: "", layers: [layer])],
                        layersNotCompared: [])
                ]
            ).verdict
        }
        #expect(verdict(isOutput: false, 0) == .notJudged)
        #expect(verdict(isOutput: true, 0) == .conforms)
        #expect(verdict(isOutput: true, 0.125) == .doesNotConform)
        #expect(verdict(isOutput: true, .nan) == .doesNotConform)
    }

    @Test("A draft of what fails, justified as it stands, does not excuse what is no number")
    func draftOfNaN() throws {
        let failing = report([comparison(maxAbsDiff: .nan)])
        let draft = KnownDeviations.draft(of: [failing])[LayerReport.name] ?? []
        let justified = draft.map { KnownDeviation(check: $0.check, bound: $0.bound, reason: "why", model: $0.model) }
        #expect(!justified.isEmpty && justified.allSatisfy(\.bound.isFinite))
        #expect(failing.judged(deviations: justified).verdict == .doesNotConform)
        let finite = report([comparison(maxAbsDiff: 1)])
        let own = (KnownDeviations.draft(of: [finite])[LayerReport.name] ?? []).map {
            KnownDeviation(check: $0.check, bound: $0.bound, reason: "why", model: $0.model)
        }
        #expect(finite.judged(deviations: own).verdict == .conformsWithKnownDeviations)
        #expect(report([comparison(maxAbsDiff: 2)], deviations: own).verdict == .doesNotConform)
    }

    @Test("A difference beyond the limit does not conform unless it is listed")
    func verdicts() {
        #expect(report([comparison(maxAbsDiff: 0)]).verdict == .conforms)
        #expect(report([comparison(maxAbsDiff: 1)]).verdict == .doesNotConform)
        let mean = KnownDeviation(check: "net/out/cumulative/mean_abs_diff", bound: 1, reason: "why")
        let listed = report([comparison(maxAbsDiff: 1)], deviations: [deviation, mean])
        #expect(listed.verdict == .conformsWithKnownDeviations)
    }

    @Test("A layer of NaN says so: how many, in which case and where")
    func notANumber() {
        let difference = Difference(
            baseline: .float32(Tensor([2, 2], [1, 2, 3, 4])), candidate: .float32(Tensor([2, 2], [1, 2, .nan, .nan])))
        let layer = LayerMetrics(
            layer: "out", node: "n", operator: "Conv", isOutput: true, shape: [2, 2], isolated: nil,
            cumulative: Agreement(difference: difference))
        let report = report([
            NetworkComparison(
                network: "net", modelSHA256: String(repeating: "0", count: 64),
                cases: [CaseMetrics(name: "dark", source: "by hand", layers: [layer])], layersNotCompared: [])
        ])
        #expect(report.verdict == .doesNotConform)
        #expect(Markdown(folds: true).text(report.section).contains("| NaN | 2 of 4 not finite |"))
        #expect(
            Markdown(folds: true).text(report.section).contains(
                "- out: 2 of 4 elements are not finite, the first in case \"dark\" at [1, 0]: nan in the candidate, "
                    + "3 in the baseline."))
    }

    @Test("A stored report, read back and judged again, is the report; under a wider limit it conforms")
    func judgedAgain() throws {
        let report = report([comparison(maxAbsDiff: 0.125)], deviations: [deviation])
        let stored = try JSON(parsing: Array(JSON(encoding: report).text().utf8), file: "r.json").decode(
            LayerReport.self)
        #expect(stored == report)
        #expect(stored.judged(with: [], deviations: [deviation]) == report)
        let wide = [
            Threshold(.maxAbsDiff, .below, 0.2, .requested, "wide"),
            Threshold(.meanAbsDiff, .below, 0.1, .requested, "wide"),
        ]
        #expect(stored.judged(with: wide, deviations: []).verdict == .conforms)
    }

    @Test("Outputs that are not finite lie infinitely far apart, and do not conform")
    func notFinite() {
        for number in [Float.nan, .infinity] {
            let report = report([comparison(maxAbsDiff: number)])
            #expect(report.networks[0].maxAbsDiff == .infinity)
            #expect(report.verdict == .doesNotConform)
        }
    }

    @Test("The summary names both sides, and speaks of a float64 run only where there was one")
    func markdown() {
        let alone = Markdown(folds: true).text(report([comparison(maxAbsDiff: 0)]).section)
        #expect(alone.hasPrefix("## b fp32 against a fp32, layer by layer: conforms\n"))
        #expect(!alone.contains("float64"))
        let judged = Markdown(folds: true).text(
            report([comparison(maxAbsDiff: 0, candidateError: ErrorAgainstOracle())]).section)
        #expect(judged.contains("float64"))
    }

    @Test("The report fits its schema, with every optional part")
    func schema() throws {
        let path = fixtures.deletingLastPathComponent().appendingPathComponent(
            "validation/schemas/fp32_vs_onnx.schema.json")
        let schema = JSONSchema(try JSON(parsing: try readFile(path.path), file: path.path))
        let networks = [comparison(maxAbsDiff: 0.125, layersNotCompared: ["conv"]), comparison(maxAbsDiff: .nan)]
        #expect(schema.violations(in: try JSON(encoding: report(networks, deviations: [deviation]))) == [])
        #expect(!schema.violations(in: .object([.init("schema", .string("other"))])).isEmpty)
    }

    @Test("JUnit holds a test case for each check, with the failure's figures")
    func junit() {
        var junit = JUnit()
        junit.add(report([comparison(maxAbsDiff: 0.125)]).section)
        #expect(junit.text.contains("<testsuite name=\"fp32_vs_onnx\" tests=\"3\" failures=\"2\" errors=\"0\">"))
        #expect(junit.text.contains("0.125 is not below 1e-05"))
    }

    @Test(
        "A value and its limit are printed with as many digits as it takes to tell them apart",
        arguments: [
            (1.5e-5, 1e-5, "1.5e-05", "1e-05"), (1.0000001e-5, 1e-5, "1.0000001e-05", "1e-05"), (1, 1, "1", "1"),
        ])
    func digits(value: Double, limit: Double, first: String, second: String) {
        #expect(toldApart(value, from: limit) == (first, second))
    }
}
