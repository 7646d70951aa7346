import Conformance
import Detection

/// A network's decisions and its own boxes, in two computations.
struct BoxDecisions {
    let scoreThreshold: Double
    private(set) var overlaps = OverlapDistribution()
    private var count = 0
    private var agreeing = 0

    init(scoreThreshold: Double) {
        self.scoreThreshold = scoreThreshold
    }

    var agreement: Double? { count > 0 ? Double(agreeing) / Double(count) : nil }

    mutating func add(expected: FaceAnswers, found: FaceAnswers) {
        for (position, probability) in expected.probabilities.enumerated() {
            let isFace = probability >= scoreThreshold
            count += 1
            if isFace == (found.probabilities[position] >= scoreThreshold) { agreeing += 1 }
            if isFace {
                let overlap = unitBox(expected.regressions, position).intersectionOverUnion(
                    with: unitBox(found.regressions, position))
                // A box with a NaN has no place.
                overlaps.add(overlap.isNaN ? 0 : overlap)
            }
        }
    }

    /// A box of side 1, moved by a regression: corners (dx1, dy1) and (1 + dx2, 1 + dy2).
    private func unitBox(_ regressions: [Double], _ position: Int) -> BoundingBox {
        let regression = regressions[position * 4..<position * 4 + 4].map { Float($0) }
        return BoundingBox(
            x: regression[0], y: regression[1], width: 1 + regression[2] - regression[0],
            height: 1 + regression[3] - regression[1])
    }
}
