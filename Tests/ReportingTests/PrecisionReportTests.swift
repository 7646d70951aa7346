import Conformance
import Detection
import FaceConformance
import Files
import Foundation
import JSONTree
import Reporting
import TestSupport
import Testing

@Suite struct PrecisionReportTests {
    private static let box = BoundingBox(x: 10, y: 10, width: 40, height: 40)
    private static let moved = BoundingBox(x: 14, y: 10, width: 40, height: 40)

    private func layer(nonFinite: Int = 0, maxAbsDiff: Double = 1e-4) -> LayerPrecision {
        var difference = Difference()
        difference.count = 8
        difference.maxAbsDiff = maxAbsDiff
        difference.nonFiniteCount = nonFinite
        var range = NumberRange()
        range.nonFiniteCount = nonFinite
        range.largest = 0.5
        return LayerPrecision(
            LayerMetrics(
                layer: "dense", node: "node", operator: "Gemm", isOutput: true, shape: [1, 8], isolated: nil,
                cumulative: Agreement(difference: difference)), range)
    }

    private func network(
        _ name: String = "pnet", maxAbsDiff: Double = 1e-4, floor: Double = 1e-5, nonFinite: Int = 0,
        constants: [ConstantRange] = []
    ) -> NetworkPrecision {
        NetworkPrecision(
            network: name, modelSha256: String(repeating: "a", count: 64), cases: 1, maxAbsDiff: maxAbsDiff,
            meanAbsDiff: 1e-5, floor: floor, meanIou: 0.9999, minIou: 0.999, decisionAgreement: 1,
            constants: constants, layers: [layer(nonFinite: nonFinite, maxAbsDiff: maxAbsDiff)])
    }

    private func endToEnd(
        _ found: BoundingBox?, notJudged: [UnjudgedFrame] = []
    ) -> PrecisionReport.EndToEnd {
        func faces(_ box: BoundingBox?) -> [Face] { box.map { [Face(box: $0, confidence: 0.9)] } ?? [] }
        let matching = FaceMatching(file: "a.jpg", expected: faces(Self.box), found: faces(found))
        return PrecisionReport.EndToEnd(
            minimumFaceSize: 60,
            frames: [
                PrecisionFrame(
                    file: "a.jpg", faces: matching, facesWithFloat16Scores: matching, firstDeparture: "rnet_input",
                    flippedDecisions: [])
            ], notJudged: notJudged)
    }

    private func report(
        _ network: NetworkPrecision, _ endToEnd: PrecisionReport.EndToEnd, deviations: [KnownDeviation] = []
    ) -> PrecisionReport {
        PrecisionReport(
            policies: [("fp16-storage", false, [network, self.network("rnet"), self.network("onet")], endToEnd)],
            deviations: deviations)
    }

    @Test("A network and faces within the limits conform")
    func conforms() {
        #expect(report(network(), endToEnd(Self.box)).verdict == .conforms)
    }

