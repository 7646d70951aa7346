import Conformance
import Detection
import FaceConformance
import Validation

/// `fp16_vs_fp32`: the effect of each float16 arithmetic on the networks and on the faces found, compared with float32.
package struct PrecisionReport: Report, Equatable {
    package static var name: String { "fp16_vs_fp32" }

    package let schema: String
    package let verdict: Verdict
    package let baseline: Side
    package let candidate: Side
    package let thresholds: [Threshold]
    package let deviations: [DeviationOutcome]
    /// The metrics measured on the outputs, with their limits; nil if there are none.
    package let requirements: [TaskRequirement]?
    package let policies: [Policy]

    package struct Policy: Sendable, Codable, Equatable {
        package let arithmetic: String
        /// Whether the arithmetic is a prediction that no recording confirms yet.
        package let isPredicted: Bool
        package let verdict: Verdict
        package let checks: [Check]
        package let unattainable: [Unattainable]
        package let networks: [NetworkPrecision]
        /// Nil if the networks are not the cascade.
        package let endToEnd: EndToEnd?
        /// The result of each task metric, network by network; nil if none was requested.
        package let tasks: [NetworkTasks]?
    }

    /// A network's task results.
    package struct NetworkTasks: Sendable, Codable, Equatable {
        package let network: String
        package let outcomes: [TaskOutcome]
    }

    /// A limit that rounding the exact result once to float16 may already exceed.
    package struct Unattainable: Sendable, Codable, Equatable {
        package let check: String
        package let limit: Double
        package let floor: Double
    }

    /// The faces found by the whole cascade.
    package struct EndToEnd: Sendable, Codable, Equatable {
        package let minimumFaceSize: Int
        package let summary: DetectionReport.Summary
        /// Over faces with the same way through the cascade: the effect of the last network's values alone.
        package let meanIouWithoutFlips: Double?
        /// The figures if the probabilities are rounded to float16 too, as by a network that ends in a softmax.
        package let withFloat16Scores: DetectionReport.Summary
        /// All frames or, if they are many, those that depart most.
        package let frames: [PrecisionFrame]
        /// The frames that are not listed; nil if all are.
        package let others: PrecisionTally?
        /// What shares of the faces in frames that are not listed keep; nil if all are listed.
        package let quantiles: [FaceQuantile]?
        /// The first frames that were not compared.
        package let notJudged: [UnjudgedFrame]
        /// How many others were not compared, for each cause; nil if all are listed.
        package let othersNotJudged: [UnjudgedFrames.Count]?

        package init(minimumFaceSize: Int, frames: [PrecisionFrame], notJudged: [UnjudgedFrame]) {
            self.init(
                minimumFaceSize: minimumFaceSize, compared: KeptFrames(frames), unjudged: UnjudgedFrames(notJudged))
        }

        package init(minimumFaceSize: Int, compared: KeptFrames<PrecisionFrame>, unjudged: UnjudgedFrames) {
            self.minimumFaceSize = minimumFaceSize
            frames = compared.listed
            others = compared.others
            quantiles = compared.others?.faces.quantiles
            notJudged = unjudged.listed
            othersNotJudged = unjudged.others.isEmpty ? nil : unjudged.others
            var metrics = compared.others?.faces.metrics ?? DetectionMetrics()
            var halfScores = compared.others?.facesWithFloat16Scores ?? DetectionMetrics()
            var unflipped = compared.others?.facesWithoutFlips ?? OverlapDistribution()
            for frame in compared.listed {
                metrics.add(frame.faces)
                halfScores.add(frame.facesWithFloat16Scores)
                for overlap in frame.overlapsWithoutFlips { unflipped.add(overlap) }
            }
            summary = DetectionReport.Summary(metrics)
            withFloat16Scores = DetectionReport.Summary(halfScores)
            meanIouWithoutFlips = unflipped.mean
        }

        /// The frames that were compared.
        var compared: KeptFrames<PrecisionFrame> { KeptFrames(frames, others: others) }

        /// The frames that were not.
        var unjudged: UnjudgedFrames { UnjudgedFrames(notJudged, others: othersNotJudged ?? []) }
    }

    package static let requirements = [
        Threshold(.maxAbsDiff, .below, 1e-3, .requested, "the outputs of each network, on equal inputs"),
        Threshold(.meanIou, .above, 0.999, .requested, "each network's own boxes on equal inputs, and end to end"),
        Threshold(.detectionAgreement, .atLeast, 1, .requested, "each network's decisions, and the faces found"),
        Threshold(.nonFiniteCount, .atMost, 0, .soundness, "activations that are NaN or infinite"),
        Threshold(.lostConstantCount, .atMost, 0, .soundness, "constants of which float16 holds no normal number"),
        DetectionReport.notFiniteFrames,
    ]

    /// - Parameters:
    ///   - policies: including the faces found, if the networks are the cascade.
    ///   - tasks: the metrics measured on the outputs.
    ///   - deviations: the list of known deviations; empty to judge strictly.
    package init(
        policies: [(arithmetic: String, isPredicted: Bool, networks: [NetworkPrecision], endToEnd: EndToEnd?)],
        thresholds: [Threshold] = requirements, tasks: [TaskRequirement] = [], deviations: [KnownDeviation]
    ) {
        requirements = tasks.isEmpty ? nil : tasks
        schema = PrecisionReport.schema
        baseline = Side(engine: "mtcnn-validate", arithmetic: "fp32")
        candidate = Side(
            engine: "mtcnn-validate", arithmetic: policies.map(\.arithmetic).joined(separator: ", "))
        self.thresholds = thresholds
        self.policies = policies.map {
            Policy($0.arithmetic, $0.isPredicted, $0.networks, $0.endToEnd, thresholds, tasks, deviations)
        }
        verdict = Verdict(combining: self.policies.map(\.verdict))
        let checks = self.policies.flatMap(\.checks)
        self.deviations = deviations.outcomes(
            among: checks,
            of: policies.flatMap { $0.networks.map { ("/\($0.network)/", $0.modelSha256) } })
    }

    package var checks: [Check] { policies.flatMap(\.checks) }

    package var frameSections: [FrameLog.Section] { [FrameLog.Section(report: PrecisionReport.name)] }

    package var checkedModels: [(namePart: String, sha256: String)] {
        policies.flatMap { policy in
            policy.networks.map { ("\(policy.arithmetic)/\($0.network)/", $0.modelSha256) }
        }
    }

    package var notJudged: [String] {
        policies.flatMap { policy in
            var reasons = policy.networks.compactMap { network in
                network.notJudgedBecause(inCascade: policy.endToEnd != nil && network.isOfCascade, requirements)
                    .map { "\(policy.arithmetic): \(network.network): \($0)" }
            }
            guard let endToEnd = policy.endToEnd else { return reasons }
            let missing = policy.networks.missing
            if !missing.isEmpty {
                reasons.append("\(policy.arithmetic): there is no capture of \(missing.joined(separator: ", "))")
            }
            if endToEnd.summary.expectedFaces == 0, endToEnd.unjudged.isEmpty {
                reasons.append("\(policy.arithmetic): float32 finds no face in any frame")
            }
            return reasons + endToEnd.unjudged.sentences.map { "\(policy.arithmetic): \($0)" }
        }
    }

    package func judged(deviations: [KnownDeviation]) -> PrecisionReport {
        PrecisionReport(
            policies: policies.map { ($0.arithmetic, $0.isPredicted, $0.networks, $0.endToEnd) },
            thresholds: thresholds, tasks: requirements ?? [], deviations: deviations)
    }
}

