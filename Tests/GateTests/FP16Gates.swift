import Captures
import Conformance
import Engines
import FaceConformance
import Files
import JSONTree
import ModelFormats
import Reporting
import TestSupport
import Testing
import Validation

/// What each float16 arithmetic does to the bundled networks, against the kept report.
@Suite struct FP16Gates {
    private static let kept = Result {
        try JSON(parsing: try readFile(BundledFiles.storedReport("fp16_vs_fp32")), file: "fp16_vs_fp32").decode(
            PrecisionReport.self)
    }

    @Test(
        "Every build gives the kept report's figures for each network in each arithmetic, to the bit",
        arguments: [("pnet", 0.6), ("rnet", 0.7), ("onet", 0.7)])
    func networks(name: String, threshold: Double) throws {
        let policies = try Self.kept.get().policies
        let model = try Model(named: name, in: BundledFiles.models)
        let capture = try CaptureFile(contentsOf: "\(BundledFiles.captures)/\(name).h5")
        let precisions = try NetworkPrecision.all(
            in: PrecisionMeasurement.arithmetics, running: model.graph, oracle: Oracle(of: model.graph),
            modelSha256: model.sha256, on: NetworkInputs.recorded(in: capture),
            reading: { try NetworkInputs.read($0, in: capture, of: model.graph) }, network: name,
            scoreThreshold: threshold)
        #expect(precisions.count == policies.count)
        for (arithmetic, precision) in zip(PrecisionMeasurement.arithmetics, precisions) {
            let policy = try #require(policies.first { $0.arithmetic == arithmetic.rawValue })
            let json = try JSON(parsing: Array(JSON(encoding: precision).text().utf8), file: name)
            #expect(
                try json.decode(NetworkPrecision.self) == policy.networks.first { $0.network == name }, "\(arithmetic)")
        }
    }

    @Test("No layer errs by more than its arithmetic's roundings explain")
    func bounds() throws {
        let layers = try Self.kept.get().policies.flatMap(\.networks).flatMap(\.layers).map(\.metrics)
        let errors = layers.flatMap { [$0.isolated?.candidateError, $0.cumulative.candidateError].compactMap { $0 } }
        #expect(errors.count > 500 && errors.allSatisfy { $0.boundRatio <= 1 })
    }

    @Test("The kept report covers every arithmetic on all 30 frames, and each limit fails only where that is listed")
    func verdicts() throws {
        let report = try Self.kept.get()
        #expect(report.policies.map(\.arithmetic) == PrecisionMeasurement.arithmetics.map(\.rawValue))
        #expect(
            report.policies.allSatisfy { policy in
                policy.endToEnd.map { $0.summary.frames == 30 && $0.notJudged.isEmpty } ?? false
            })
        let judged = report.judged(deviations: try BundledFiles.knownDeviations()[PrecisionReport.self])
        #expect(judged.verdict == .conformsWithKnownDeviations)
        #expect(judged.deviations.allSatisfy { $0.status == .present })
        #expect(report.judged(deviations: []).verdict == .doesNotConform)
    }
}
