import Tensors

/// Along one axis, the source pixels whose weighted sum gives each destination pixel.
///
/// Every destination pixel has the same number of taps. Pixels outside the image count as 0, so their taps have weight
/// 0 and offset 0.
struct ResamplingTaps {
    let count: Int

    /// `count` positions along the image's axis per destination pixel, in rising order.
    private(set) var offsets: [Int]

    /// `count` weights per destination pixel.
    private(set) var weights: [Float]

    /// For a mean, how many source pixels each destination pixel averages; empty for other methods.
    private(set) var extents: [Int] = []

    /// - Parameters:
    ///   - start: Where the resampled region begins along the image's axis; may lie outside the image.
    ///   - extent: The region's number of pixels, at least 1.
    ///   - imageExtent: The image's number of pixels along the axis.
    ///   - destination: How many pixels the region is resampled to.
    ///   - shrinks: Whether no axis of the region is enlarged.
    init(
        _ axis: ResamplingAxis, start: Int, extent: Int, imageExtent: Int, destination: Int,
        method: CascadeRules.Resampling, shrinks: Bool
    ) {
        let inside = max(0, -start)..<max(max(0, -start), min(extent, imageExtent - start))
        if method == .adaptiveMean {
            let windows = (0..<destination).map { position in
                let end = [(position + 1).saturatingProduct(extent), destination - 1].saturatingSum / destination
                return position.saturatingProduct(extent) / destination..<end
            }
            // A region may be far larger than the image: pixels outside it are not summed.
            let summed = windows.map { $0.clamped(to: inside) }
            self.init(count: max(1, summed.lazy.map(\.count).max() ?? 1), destination: destination)
            for position in 0..<destination {
                let first = position * count - summed[position].lowerBound
                for source in summed[position] { put((source, 1), at: first + source, start, inside) }
            }
            extents = windows.map(\.count)
        } else if method == .area, shrinks {
            let taps = (0..<destination).map { position in
                areaTaps(position, extent: extent, destination: destination, inside: inside)
            }
            self.init(count: max(1, taps.lazy.map(\.count).max() ?? 1), destination: destination)
            for position in 0..<destination {
                let own = taps[position]
                for index in 0..<own.count { put(own[index], at: position * count + index, start, inside) }
            }
        } else {
            self.init(count: 2, destination: destination)
            for position in 0..<destination {
                let (below, weight) =
                    method == .bilinear
                    ? bilinearPlace(position, extent: extent, destination: destination)
                    : enlargingAreaPlace(position, extent: extent, destination: destination)
                let (first, second) = tapPair(axis, below: below, weight, extent: extent)
                put(first, at: position * 2, start, inside)
                put(second, at: position * 2 + 1, start, inside)
            }
        }
    }

    /// For each destination pixel, the part of it inside the image, as a fraction of 1.
    var sharesInside: [Float] {
        (0..<offsets.count / count).map { position in
            let sum = weights[position * count..<(position + 1) * count].reduce(0, +)
            let share = extents.isEmpty ? sum : sum / Float(extents[position])
            // The weights of a whole pixel may sum to a little less.
            return share > 0.9999 ? 1 : share
        }
    }

    private init(count: Int, destination: Int) {
        self.count = count
        offsets = [Int](repeating: 0, count: destination * count)
        weights = [Float](repeating: 0, count: destination * count)
    }

    private mutating func put(_ tap: Tap, at index: Int, _ start: Int, _ inside: Range<Int>) {
        guard inside.contains(tap.source) else { return }
        offsets[index] = start + tap.source
        weights[index] = tap.weight
    }
}

private typealias Tap = (source: Int, weight: Float)

enum ResamplingAxis {
    case columns
    case rows
}

/// Bilinear interpolation without antialiasing, as OpenCV 4.6 computes it (`INTER_LINEAR` on float32): f = float32((d +
/// 0.5) * extent / destination - 0.5), between floor(f) and the next pixel, clamped at both ends.
private func bilinearPlace(_ position: Int, extent: Int, destination: Int) -> (below: Int, weight: Float) {
    let center = Float((Double(position) + 0.5) * Double(extent) / Double(destination) - 0.5)
    let below = center.rounded(.down)
    return (Int(below), center - below)
}

/// A pixel and the next one. At the ends both are the same: along columns OpenCV uses that pixel once, along rows as
/// the sum of its two weighted parts, which may round differently.
private func tapPair(_ axis: ResamplingAxis, below: Int, _ weight: Float, extent: Int) -> (Tap, Tap) {
    let first = min(max(below, 0), extent - 1)
    let second = min(max(below + 1, 0), extent - 1)
    if first == second, axis == .columns { return ((first, 1), (first, 0)) }
    return ((first, 1 - weight), (second, weight))
}

/// The mean over the part of the source that the destination pixel covers (OpenCV's `INTER_AREA`, shrinking).
///
/// - Parameter inside: The source pixels in the image; others are omitted.
private func areaTaps(_ position: Int, extent: Int, destination: Int, inside: Range<Int>) -> [Tap] {
    let scale = Double(extent) / Double(destination)
    let begin = Double(position) * scale
    let end = begin + scale
    let covered = min(scale, Double(extent) - begin)
    let firstWhole = Int(begin.rounded(.up))
    let endWhole = min(Int(end), extent - 1)
    // Contributions below this come from rounding of the boundary, not from coverage.
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

/// OpenCV's `INTER_AREA` if nothing shrinks: each source pixel keeps its area, and only pixels on the border between
/// two are mixed.
private func enlargingAreaPlace(_ position: Int, extent: Int, destination: Int) -> (below: Int, weight: Float) {
    // Divided twice, as in OpenCV, which decides whether a product is whole.
    let scale = 1 / (Double(destination) / Double(extent))
    let below = Int(Double(position) * scale)
    let weight = Float(Double(position + 1) - Double(below + 1) / scale)
    return (below, weight <= 0 ? 0 : weight - weight.rounded(.down))
}
