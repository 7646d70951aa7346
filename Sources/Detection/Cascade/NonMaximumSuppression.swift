/// The divisor of two boxes' intersection.
package enum OverlapMeasure: String, CaseIterable, Sendable {
    case union
    case smallerArea = "smaller_area"

    /// float32(intersection) / float32(union or smaller area), of boxes rounded to whole pixels.
    package func overlap(of first: BoundingBox, _ second: BoundingBox) -> Float {
        SuppressionExtent(first, .rounded).overlap(with: SuppressionExtent(second, .rounded), self)
    }
}

/// The largest overlap at which both boxes stay.
package struct Suppression: Sendable {
    package let threshold: Float
    package let measure: OverlapMeasure
    /// What overlaps are computed from, if it differs from the other lists of boxes.
    let boxes: CascadeRules.SuppressionBoxes?
    /// Which of equal scores comes first, if it differs from the other lists of boxes.
    let equalScores: CascadeRules.EqualScores?

    package init(_ threshold: Float, _ measure: OverlapMeasure) {
        self.init(threshold, measure, boxes: nil, equalScores: nil)
    }

    init(
        _ threshold: Float, _ measure: OverlapMeasure, boxes: CascadeRules.SuppressionBoxes?,
        equalScores: CascadeRules.EqualScores?
    ) {
        self.threshold = threshold
        self.measure = measure
        self.boxes = boxes
        self.equalScores = equalScores
    }

    /// Whether one of two boxes would suppress the other under some rules.
    package func applies(to first: BoundingBox, _ second: BoundingBox, rules: CascadeRules) -> Bool {
        let boxes = boxes ?? rules.suppressionBoxes
        return SuppressionExtent(first, boxes).overlap(with: SuppressionExtent(second, boxes), measure) > threshold
    }

    // The cascade's own rules, as in OpenFace 2.2.0.

    /// For the proposals within one pyramid level.
    package static let withinLevel = CascadeRules.openFace.suppressionWithinLevel
    /// For the boxes that the next network will judge.
    package static let betweenNetworks = CascadeRules.openFace.suppressionOfProposals
    /// For the faces.
    package static let ofFaces = CascadeRules.openFace.suppressionOfFaces
}

extension CascadeRules {
    package var suppressionWithinLevel: Suppression { Suppression(Float(levelOverlap), .union) }
    package var suppressionOfProposals: Suppression { Suppression(Float(proposalOverlap), .union) }
    package var suppressionOfRefinements: Suppression { Suppression(Float(refinementOverlap), .union) }
    package var suppressionOfFaces: Suppression {
        Suppression(
            Float(outputOverlap), outputMeasure, boxes: outputSuppressionBoxes, equalScores: outputEqualScores)
    }
}

/// Non-maximum suppression: among boxes that overlap by more than a threshold, the highest score stays.
///
/// - Returns: The positions of the kept boxes in the order of picking: by falling score; equal scores as the rules say.
func nonMaximumSuppression(
    of boxes: [BoundingBox], scores: [Float], _ suppression: Suppression, rules: CascadeRules
) -> [Int] {
    let equalScores = suppression.equalScores ?? rules.equalScores
    let order = boxes.indices.sorted { first, second in
        if scores[first] != scores[second] { return scores[first] > scores[second] }
        switch equalScores {
        case .lastListedFirst: return first > second
        case .firstListedFirst: return first < second
        }
    }
    let extents = order.map { SuppressionExtent(boxes[$0], suppression.boxes ?? rules.suppressionBoxes) }
    var suppressed = [Bool](repeating: false, count: order.count)
    var picked: [Int] = []
    extents.withUnsafeBufferPointer { extents in
        suppressed.withUnsafeMutableBufferPointer { suppressed in
            for position in extents.indices {
                if !suppressed[position] {
                    picked.append(order[position])
                } else if rules.suppressors == .keptBoxes {
                    continue
                }
                let winner = extents[position]
                for other in (position + 1)..<extents.count where !suppressed[other] {
                    suppressed[other] =
                        winner.overlap(with: extents[other], suppression.measure) > suppression.threshold
                }
            }
        }
    }
    return picked
}

/// The sides of a box as used by suppression; doubles hold whole pixels and their areas exactly.
private struct SuppressionExtent {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double
    let area: Double

    init(_ box: BoundingBox, _ rule: CascadeRules.SuppressionBoxes) {
        let box = rule == .rounded ? BoundingBox(PixelBox(rounding: box)) : box
        let growth: Double = rule == .floatPlusOne ? 1 : 0
        let width = Double(box.width) + growth
        let height = Double(box.height) + growth
        left = Double(box.x)
        top = Double(box.y)
        right = left + width
        bottom = top + height
        area = width * height
    }

    func overlap(with other: SuppressionExtent, _ measure: OverlapMeasure) -> Float {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        guard width > 0, height > 0 else { return 0 }
        let intersection = width * height
        switch measure {
        case .union: return Float(intersection) / Float(area + other.area - intersection)
        case .smallerArea: return Float(intersection) / Float(min(area, other.area))
        }
    }
}