    @Test("Each limit fails where it is broken, and nowhere else")
    func limits() {
        func failing(_ report: PrecisionReport) -> [String] {
            report.checks.filter { $0.verdict == .doesNotConform }.map(\.id)
        }
        #expect(failing(report(network(maxAbsDiff: 1e-3), endToEnd(Self.box))) == ["fp16-storage/pnet/max_abs_diff"])
        #expect(
            failing(report(network(), endToEnd(Self.moved))) == ["fp16-storage/end_to_end/mean_iou"])
        #expect(
            failing(report(network(), endToEnd(nil))) == ["fp16-storage/end_to_end/detection_agreement"])
        #expect(
            failing(report(network(nonFinite: 2), endToEnd(Self.box))) == ["fp16-storage/pnet/non_finite_count"])
    }

    @Test("A network with a NaN never conforms, whatever the list of deviations says of the differences")
    func notANumber() {
        let known = KnownDeviation(check: "fp16-storage/pnet/max_abs_diff", bound: 1, reason: "why")
        let report = report(
            network(maxAbsDiff: .infinity, nonFinite: 1), endToEnd(Self.box), deviations: [known])
        #expect(report.verdict == .doesNotConform)
        #expect(report.policies[0].networks[0].firstNonFinite == "dense")
        #expect(report.deviations.map(\.status) == [.worse])
    }

    @Test("A limit that the floor breaks is marked unattainable, with the floor")
    func unattainable() {
        let report = report(network(maxAbsDiff: 3e-3, floor: 2e-3), endToEnd(Self.box))
        #expect(report.policies[0].unattainable.map(\.check) == ["fp16-storage/pnet/max_abs_diff"])
        #expect(report.policies[0].unattainable.map(\.floor) == [2e-3])
        #expect(Markdown(folds: true).text(report.section).contains("0.002 (limit unattainable)"))
    }

    @Test("Frames that were not judged, and networks without cases, keep a report from conforming")
    func nothingCompared() {
        let unread = UnjudgedFrame(file: "b.jpg", cause: .damaged, reason: "damaged")
        #expect(report(network(), endToEnd(Self.box, notJudged: [unread])).verdict == .notJudged)
        let none = PrecisionReport(policies: [("fp16-storage", false, [], endToEnd(Self.box))], deviations: [])
        #expect(none.verdict == .notJudged)
    }

    @Test("A network without a capture, or whose decisions its outputs do not show, keeps all from being judged")
    func partOfNetworks() {
        let two = PrecisionReport(
            policies: [("fp16-storage", false, [network(), network("onet")], endToEnd(Self.box))], deviations: [])
        #expect(two.verdict == .notJudged)
        #expect(two.notJudged == ["fp16-storage: there is no capture of rnet"])
        let silent = NetworkPrecision(
            network: "pnet", modelSha256: "", cases: 1, maxAbsDiff: 0, meanAbsDiff: 0, floor: 0, meanIou: nil,
            minIou: nil, decisionAgreement: nil, constants: [], layers: [])
        let report = report(silent, endToEnd(Self.box))
        #expect(report.verdict == .notJudged && report.notJudged.count == 1)
    }

    @Test("A network whose inputs are one number throughout keeps all from being judged")
    func constantInputs() {
        let constant = NetworkPrecision(
            network: "pnet", modelSha256: "", cases: 1, maxAbsDiff: 0, meanAbsDiff: 0, floor: 0, meanIou: 1, minIou: 1,
            decisionAgreement: 1, constants: [], layers: [], inputsAreConstant: true)
        let report = report(constant, endToEnd(Self.box))
        #expect(report.verdict == .notJudged && report.notJudged.count == 1)
        #expect(report.notJudged.first?.contains("one number throughout") == true)
    }

    @Test("NaN from a network on a frame does not conform")
    func notFinite() {
        let frame = UnjudgedFrame(file: "b.jpg", cause: .notFinite, reason: "NaN")
        #expect(report(network(), endToEnd(Self.box, notJudged: [frame])).verdict == .doesNotConform)
    }

    @Test("The mean without flips leaves out the faces whose way through the cascade changed")
    func meanWithoutFlips() throws {
        let flips = FlippedDecision(
            stage: "rnet_input", decision: .truncation, face: Self.box, box: Self.box, margin: 0.01,
            intersectionOverUnion: 0.8)
        func frame(_ file: String, _ found: BoundingBox, _ flips: [FlippedDecision]) -> PrecisionFrame {
            let matching = FaceMatching(
                file: file, expected: [Face(box: Self.box, confidence: 0.9)],
                found: [Face(box: found, confidence: 0.9)])
            return PrecisionFrame(
                file: file, faces: matching, facesWithFloat16Scores: matching, firstDeparture: nil,
                flippedDecisions: flips)
        }
        let endToEnd = PrecisionReport.EndToEnd(
            minimumFaceSize: 60, frames: [frame("a.jpg", Self.moved, [flips]), frame("b.jpg", Self.box, [])],
            notJudged: [])
        #expect(endToEnd.meanIouWithoutFlips == 1)
        #expect(try #require(endToEnd.summary.meanIou) < 0.95)
        let report = report(network(), endToEnd)
        #expect(
            Markdown(folds: true).text(report.section)
                .contains("| fp16-storage | a.jpg | 10 10 40 40 | rnet_input | truncation | 0.01 | 0.8 |"))
    }

    @Test("A stored report, read back and judged again, is the report, and fits its schema")
    func stored() throws {
        let known = KnownDeviation(check: "fp16-storage/pnet/max_abs_diff", bound: 1, reason: "why")
        let report = report(
            network(maxAbsDiff: .infinity, nonFinite: 1),
            endToEnd(Self.moved, notJudged: [.init(file: "b.jpg", cause: .damaged, reason: "why")]), deviations: [known]
        )
        let json = try JSON(parsing: Array(JSON(encoding: report).text().utf8), file: "r.json")
        #expect(try json.decode(PrecisionReport.self) == report)
        #expect(report.judged(deviations: [known]) == report)
        #expect(try schema().violations(in: json) == [])
    }

    @Test("The kept report of the bundled run fits the schema")
    func bundled() throws {
        let path = fixtures.deletingLastPathComponent().appendingPathComponent("Reports/fp16_vs_fp32.json").path
        #expect(try schema().violations(in: JSON(parsing: try readFile(path), file: path)) == [])
    }

    private func schema() throws -> JSONSchema {
        let path = fixtures.deletingLastPathComponent().appendingPathComponent(
            "validation/schemas/fp16_vs_fp32.schema.json"
        ).path
        return JSONSchema(try JSON(parsing: try readFile(path), file: path))
    }
}
