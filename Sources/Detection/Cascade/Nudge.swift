/// A box of the cascade that gets another value or score, as another computation's last bits may cause.
///
/// It shows a comparison of two detectors the consequences of reversing one decision.
package struct Nudge: Equatable, Sendable {
    /// A list that the cascade passes on.
    package enum List: Hashable, Sendable {
        /// The proposals of a level of the pyramid.
        case level(Int)
        case stage(CascadeStage)
    }

    package let list: List
    /// The box's place in the list.
    package let position: Int
    package let box: BoundingBox
    package let score: Float

    package init(_ list: List, position: Int, box: BoundingBox, score: Float) {
        self.list = list
        self.position = position
        self.box = box
        self.score = score
    }
}

extension [Candidate] {
    /// The list after the nudges' changes to its boxes and scores.
    func with(_ nudges: [Nudge], of list: Nudge.List) -> [Candidate] {
        guard !nudges.isEmpty else { return self }
        var candidates = self
        for nudge in nudges where nudge.list == list && candidates.indices.contains(nudge.position) {
            candidates[nudge.position].box = nudge.box
            candidates[nudge.position].score = nudge.score
        }
        return candidates
    }
}

/// Another square that a box may become, and how far the box is from becoming it.
package struct NearbySquare: Equatable, Sendable {
    package let box: BoundingBox
    /// In pixels.
    package let distance: Float
}

extension CascadeRules {
    /// The other squares of whole pixels that a corrected box would become if one side moved a little.
    ///
    /// - Parameter margin: The most that a side may move, in pixels.
    package func squares(near corrected: BoundingBox, within margin: Float) -> [NearbySquare] {
        guard cropResampling != .cropAndResize else { return [] }
        let plain = corrected.squared(squares)
        let cropped = plain.cropRegion(cropRegion)
        var found: [NearbySquare] = []
        for side in BoxSide.allCases {
            for step in [-margin, margin] {
                let other = corrected.squared(squares, moving: side, by: step)
                guard other.cropRegion(cropRegion) != cropped, !found.contains(where: { $0.box == other }) else {
                    continue
                }
                // The smallest step that leads to it, by bisection.
                var (near, far) = (Float(0), step)
                for _ in 0..<12 {
                    let middle = (near + far) / 2
                    let isOther = corrected.squared(squares, moving: side, by: middle).cropRegion(cropRegion) != cropped
                    if isOther { far = middle } else { near = middle }
                }
                found.append(NearbySquare(box: other, distance: abs(far)))
            }
        }
        return found
    }
}

/// A side of a square.
enum BoxSide: CaseIterable {
    case left, top, right, bottom
}
