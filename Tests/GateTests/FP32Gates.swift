import Conformance
import Files
import JSONTree
import Reporting
import TestSupport
import Testing
import Validation

/// The limits that are requested of float32 results, on the bundled networks and recordings.
@Suite struct FP32Gates {
    static let report = Result {
        try LayerReport(
            LayerMeasurement(
                models: ModelLibrary(BundledFiles.models), captures: CaptureLibrary(BundledFiles.captures)),
            deviations: BundledFiles.knownDeviations()[LayerReport.self])
    }

    private func checks(_ metric: String) throws -> [Check] {
        let checks = try Self.report.get().checks.filter { $0.id.hasSuffix("/\(metric)") }
        #expect(!checks.isEmpty)
        return checks
    }

    @Test("Max abs diff below 1e-5 at every layer, but for listed deviations")
    func maxAbsDiff() throws {
        for check in try checks("max_abs_diff") {
            #expect(check.verdict != .doesNotConform, "\(check.id): \(check.failureMessage)")
            #expect(check.limit == 1e-5)
        }
    }

    @Test("Mean abs diff below 1e-6 at every layer, but for listed deviations")
    func meanAbsDiff() throws {
        for check in try checks("mean_abs_diff") {
            #expect(check.verdict != .doesNotConform, "\(check.id): \(check.failureMessage)")
            #expect(check.limit == 1e-6)
        }
    }

    @Test("Every output keeps both limits, without any deviation")
    func outputs() throws {
        for network in try Self.report.get().networks {
            for layer in network.layers where layer.metrics.isOutput {
                #expect(layer.metrics.cumulative.difference.maxAbsDiff < 1e-5, "\(network.network)")
                #expect(layer.metrics.cumulative.difference.meanAbsDiff < 1e-6, "\(network.network)")
            }
        }
    }

    @Test("Both sides stay within the bound on float32's rounding errors at every layer")
    func bound() throws {
        for metric in ["candidate_bound_ratio", "baseline_bound_ratio"] {
            for check in try checks(metric) {
                #expect(check.verdict == .conforms, "\(check.id): \(check.failureMessage)")
            }
        }
    }

    @Test("All six networks are compared, at every layer, and every listed deviation is still there")
    func whole() throws {
        let report = try Self.report.get()
        #expect(report.networks.map(\.network) == ["onet", "pnet", "rnet", "nchw/onet", "nchw/pnet", "nchw/rnet"])
        #expect(report.networks.allSatisfy { $0.layersNotCompared.isEmpty && $0.firstDivergence == nil })
        #expect(report.deviations.allSatisfy { $0.status == .present })
        #expect(report.verdict == .conformsWithKnownDeviations)
    }

    /// The reports in Reports/ were written by an optimised build.
    @Test("Any build gives the bits of the report in Reports, but for the float64 run's, which use the system's exp")
    func sameBits() throws {
        let path = BundledFiles.storedReport(LayerReport.name)
        let stored: LayerReport = try JSON(parsing: readFile(path), file: path).decode()
        func differences(_ report: LayerReport) -> [[Difference?]] {
            report.networks.flatMap(\.cases).flatMap(\.layers).map {
                [$0.isolated?.difference, $0.cumulative.difference]
            }
        }
        #expect(try differences(Self.report.get()) == differences(stored))
        #expect(try Self.report.get().verdict == stored.verdict)
    }
}
