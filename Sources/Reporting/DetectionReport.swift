import Conformance
import Detection
import FaceConformance
import Validation

/// `cpp_vs_reference`: our cascade's faces compared with another detector's.
package struct DetectionReport: Report, Equatable {
    package static var name: String { "cpp_vs_reference" }

    package let schema: String
    package let verdict: Verdict
    package let baseline: Side
    package let candidate: Side
    /// The minimum tier, which decides the verdict.
    package let thresholds: [Threshold]
    /// The target tier, which does not.
    package let targets: [Threshold]
    package let deviations: [DeviationOutcome]
    package let runs: [Run]

    /// The comparison with one list of faces.
    package struct Run: Sendable, Codable, Equatable {
        /// The list's name.
        package let gold: String
        package let minimumFaceSize: Int
        package let scoreThresholds: ScoreThresholds
        package let verdict: Verdict
        package let summary: Summary
        package let checks: [Check]
        package let targets: [Check]
        /// Frames, on the list or not, that were not compared: the first of them.
        package let notJudged: [UnjudgedFrame]
        /// How many others were not compared, for each cause; nil if all are listed.
        package let othersNotJudged: [UnjudgedFrames.Count]?
        /// All frames that were compared or, if they are many, those that depart most.
        package let frames: [ComparedFrame]
        /// The frames that are not listed; nil if all are.
        package let others: ComparedTally?
        /// What shares of the faces in frames that are not listed keep; nil if all are listed.
        package let quantiles: [FaceQuantile]?
        /// The data of the summary.
        package let metrics: DetectionMetrics

        /// The frames that were compared.
        var compared: KeptFrames<ComparedFrame> { KeptFrames(frames, others: others) }

        /// The frames that were not.
        var unjudged: UnjudgedFrames { UnjudgedFrames(notJudged, others: othersNotJudged ?? []) }
    }

    /// The figures, keyed by the thresholds' names.
    package struct Summary: Sendable, Codable, Equatable {
        package let frames: Int
        package let expectedFaces: Int
        /// Of matched faces.
        package let meanIou: Double?
        package let medianIou: Double?
        package let smallestIou: Double?
        /// Faces found by both, as a share of those found by either.
        package let detectionAgreement: Double?
        package let falsePositives: Int
        package let misses: Int
        package let largestCoordinateDifference: Double
        package let meanConfidenceDifference: Double?
        package let largestConfidenceDifference: Double
        package let meanLandmarkDistance: Double?

        init(_ metrics: DetectionMetrics) {
            frames = metrics.frames
            expectedFaces = metrics.expectedFaces
            meanIou = metrics.intersectionOverUnion.mean
            medianIou = metrics.intersectionOverUnion.median
            smallestIou = metrics.intersectionOverUnion.smallest
            detectionAgreement = metrics.agreement
            falsePositives = metrics.falsePositives
            misses = metrics.missedFaces
            largestCoordinateDifference = metrics.largestCoordinateDifference
            meanConfidenceDifference = metrics.confidenceDifference.mean
            largestConfidenceDifference = metrics.confidenceDifference.largest
            meanLandmarkDistance = metrics.landmarkDistance.mean
        }

        /// The value of a metric; nil if there were no faces to measure, or if it is not a metric of faces.
        func value(of metric: Metric) -> Double? {
            switch metric {
            case .meanIou: meanIou
            case .detectionAgreement: detectionAgreement
            case .falsePositives: Double(falsePositives)
            default: nil
            }
        }
    }

    /// The minimum tier.
    package static let requirements = [
        Threshold(.meanIou, .above, 0.75, .requested, "of matched faces, minimum tier"),
        Threshold(.detectionAgreement, .atLeast, 0.95, .requested, "of the faces that either found, minimum tier"),
        Threshold(.falsePositives, .below, 2, .requested, "over all frames, minimum tier"),
        notFiniteFrames,
    ]

    /// For both reports that find faces.
    static let notFiniteFrames = Threshold(
        .notFiniteFrames, .atMost, 0, .soundness, "frames on which a network answers NaN or an infinity")

    package static let target = [
        Threshold(.meanIou, .above, 0.9, .requested, "of matched faces, target tier"),
        Threshold(.detectionAgreement, .atLeast, 1, .requested, "of the faces that either found, target tier"),
        Threshold(.falsePositives, .atMost, 0, .requested, "over all frames, target tier"),
    ]

    /// - Parameters:
    ///   - thresholds: the limits of the runs.
    ///   - deviations: the list of known deviations; empty to judge strictly.
    package init(
        baseline: Side, candidate: Side, runs: [Run], thresholds: [Threshold] = requirements,
        deviations: [KnownDeviation]
    ) {
        schema = DetectionReport.schema
        self.baseline = baseline
        self.candidate = candidate
        self.thresholds = thresholds
        targets = DetectionReport.target
        self.runs = runs
        verdict = Verdict(combining: runs.map(\.verdict))
        let checks = runs.flatMap(\.checks)
        self.deviations = deviations.outcomes(among: checks, of: [])
    }

    package var checks: [Check] { runs.flatMap(\.checks) }

    package var frameSections: [FrameLog.Section] {
        runs.map { FrameLog.Section(report: DetectionReport.name, gold: $0.gold) }
    }

    package var notJudged: [String] {
        runs.flatMap { run in
            let frames = run.unjudged.sentences.map { "\(run.gold): \($0)" }
            let isEmpty = run.summary.expectedFaces + run.summary.falsePositives == 0
            return frames.isEmpty && isEmpty ? ["\(run.gold): neither side has a face in any frame"] : frames
        }
    }

    package var hasDamagedInput: Bool { runs.contains { $0.unjudged.count(of: .damaged) > 0 } }

    package func judged(deviations: [KnownDeviation]) -> DetectionReport {
        let runs = runs.map { run in
            Run(
                gold: run.gold, minimumFaceSize: run.minimumFaceSize, scoreThresholds: run.scoreThresholds,
                compared: run.compared, unjudged: run.unjudged, thresholds: thresholds, deviations: deviations)
        }
        return DetectionReport(
            baseline: baseline, candidate: candidate, runs: runs, thresholds: thresholds, deviations: deviations)
    }
}

