import Conformance
import Diagnosis
import Validation

/// `fp32_vs_onnx`: float32 networks, layer by layer, compared with an outside engine's recordings.
package struct LayerReport: Report, Equatable {
    package static var name: String { "fp32_vs_onnx" }
    package static var requirements: [Threshold] { LayerThresholds.float32.all }

    package static var optionalMetrics: [Metric] { LayerThresholds.optionalMetrics }

    package let schema: String
    package let verdict: Verdict
    package let baseline: Side
    package let candidate: Side
    /// Whether only the networks' outputs were compared.
    package let outputsOnly: Bool
    package let thresholds: [Threshold]
    package let deviations: [DeviationOutcome]
    /// The metrics measured on the outputs, with their limits; nil if there are none.
    package let requirements: [TaskRequirement]?
    package private(set) var networks: [Network]

    package struct Network: Sendable, Codable, Equatable {
        package let network: String
        package let modelSha256: String
        package let verdict: Verdict
        /// Why nothing was judged, if that is so.
        package let notJudgedBecause: String?
        /// Over the network's outputs, with accumulated errors; infinite if an element is not finite.
        package let maxAbsDiff: Double
        package let meanAbsDiff: Double
        package let elementsCompared: Int
        /// The first layer where rounding cannot explain a side's own error.
        package let firstDivergence: NetworkComparison.Divergence?
        package let layersNotCompared: [String]
        package let casesNotCompared: [String]
        /// How two forms of the network were aligned; nil if both sides come from one file.
        package let alignment: [String]?
        /// Faults that change nothing on the given inputs, one sentence each; nil if there are none.
        package let inputsCannotShow: [String]?
        /// Whether every input is constant in every case; nil if not.
        package let inputsAreConstant: Bool?
        /// The diagnosis, if the network does not conform and one was made.
        package internal(set) var diagnosis: Diagnosis?
        /// The limits that replace the report's; nil to keep these.
        package let thresholds: [Threshold]?
        /// The result of each task metric; nil if none was requested.
        package let tasks: [TaskOutcome]?
        /// Numbers measured by programs; nil if there are none.
        package let measuredByPrograms: [TaskAgreement]?
        /// Over all cases.
        package let layers: [Layer]
        package let cases: [CaseMetrics]
    }

    package struct Layer: Sendable, Codable, Equatable {
        package let metrics: LayerMetrics
        package let verdict: Verdict
        package let checks: [Check]
    }

    /// - Parameters:
    ///   - tasks: the metrics measured on the outputs.
    ///   - deviations: the list of known deviations; empty to judge strictly.
    package init(
        baseline: Side, candidate: Side, outputsOnly: Bool = false, thresholds: LayerThresholds,
        tasks: [TaskRequirement] = [], deviations: [KnownDeviation], networks: [NetworkComparison]
    ) {
        schema = LayerReport.schema
        self.baseline = baseline
        self.candidate = candidate
        self.outputsOnly = outputsOnly
        self.thresholds = thresholds.all
        requirements = tasks.isEmpty ? nil : tasks
        self.networks = networks.map { Network($0, thresholds, tasks, deviations.about($0.modelSHA256)) }
        verdict = Verdict(combining: self.networks.map(\.verdict))
        let checks = self.networks.flatMap(\.checks)
        self.deviations = deviations.outcomes(
            among: checks, of: networks.map { ("\($0.network)/", $0.modelSHA256) })
    }

    /// The same report with a diagnosis of each network that has an unlisted failure, and of no other.
    ///
    /// - Parameter diagnose: returns the diagnosis of a named network; nil if none was made.
    /// - Throws: any error of `diagnose`.
    package func explained(_ diagnose: (_ network: String) throws -> Diagnosis?) rethrows -> LayerReport {
        var report = self
        for (index, network) in networks.enumerated() {
            report.networks[index].diagnosis =
                network.verdict == .doesNotConform ? try diagnose(network.network) : nil
        }
        return report
    }

    package var otherThresholds: [[Threshold]] { networks.compactMap(\.thresholds) }

    package var causes: [String] {
        networks.flatMap { network in (network.diagnosis?.sentences ?? []).map { "\(network.network): \($0)" } }
    }

    package var checks: [Check] { networks.flatMap(\.checks) }

    package var checkedModels: [(namePart: String, sha256: String)] {
        networks.map { ("\($0.network)/", $0.modelSha256) }
    }

    package var notJudged: [String] {
        networks.compactMap { network in network.notJudgedBecause.map { "\(network.network): \($0)" } }
    }

    package func judged(deviations: [KnownDeviation]) -> LayerReport {
        judged(with: [], deviations: deviations)
    }

    /// The report's limits, with those on the same metrics replaced by the given ones.
    package func judged(with limits: [Threshold], deviations: [KnownDeviation]) -> LayerReport {
        let thresholds = LayerThresholds(thresholds).with(limits)
        let networks = networks.map { network in
            var comparison = network.comparison
            comparison.limits = comparison.limits?.with(limits)
            return comparison
        }
        let known = Dictionary(
            self.networks.compactMap { network in network.diagnosis.map { (network.network, $0) } },
            uniquingKeysWith: { first, _ in first })
        return LayerReport(
            baseline: baseline, candidate: candidate, outputsOnly: outputsOnly, thresholds: thresholds,
            tasks: requirements ?? [], deviations: deviations, networks: networks
        ).explained { known[$0] }
    }
}

