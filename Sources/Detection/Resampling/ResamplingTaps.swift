/// Along one axis, the source pixels that each destination pixel is a weighted sum of.
///
/// Every destination pixel has the same number of taps. What lies outside the image counts as 0, so its taps
/// have weight 0; their offset is 0.
struct ResamplingTaps {
    let count: Int

    /// `count` positions along the image's axis per destination pixel, in rising order.
    let offsets: [Int]

    /// `count` weights per destination pixel.
    let weights: [Float]

    /// - Parameters:
    ///   - start: Where along the image's axis the resampled region begins; may lie outside the image.
    ///   - extent: The region's number of pixels, at least 1.
    ///   - imageExtent: The image's number of pixels along the axis.
    ///   - destination: How many pixels the region becomes.
    init(
        _ axis: ResamplingAxis, start: Int, extent: Int, imageExtent: Int, destination: Int,
        interpolation: CascadeRules.Interpolation
    ) {
        let inside = max(0, -start)..<max(max(0, -start), min(extent, imageExtent - start))
        let taps = (0..<destination).map { position in
            switch interpolation {
            case .bilinear: bilinearTaps(axis, position, extent: extent, destination: destination)
            case .area where extent > destination:
                areaTaps(position, extent: extent, destination: destination, inside: inside)
            case .area: enlargingAreaTaps(axis, position, extent: extent, destination: destination)
            }
        }.map { taps in taps.filter { inside.contains($0.source) } }

        count = max(1, taps.lazy.map(\.count).max() ?? 1)
        var offsets = [Int](repeating: 0, count: destination * count)
        var weights = [Float](repeating: 0, count: destination * count)
        for (position, taps) in taps.enumerated() {
            for (index, tap) in taps.enumerated() {
                offsets[position * count + index] = start + tap.source
                weights[position * count + index] = tap.weight
            }
        }
        self.offsets = offsets
        self.weights = weights
    }
}

private typealias Tap = (source: Int, weight: Float)

enum ResamplingAxis {
    case columns
    case rows
}

/// Bilinear interpolation without antialiasing, as OpenCV 4.6 computes it (`INTER_LINEAR` on float32):
/// f = float32((d + 0.5) * extent / destination - 0.5), between floor(f) and the pixel after it, held at both ends.
private func bilinearTaps(_ axis: ResamplingAxis, _ position: Int, extent: Int, destination: Int) -> [Tap] {
    let center = Float((Double(position) + 0.5) * Double(extent) / Double(destination) - 0.5)
    let below = center.rounded(.down)
    return tapPair(axis, below: Int(below), center - below, extent: extent)
}

/// A pixel and the one after it. At the ends both are the same: along columns OpenCV takes that pixel once,
/// along rows as the sum of its two weighted parts, which may round differently.
private func tapPair(_ axis: ResamplingAxis, below: Int, _ weight: Float, extent: Int) -> [Tap] {
    let first = min(max(below, 0), extent - 1)
    let second = min(max(below + 1, 0), extent - 1)
    if first == second, axis == .columns { return [(first, 1)] }
    return [(first, 1 - weight), (second, weight)]
}

/// The mean over the part of the source that the destination pixel covers (OpenCV's `INTER_AREA`, shrinking).
///
/// - Parameter inside: The source pixels that the image has; others are left out.
private func areaTaps(_ position: Int, extent: Int, destination: Int, inside: Range<Int>) -> [Tap] {
    let scale = Double(extent) / Double(destination)
    let begin = Double(position) * scale
    let end = begin + scale
    let covered = min(scale, Double(extent) - begin)
    let firstWhole = Int(begin.rounded(.up))
    let endWhole = min(Int(end), extent - 1)
    // What a pixel contributes less of than this is rounding of the boundary, not coverage.
    let negligible = 1e-3

    var taps: [Tap] = []
    if Double(firstWhole) - begin > negligible {
        taps.append((firstWhole - 1, Float((Double(firstWhole) - begin) / covered)))
    }
    for source in (firstWhole..<max(firstWhole, endWhole)).clamped(to: inside) {
        taps.append((source, Float(1 / covered)))
    }
    if end - Double(endWhole) > negligible {
        taps.append((endWhole, Float(min(min(end - Double(endWhole), 1), covered) / covered)))
    }
    return taps
}

/// OpenCV's `INTER_AREA` where nothing shrinks: each source pixel keeps its area, and only pixels on the border
/// between two are mixed.
private func enlargingAreaTaps(_ axis: ResamplingAxis, _ position: Int, extent: Int, destination: Int) -> [Tap] {
    let scale = Double(extent) / Double(destination)
    let below = Int(Double(position) * scale)
    let weight = Float(Double(position + 1) - Double(below + 1) / scale)
    return tapPair(axis, below: below, weight <= 0 ? 0 : weight - weight.rounded(.down), extent: extent)
}