extension PrecisionReport {
    /// The judged measurements.
    package init(
        _ measured: PrecisionMeasurement, tasks: [TaskRequirement] = [], deviations: [KnownDeviation] = []
    ) {
        self.init(
            policies: measured.policies.map { policy in
                let endToEnd = policy.faces.map {
                    EndToEnd(minimumFaceSize: $0.minimumFaceSize, compared: $0.frames, unjudged: $0.notJudged)
                }
                return (policy.arithmetic, policy.isPredicted, policy.networks, endToEnd)
            }, tasks: tasks, deviations: deviations)
    }
}

extension PrecisionReport.Policy {
    init(
        _ arithmetic: String, _ isPredicted: Bool, _ networks: [NetworkPrecision],
        _ endToEnd: PrecisionReport.EndToEnd?, _ thresholds: [Threshold], _ tasks: [TaskRequirement],
        _ deviations: [KnownDeviation]
    ) {
        self.arithmetic = arithmetic
        self.isPredicted = isPredicted
        self.networks = networks
        self.endToEnd = endToEnd
        var checks = [Check]()
        func check(_ subject: String, _ values: [Metric: Double?], _ deviations: [KnownDeviation]) {
            for threshold in thresholds {
                // A metric that the subject lacks has no entry; a metric that was not measured has a nil entry.
                guard let value = values[threshold.metric] else { continue }
                checks.append(
                    Check(
                        value, of: "\(arithmetic)/\(subject)", against: threshold, deviations: deviations))
            }
        }
        for network in networks {
            let nonFinite = network.layers.map(\.range.nonFiniteCount).reduce(0, +)
            var values: [Metric: Double?] = [
                .nonFiniteCount: Double(nonFinite),
                .lostConstantCount: Double(network.constants.count(where: \.isLost)),
            ]
            // These limits are for the face networks: for other networks, the tasks define what outputs mean.
            if endToEnd != nil, network.isOfCascade {
                values[.maxAbsDiff] = .some(network.maxAbsDiff)
                values[.meanIou] = .some(network.meanIou)
                values[.detectionAgreement] = .some(network.decisionAgreement)
            }
            check(network.network, values, deviations.about(network.modelSha256))
        }
        if let endToEnd {
            check(
                "end_to_end",
                [
                    .meanIou: endToEnd.summary.meanIou, .detectionAgreement: endToEnd.summary.detectionAgreement,
                    .notFiniteFrames: endToEnd.unjudged.notFiniteCount,
                ], deviations.about(nil))
        }
        let answered = networks.map { network in
            PrecisionReport.NetworkTasks(
                network: network.network,
                outcomes: tasks.outcomes(
                    of: network.tasks ?? [], in: "\(arithmetic)/\(network.network)",
                    outputs: network.layers.map(\.metrics).filter(\.isOutput).map(\.layer),
                    deviations.about(network.modelSha256)))
        }.filter { !$0.outcomes.isEmpty }
        self.tasks = tasks.isEmpty ? nil : answered
        checks += answered.flatMap(\.outcomes).compactMap(\.check)
        let limit = thresholds.first { $0.metric == .maxAbsDiff }?.limit ?? .infinity
        unattainable = networks.compactMap { network in
            network.floor < limit || endToEnd == nil || !network.isOfCascade
                ? nil
                : PrecisionReport.Unattainable(
                    check: "\(arithmetic)/\(network.network)/max_abs_diff", limit: limit, floor: network.floor)
        }
        self.checks = checks
        let areJudged = networks.allSatisfy {
            $0.notJudgedBecause(inCascade: endToEnd != nil && $0.isOfCascade, tasks) == nil
        }
        let compared =
            areJudged
            && (endToEnd.map { networks.missing.isEmpty && $0.summary.expectedFaces > 0 && $0.unjudged.isEmpty }
                ?? !networks.isEmpty)
        verdict = Verdict(combining: checks.map(\.verdict) + (compared ? [] : [.notJudged]))
    }
}

extension [NetworkPrecision] {
    /// The cascade's networks that were not run on their own inputs.
    fileprivate var missing: [String] {
        CascadeNetwork.allCases.map(\.modelName).filter { name in !contains { $0.network == name } }
    }
}

extension NetworkPrecision {
    /// Why a requirement on a network was not measured, if so.
    fileprivate func notJudgedBecause(inCascade isFaceNetwork: Bool, _ tasks: [TaskRequirement]?) -> String? {
        if cases == 0 { return "no case was compared: there is no capture of it, or none that holds every layer" }
        if inputsAreConstant == true {
            return "every case's inputs are one number throughout, on which arithmetics agree that differ elsewhere"
        }
        guard isFaceNetwork else {
            let hasLimit = (tasks ?? []).contains { $0.threshold != nil }
            return hasLimit ? nil : "no limit says what its answers may lose: --require top1=0.99, for example"
        }
        if decisionAgreement == nil {
            return "no output of 2 and of 4 channels, nor one of 6 or 16, holds its decisions"
        }
        return meanIou == nil ? "float32 decides for a face nowhere on its inputs" : nil
    }
}
