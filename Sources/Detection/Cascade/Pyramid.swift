import Foundation

/// One size of the frame at which the proposal network looks for faces.
package struct PyramidScale: Hashable, Sendable {
    /// How many times smaller than the frame, as a fraction of 1.
    package let scale: Double
    package let width: Int
    package let height: Int

    package init(scale: Double, width: Int, height: Int) {
        self.scale = scale
        self.width = width
        self.height = height
    }
}

/// The sizes at which a frame is searched, largest first.
///
/// Their number is floor(ln(minimumFaceSize / shorter side) / ln factor) + 1 unless the rules differ; scale i is (12 /
/// minimumFaceSize) * factor^i, with the rules' pyramid factor. A frame smaller than the smallest face has none.
package func pyramid(
    width: Int, height: Int, minimumFaceSize: Int, rules: CascadeRules = .openFace
) throws(CascadeError) -> [PyramidScale] {
    let support = CascadeNetwork.proposal.inputSide
    guard minimumFaceSize >= support else { throw .minimumFaceSize(minimumFaceSize) }
    let factor = rules.pyramidFactor
    let shorter = Double(min(width, height))
    let count =
        switch rules.levelCount {
        case .untilSmallestLevel: (log(Double(minimumFaceSize) / shorter) / log(factor)).rounded(.down) + 1
        case .ofImageAlone: (-(log(shorter / Double(support)) / log(factor) + 1)).rounded(.toNearestOrEven)
        }
    func extent(_ whole: Int, _ scale: Double) -> Int {
        let exact = Double(whole) * scale
        return switch rules.levelSize {
        case .roundedUp: Int(exact.rounded(.up))
        case .nextAbove: Int(exact + 1)
        case .truncated: Int(exact)
        }
    }
    let levels = (0..<max(0, Int(count))).map { level in
        let scale = Double(support) / Double(minimumFaceSize) * pow(factor, Double(level))
        return PyramidScale(scale: scale, width: extent(width, scale), height: extent(height, scale))
    }
    let isCarriedOn = rules.tooSmallLevels == .leftOut
    // 11 pixels are enough for the convolutions, since the pooling accepts half a pair.
    let smallest = isCarriedOn ? support : support - 1
    let searched = levels.filter { min($0.width, $0.height) >= smallest }
    guard isCarriedOn || searched.count == levels.count else { return [] }
    return searched.filter { rules.smallestLevel == .atLeastSupport || shorter * $0.scale > Double(support) }
}
