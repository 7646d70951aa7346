import Foundation

/// One size of the frame on which the proposal network looks for faces.
public struct PyramidScale: Hashable, Sendable {
    /// How many times smaller than the frame, as a fraction of 1.
    public let scale: Double
    public let width: Int
    public let height: Int

    public init(scale: Double, width: Int, height: Int) {
        self.scale = scale
        self.width = width
        self.height = height
    }
}

/// The sizes at which a frame is searched, largest first.
///
/// Their number is floor(ln(minimumFaceSize / shorter side) / ln factor) + 1; scale i is
/// (12 / minimumFaceSize) * factor^i, with the rules' pyramid factor. A frame that is smaller than the smallest face has
/// none.
public func pyramid(
    width: Int, height: Int, minimumFaceSize: Int, rules: CascadeRules = .openFace
) throws(CascadeError) -> [PyramidScale] {
    let support = CascadeNetwork.proposal.inputSide
    guard minimumFaceSize >= support else { throw .minimumFaceSize(minimumFaceSize) }
    let factor = rules.pyramidFactor
    let shrinkings = log(Double(minimumFaceSize) / Double(min(width, height))) / log(factor)
    func extent(_ whole: Int, _ scale: Double) -> Int {
        let exact = Double(whole) * scale
        return switch rules.levelSize {
        case .roundedUp: Int(exact.rounded(.up))
        case .nextAbove: Int(exact + 1)
        case .truncated: Int(exact)
        }
    }
    return (0..<max(0, Int(shrinkings.rounded(.down)) + 1)).map { level in
        let scale = Double(support) / Double(minimumFaceSize) * pow(factor, Double(level))
        return PyramidScale(scale: scale, width: extent(width, scale), height: extent(height, scale))
    }.filter { level in
        // A level that is cut may be smaller than what the network sees.
        min(level.width, level.height) >= support
            && (rules.smallestLevel == .atLeastSupport || Double(min(width, height)) * level.scale > Double(support))
    }
}
