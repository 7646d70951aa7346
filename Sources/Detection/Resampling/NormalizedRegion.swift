import Tensors

extension DecodedImage {
    /// Regions of the image, each resampled and normalised to (value - 127.5) / 128, as the networks see it.
    ///
    /// The columns are summed first, then the rows, each in float32 without fused operations and in the order of
    /// the taps, so that the result has the bits of OpenCV 4.6's `resize` of a float32 image.
    ///
    /// - Parameter regions: What is resampled; what lies outside the image is 0 before normalisation.
    /// - Returns: [regions, height, width, 3].
    func normalized(_ regions: [PixelBox], width: Int, height: Int, rules: CascadeRules) -> Tensor<Float> {
        let shape: Shape = [regions.count, height, width, 3]
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            for (index, region) in regions.enumerated() {
                writeNormalized(
                    region, width: width, height: height, rules: rules, to: base + index * shape.strides[0])
            }
            initialized = shape.count
        }
        return Tensor(shape, elements)
    }

    private func writeNormalized(
        _ region: PixelBox, width: Int, height: Int, rules: CascadeRules,
        to destination: UnsafeMutablePointer<Float>
    ) {
        guard region.width > 0, region.height > 0 else {
            destination.initialize(repeating: normalizedValue(0), count: width * height * 3)
            return
        }
        let columns = ResamplingTaps(
            .columns, start: region.x, extent: region.width, imageExtent: self.width, destination: width,
            interpolation: rules.interpolation)
        let rows = ResamplingTaps(
            .rows, start: region.y, extent: region.height, imageExtent: self.height, destination: height,
            interpolation: rules.interpolation)
        pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            for y in 0..<height {
                let taps = (y * rows.count)..<((y + 1) * rows.count)
                writeNormalizedRow(
                    sources: rows.offsets[taps].map { base + $0 * self.width * 3 },
                    rowWeights: Array(rows.weights[taps]), columns: columns, width: width,
                    channels: rules.channelOrder == .rgb ? (0, 1, 2) : (2, 1, 0),
                    roundsToBytes: rules.resampledPixels == .roundedToBytes,
                    to: destination + y * width * 3)
            }
        }
    }
}

/// One row of the destination, from the rows of the image that it is a weighted sum of.
private func writeNormalizedRow(
    sources: [UnsafePointer<UInt8>], rowWeights: [Float], columns: ResamplingTaps, width: Int,
    channels: (Int, Int, Int), roundsToBytes: Bool, to destination: UnsafeMutablePointer<Float>
) {
    columns.offsets.withUnsafeBufferPointer { offsets in
        columns.weights.withUnsafeBufferPointer { weights in
            for x in 0..<width {
                var sum = (r: Float(0), g: Float(0), b: Float(0))
                for row in 0..<sources.count {
                    let source = sources[row]
                    var rowSum = (r: Float(0), g: Float(0), b: Float(0))
                    for tap in (x * columns.count)..<((x + 1) * columns.count) {
                        let pixel = source + offsets[tap] * 3
                        let weight = weights[tap]
                        rowSum.r += Float(pixel[0]) * weight
                        rowSum.g += Float(pixel[1]) * weight
                        rowSum.b += Float(pixel[2]) * weight
                    }
                    sum.r += rowSum.r * rowWeights[row]
                    sum.g += rowSum.g * rowWeights[row]
                    sum.b += rowSum.b * rowWeights[row]
                }
                if roundsToBytes {
                    sum = (sum.r.rounded(), sum.g.rounded(), sum.b.rounded())
                }
                let pixel = destination + x * 3
                pixel[channels.0] = normalizedValue(sum.r)
                pixel[channels.1] = normalizedValue(sum.g)
                pixel[channels.2] = normalizedValue(sum.b)
            }
        }
    }
}

/// A pixel value from 0...255 as the networks were trained on it.
private func normalizedValue(_ value: Float) -> Float {
    (value - 127.5) * 0.0078125
}