extension DetectionReport {
    /// The judged measurements.
    package init(_ measured: DetectionMeasurement, deviations: [KnownDeviation] = []) {
        self.init(
            baseline: measured.baseline, candidate: measured.candidate,
            runs: measured.golds.map {
                Run(
                    gold: $0.gold, minimumFaceSize: $0.minimumFaceSize, scoreThresholds: $0.scoreThresholds,
                    compared: $0.frames, unjudged: $0.notJudged, deviations: deviations)
            }, deviations: deviations)
    }
}

extension DetectionReport.Run {
    package init(
        gold: String, minimumFaceSize: Int, scoreThresholds: ScoreThresholds = ScoreThresholds(),
        frames: [ComparedFrame], notJudged: [UnjudgedFrame],
        thresholds: [Threshold] = DetectionReport.requirements, deviations: [KnownDeviation]
    ) {
        self.init(
            gold: gold, minimumFaceSize: minimumFaceSize, scoreThresholds: scoreThresholds,
            compared: KeptFrames(frames), unjudged: UnjudgedFrames(notJudged), thresholds: thresholds,
            deviations: deviations)
    }

    package init(
        gold: String, minimumFaceSize: Int, scoreThresholds: ScoreThresholds, compared: KeptFrames<ComparedFrame>,
        unjudged: UnjudgedFrames, thresholds: [Threshold] = DetectionReport.requirements,
        deviations: [KnownDeviation]
    ) {
        self.gold = gold
        self.minimumFaceSize = minimumFaceSize
        self.scoreThresholds = scoreThresholds
        frames = compared.listed
        others = compared.others
        quantiles = compared.others?.faces.quantiles
        notJudged = unjudged.listed
        othersNotJudged = unjudged.others.isEmpty ? nil : unjudged.others
        var metrics = compared.others?.faces.metrics ?? DetectionMetrics()
        for frame in compared.listed { metrics.add(frame.faces) }
        let summary = DetectionReport.Summary(metrics)
        let deviations = deviations.about(nil)
        func checks(_ thresholds: [Threshold]) -> [Check] {
            thresholds.map { threshold in
                let value =
                    threshold.metric == DetectionReport.notFiniteFrames.metric
                    ? unjudged.notFiniteCount : summary.value(of: threshold.metric)
                return Check(value, of: gold, against: threshold, deviations: deviations)
            }
        }
        self.metrics = metrics
        self.summary = summary
        self.checks = checks(thresholds)
        targets = checks(DetectionReport.target)
        // Frames without faces on either side agree but prove little: at least one face must have been compared.
        let isCompared = summary.expectedFaces + summary.falsePositives > 0 && unjudged.isEmpty
        verdict = Verdict(combining: self.checks.map(\.verdict) + (isCompared ? [] : [.notJudged]))
    }
}
