import Conformance
import Detection

/// How two detectors' boxes agree after every stage of the cascade, in one frame.
package struct StageDivergence: Equatable, Sendable, Codable {
    package let file: String

    /// In cascade order: the proposals of each expected pyramid level, then the stages that both recorded.
    package let stages: [StageComparison]

    /// The first stage whose lists differ; nil if none does.
    package var firstDeparture: StageComparison? { stages.first { !$0.agrees } }

    package init(
        file: String, expected: CascadeRecord, found: CascadeRecord, rules: CascadeRules = .openFace
    ) {
        self.file = file
        let decisions = StageDecisions(rules)
        // A record without levels may have later stages.
        let levelCount = expected.levels.isEmpty ? 0 : max(expected.levels.count, found.levels.count)
        let levels = (0..<levelCount).map { index in
            func proposals(_ record: CascadeRecord) -> [Candidate] {
                index < record.levels.count ? record.levels[index].proposals : []
            }
            return StageComparison(
                stage: "pnet_level_\(index)", expected: proposals(expected), found: proposals(found),
                decisions: decisions.atLevel)
        }
        let later = CascadeStage.allCases.compactMap { stage in
            if let first = expected[stage], let second = found[stage] {
                StageComparison(
                    stage: stage.rawValue, expected: first, found: second, decisions: decisions[stage])
            } else {
                StageComparison?.none
            }
        }
        stages = levels + later
    }
}

/// How two lists of boxes after one stage agree.
package struct StageComparison: Equatable, Sendable, Codable {
    /// `pnet_level_0` for the proposals of the largest pyramid level, else the stage's name in the gold files.
    package let stage: String
    package let expectedCount: Int
    package let foundCount: Int

    /// Boxes that both lists have, each counted once.
    package let agreeingCount: Int

    /// Whether the lists are equal box by box, in this order.
    package let sameOrder: Bool

    package let missing: [StageBox]
    package let extra: [StageBox]

    /// Of boxes in both lists, in pixels.
    package let largestCoordinateDifference: Double

    /// Of boxes in both lists.
    package let largestScoreDifference: Double

    /// Expected boxes that noise in the networks' last bits may accept or reject.
    package let marginalCount: Int

    /// Coordinates that differ by less, in pixels, are equal: whole pixels must be the same, and the fractions of
    /// corrected boxes may differ by the rounding of the networks' float32 outputs.
    package static let coordinateTolerance = 0.01

    package var agrees: Bool { missing.isEmpty && extra.isEmpty }

    init(stage: String, expected: [Candidate], found: [Candidate], decisions: Decisions) {
        self.stage = stage
        expectedCount = expected.count
        foundCount = found.count

        let pairs = matchedPairs(expected.map(\.box), found.map(\.box), within: Self.coordinateTolerance)
        agreeingCount = pairs.count
        sameOrder = expected.count == found.count && pairs.count == expected.count && pairs.allSatisfy { $0 == $1 }
        largestCoordinateDifference =
            pairs.map { expected[$0].box.largestDifference(from: found[$1].box) }.max() ?? 0
        largestScoreDifference =
            pairs.map { abs(Double(expected[$0].score) - Double(found[$1].score)) }.max() ?? 0

        let marks = decisions.margins(of: expected)
        let matchedExpected = Set(pairs.map(\.0))
        let matchedFound = Set(pairs.map(\.1))
        let foundMarks = matchedFound.count == found.count ? [] : decisions.margins(of: found)
        missing = expected.indices.filter { !matchedExpected.contains($0) }.map { StageBox(expected[$0], marks[$0]) }
        extra = found.indices.filter { !matchedFound.contains($0) }.map { StageBox(found[$0], foundMarks[$0]) }
        marginalCount = marks.count { !$0.isEmpty }
    }
}

/// A box that one of two lists lacks.
package struct StageBox: Equatable, Sendable, Codable {
    package let box: BoundingBox
    package let score: Float

    /// The decisions about this box that noise in the networks' last bits may flip.
    package let margins: [DecisionMargin]

    init(_ candidate: Candidate, _ margins: [DecisionMargin]) {
        box = candidate.box
        score = candidate.score
        self.margins = margins
    }
}

/// Pairs of positions with boxes equal within a tolerance, each position at most once; equal positions first.
private func matchedPairs(
    _ expected: [BoundingBox], _ found: [BoundingBox], within tolerance: Double
) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    var left: [Int] = []
    var taken = [Bool](repeating: false, count: found.count)
    for position in expected.indices {
        if position < found.count, expected[position].largestDifference(from: found[position]) < tolerance {
            pairs.append((position, position))
            taken[position] = true
        } else {
            left.append(position)
        }
    }
    for position in left {
        let match = found.indices.first {
            !taken[$0] && expected[position].largestDifference(from: found[$0]) < tolerance
        }
        if let match {
            pairs.append((position, match))
            taken[match] = true
        }
    }
    return pairs
}
