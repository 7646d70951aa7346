import Detection

extension CascadeRecord {
    /// The decisions about boxes that overlap with differing faces which noise in the last bits may flip, in the order
    /// of the cascade; at most three.
    func closeDecisions(about comparison: ReadList.Comparison, _ rules: CascadeRules) -> [String] {
        let decisions = StageDecisions(rules.scoreThresholds)
        var found: [String] = []
        func add(_ stage: String, _ candidates: [Candidate], _ decisions: Decisions) {
            for (candidate, margins) in zip(candidates, decisions.margins(of: candidates)) where !margins.isEmpty {
                let isNear = comparison.differing.contains {
                    $0.intersectionOverUnion(with: candidate.box) >= 0.4
                }
                guard isNear, found.count < 3 else { continue }
                let box = [candidate.box.x, candidate.box.y, candidate.box.width, candidate.box.height]
                let kinds = margins.map(\.words).joined(separator: ", ")
                found.append(
                    "\(stage): \(kinds), score \(candidate.score), box \(box.map { "\($0)" }.joined(separator: " "))")
            }
        }
        for (index, level) in levels.enumerated() {
            add("pnet_level_\(index)", level.proposals, decisions.atLevel)
        }
        for stage in CascadeStage.allCases {
            if let candidates = self[stage] { add(stage.rawValue, candidates, decisions[stage]) }
        }
        return found
    }
}

extension DecisionMargin {
    fileprivate var words: String {
        switch self {
        case .scoreThreshold: "a score at its threshold"
        case .suppressionTie: "equal scores of boxes that suppress each other"
        case .pixelBoundary: "a coordinate on the boundary of a pixel"
        }
    }
}
