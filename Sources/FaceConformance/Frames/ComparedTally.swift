import Conformance
import Detection

/// What is kept of compared frames that are not listed.
package struct ComparedTally: FrameTally {
    package typealias Frame = ComparedFrame

    package private(set) var faces = FaceTally()
    /// The frames that depart.
    package private(set) var departing = 0
    /// In cascade order; the levels of the pyramid count as one stage.
    package private(set) var stages = [StageTally]()
    /// Of each network that has any, the scores furthest from being probabilities.
    package private(set) var unpairedScores = [UnpairedScores]()

    package init() {}

    package mutating func add(_ frame: ComparedFrame) {
        faces.add(frame.faces)
        if frame.departs { departing += 1 }
        for stage in frame.stages { add(StageTally(stage)) }
        unpairedScores = (unpairedScores + (frame.unpairedScores ?? [])).furthestByNetwork
    }

    package mutating func merge(_ other: ComparedTally) {
        faces.merge(other.faces)
        departing += other.departing
        for stage in other.stages { add(stage) }
        unpairedScores = (unpairedScores + other.unpairedScores).furthestByNetwork
    }

    private mutating func add(_ stage: StageTally) {
        if let index = stages.firstIndex(where: { $0.stage == stage.stage }) {
            stages[index].merge(stage)
        } else {
            stages.append(stage)
            stages.sort { ($0.position, $0.stage) < ($1.position, $1.stage) }
        }
    }
}

/// How the boxes after one stage agree in any number of frames.
package struct StageTally: Sendable, Codable, Equatable {
    /// The levels of the pyramid are `pnet_levels`.
    package let stage: String
    package private(set) var expected: Int
    package private(set) var agreeing: Int
    package private(set) var extra: Int
    /// Expected boxes within a margin of a decision.
    package private(set) var marginal: Int

    package init(_ comparison: StageComparison) {
        stage = comparison.stage.hasPrefix("pnet_level") ? "pnet_levels" : comparison.stage
        expected = comparison.expectedCount
        agreeing = comparison.agreeingCount
        extra = comparison.extra.count
        marginal = comparison.marginalCount
    }

    package mutating func merge(_ other: StageTally) {
        expected += other.expected
        agreeing += other.agreeing
        extra += other.extra
        marginal += other.marginal
    }

    /// In cascade order.
    fileprivate var position: Int {
        CascadeStage.allCases.firstIndex { $0.rawValue == stage }.map { $0 + 1 } ?? 0
    }
}
