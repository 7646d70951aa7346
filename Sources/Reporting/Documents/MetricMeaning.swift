import Conformance

extension Metric {
    /// What a check of this name holds against its limit, for a reader who sees the name for the first time.
    var meaning: String {
        switch self {
        case .maxAbsDiff: "the largest difference between the sides"
        case .meanAbsDiff: "the mean difference between the sides"
        case .candidateBoundRatio: Self.boundRatio("candidate")
        case .baselineBoundRatio: Self.boundRatio("baseline")
        case .candidateEnvelopeRatio: Self.envelopeRatio("candidate")
        case .baselineEnvelopeRatio: Self.envelopeRatio("baseline")
        case .relativeDiff: "the largest difference, divided by the baseline's largest number"
        case .signalToNoise: "the signal-to-noise ratio, in decibels"
        case .cosine: "the cosine between the sides, 1 where they point the same way"
        case .maxUlpDiff: "the largest difference, in steps of the coarser number format"
        case .nonFiniteCount: "how many elements are NaN or infinite"
        case .lostConstantCount: "how many constants the number format cannot hold"
        case .notFiniteFrames: "on how many frames a network answers NaN or an infinity"
        case .meanIou: "the mean overlap of boxes, 1 where they are equal"
        case .minIou: "the smallest overlap of boxes, 1 where they are equal"
        case .detectionAgreement: "the share of decisions, or faces, in which the sides agree"
        case .falsePositives: "how many faces the candidate alone finds"
        case .topAgreement: "the share of decisions in which the sides agree"
        case .landmarkError: "the mean distance of points, divided by the length that was asked for"
        case .maskIou: "the mean overlap of masks, 1 where they are equal"
        case .boxIou: "the mean overlap of boxes, row by row"
        case .programValue: "what the given program measured"
        }
    }

    private static func boundRatio(_ side: String) -> String {
        "the \(side)'s error, divided by the most that rounding can do: inf where it can do nothing"
    }

    private static func envelopeRatio(_ side: String) -> String {
        "the \(side)'s error, divided by the largest that right programs make"
    }
}

extension [Check] {
    /// What the parts of these checks' names mean, each once.
    var meanings: Block {
        let parts = flatMap { $0.id.split(separator: "/").map(String.init) }
        func isUsed(_ part: String) -> Bool { parts.contains(part) }
        let modes = [
            ("isolated", "a layer on the inputs that the baseline recorded, so that only its own error shows"),
            ("cumulative", "a layer with the errors of all layers before it"),
        ].filter { isUsed($0.0) }
        let metrics = Metric.allCases.filter { isUsed($0.rawValue) }.map { ($0.rawValue, $0.meaning) }
        return .list((modes + metrics).map { "\(code: $0): \($1)" })
    }
}