extension LayerReport {
    /// The judged measurements.
    package init(
        _ measured: LayerMeasurement, thresholds: LayerThresholds = .float32, tasks: [TaskRequirement] = [],
        deviations: [KnownDeviation] = []
    ) {
        self.init(
            baseline: measured.baseline, candidate: measured.candidate, outputsOnly: measured.outputsOnly,
            thresholds: thresholds, tasks: tasks, deviations: deviations, networks: measured.networks)
    }
}

extension LayerReport.Network {
    /// Every check on the network.
    var checks: [Check] { layers.flatMap(\.checks) + (tasks ?? []).compactMap(\.check) }

    init(
        _ comparison: NetworkComparison, _ thresholds: LayerThresholds, _ requirements: [TaskRequirement],
        _ deviations: [KnownDeviation]
    ) {
        network = comparison.network
        modelSha256 = comparison.modelSHA256
        layersNotCompared = comparison.layersNotCompared
        casesNotCompared = comparison.casesNotCompared
        self.thresholds = comparison.limits?.all
        alignment = comparison.alignment
        inputsCannotShow = comparison.inputsCannotShow
        inputsAreConstant = comparison.inputsAreConstant ? true : nil
        cases = comparison.cases
        firstDivergence = comparison.firstDivergence
        layers = comparison.layers.map { metrics in
            let checks = (comparison.limits ?? thresholds).checks(
                of: metrics, network: comparison.network, deviations: deviations)
            return LayerReport.Layer(
                metrics: metrics, verdict: Verdict(combining: checks.map(\.verdict)), checks: checks)
        }
        tasks =
            requirements.isEmpty
            ? nil
            : requirements.outcomes(
                of: comparison.tasks, in: comparison.network,
                outputs: layers.map(\.metrics).filter(\.isOutput).map(\.layer), deviations)
        measuredByPrograms = comparison.measuredByPrograms.isEmpty ? nil : comparison.measuredByPrograms
        elementsCompared = layers.map(\.metrics.cumulative.difference.count).reduce(0, +)
        let outputs = layers.map(\.metrics).filter(\.isOutput).map(\.cumulative.difference)
        let whole = outputs.reduce(Difference()) { $0.merged(with: $1) }
        maxAbsDiff = whole.maxAbsDiffOfAll
        meanAbsDiff = whole.meanAbsDiff
        let judged = Verdict(combining: layers.map(\.verdict) + (tasks ?? []).compactMap(\.check?.verdict))
        if cases.isEmpty {
            notJudgedBecause = "no case was compared: there is no capture of it, or an empty one"
        } else if elementsCompared == 0 {
            notJudgedBecause = "no element was compared"
        } else if !casesNotCompared.isEmpty {
            notJudgedBecause =
                "\(casesNotCompared.count) cases are recorded on one side alone: \(casesNotCompared.firstFew)"
        } else if !layersNotCompared.isEmpty {
            notJudgedBecause =
                "\(layersNotCompared.count) layers were not compared, or not in every case: \(layersNotCompared.firstFew)"
        } else if outputs.isEmpty {
            notJudgedBecause = "none of the layers is recorded as an output of the network"
        } else if outputs.contains(where: { $0.count == 0 }) {
            let empty = layers.map(\.metrics).filter { $0.isOutput && $0.cumulative.difference.count == 0 }
            notJudgedBecause = "no case holds an element of \(empty.map(\.layer).firstFew)"
        } else if layers.allSatisfy({ !$0.metrics.isOutput || $0.metrics.cumulative.signal?.isOfZeros == true }) {
            notJudgedBecause = "every output is zero throughout, in every case and on both sides"
        } else if comparison.inputsAreConstant {
            notJudgedBecause =
                "every case's inputs are one number throughout, on which networks that do another thing may agree"
        } else {
            notJudgedBecause = nil
        }
        verdict = notJudgedBecause == nil ? judged : Verdict(combining: [judged, .notJudged])
    }

    /// The measurements without the judgement.
    var comparison: NetworkComparison {
        NetworkComparison(
            network: network, modelSHA256: modelSha256, cases: cases, layersNotCompared: layersNotCompared,
            casesNotCompared: casesNotCompared, alignment: alignment, inputsCannotShow: inputsCannotShow,
            inputsAreConstant: inputsAreConstant ?? false, limits: thresholds.map { LayerThresholds($0) },
            measuredByPrograms: measuredByPrograms ?? [])
    }
}
