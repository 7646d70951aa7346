extension DecodedImage {
    /// A region whose bytes are interpolated in integers, as OpenCV's `resize` does for 8-bit images.
    ///
    /// Weights are rounded to 1 / 2048. A row is s = sum of pixel * weight; a pixel (b0 (s0 >> 4) >> 16) +
    /// (b1 (s1 >> 4) >> 16), plus 2, >> 2, with the weights b of two rows.
    func writeInFixedPoint(
        rows: ResamplingTaps, columns: ResamplingTaps, channelOrder: CascadeRules.ChannelOrder,
        to destination: UnsafeMutablePointer<Float>
    ) {
        func fixed(_ weights: [Float]) -> [Int32] { weights.map { Int32(($0 * 2048).rounded(.toNearestOrEven)) } }
        let (rowWeights, columnWeights) = (fixed(rows.weights), fixed(columns.weights))
        let columnCount = columns.offsets.count / 2
        var sums: [Int: [Int32]] = [:]
        func row(_ y: Int) -> [Int32] {
            if let known = sums[y] { return known }
            let (pixels, offsets, weights) = (pixels, columns.offsets, columnWeights)
            let first = y * width * 3
            var row = [Int32](repeating: 0, count: columnCount * 3)
            for column in 0..<columnCount {
                let (left, right) = (offsets[2 * column], offsets[2 * column + 1])
                let (a, b) = (weights[2 * column], weights[2 * column + 1])
                for channel in 0..<3 {
                    let source = channelOrder == .rgb ? channel : 2 - channel
                    row[column * 3 + channel] =
                        Int32(pixels[first + left * 3 + source]) * a + Int32(pixels[first + right * 3 + source]) * b
                }
            }
            sums[y] = row
            return row
        }
        for y in 0..<rows.offsets.count / 2 {
            let (upper, lower) = (row(rows.offsets[2 * y]), row(rows.offsets[2 * y + 1]))
            let (a, b) = (rowWeights[2 * y], rowWeights[2 * y + 1])
            // Only the two rows being interpolated are still needed.
            if sums.count > 4 {
                sums = [rows.offsets[2 * y]: upper]
                sums[rows.offsets[2 * y + 1]] = lower
            }
            for position in 0..<columnCount * 3 {
                let value = ((a * (upper[position] >> 4)) >> 16 + (b * (lower[position] >> 4)) >> 16 + 2) >> 2
                destination[y * columnCount * 3 + position] = (Float(value) - 127.5) * 0.0078125
            }
        }
    }
}
