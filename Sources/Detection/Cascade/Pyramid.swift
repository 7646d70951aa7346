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
/// Their number is floor(ln(minimumFaceSize / shorter side) / ln 0.709) + 1; scale i is
/// (12 / minimumFaceSize) * 0.709^i. A frame that is smaller than the smallest face has none.
public func pyramid(width: Int, height: Int, minimumFaceSize: Int) throws(CascadeError) -> [PyramidScale] {
    let support = CascadeNetwork.proposal.inputSide
    guard minimumFaceSize >= support else { throw .minimumFaceSize(minimumFaceSize) }
    let factor = 0.709
    let shrinkings = log(Double(minimumFaceSize) / Double(min(width, height))) / log(factor)
    return (0..<max(0, Int(shrinkings.rounded(.down)) + 1)).map { level in
        let scale = Double(support) / Double(minimumFaceSize) * pow(factor, Double(level))
        return PyramidScale(
            scale: scale,
            width: Int((Double(width) * scale).rounded(.up)),
            height: Int((Double(height) * scale).rounded(.up)))
    }
}
