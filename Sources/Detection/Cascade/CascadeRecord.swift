/// A list of boxes that the cascade passes on, in order. The raw values are the keys of the gold files.
package enum CascadeStage: String, CaseIterable, Sendable {
    case proposals = "pnet_after_per_scale_nms"
    case suppressedProposals = "pnet_after_cross_scale_nms"
    case correctedProposals = "pnet_after_correction"
    case refinementInput = "rnet_input"
    case refinementOutput = "rnet_raw"
    case suppressedRefinements = "rnet_after_nms"
    case correctedRefinements = "rnet_after_correction"
    case outputInput = "onet_input"
    case outputOutput = "onet_raw"
    case correctedOutputs = "onet_after_correction"
    case suppressedOutputs = "onet_after_nms"
    case final = "final"
}

/// The proposal network's findings at one size of the frame.
package struct PyramidLevel: Equatable, Sendable {
    package let scale: PyramidScale

    /// The boxes that reach the score threshold, before any suppresses another.
    package let proposals: [Candidate]

    package init(scale: PyramidScale, proposals: [Candidate]) {
        self.scale = scale
        self.proposals = proposals
    }
}

/// The boxes of one frame after every stage of the cascade.
public struct CascadeRecord: Equatable, Sendable {
    package var levels: [PyramidLevel]
    private var stages: [CascadeStage: [Candidate]] = [:]

    /// For each network whose scores are not complementary probabilities, the pair furthest from it.
    package var unpairedScores: [UnpairedScores] = []

    package init(levels: [PyramidLevel] = []) {
        self.levels = levels
    }

    /// The boxes after a stage; nil if none were recorded.
    package subscript(stage: CascadeStage) -> [Candidate]? {
        get { stages[stage] }
        set { stages[stage] = newValue }
    }

    /// Whether no stage's boxes were recorded.
    package var isEmpty: Bool { levels.isEmpty && stages.isEmpty }

    /// How many boxes the levels and the stages have in all.
    package var candidateCount: Int {
        levels.reduce(0) { $0 + $1.proposals.count } + stages.values.reduce(0) { $0 + $1.count }
    }

    /// The faces found, best score first.
    public var faces: [Face] {
        (self[.final] ?? []).map { Face(box: $0.box, confidence: $0.score, landmarks: $0.landmarks) }
    }
}

/// A face that a detector found.
public struct Face: Equatable, Sendable {
    public var box: BoundingBox

    /// The probability of a face; nil if a detector gives none.
    public var confidence: Float?

    /// Eyes, nose and corners of the mouth, or empty if a detector gives none.
    public var landmarks: [Point]

    public init(box: BoundingBox, confidence: Float?, landmarks: [Point] = []) {
        self.box = box
        self.confidence = confidence
        self.landmarks = landmarks
    }
}
