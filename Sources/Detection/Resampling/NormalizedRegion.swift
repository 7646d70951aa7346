import Engines
import Tensors
import VectorKernels

extension DecodedImage {
    /// Regions of the image, each resampled and normalised to (value - 127.5) / 128, as the networks see it.
    ///
    /// The columns are summed first, then the rows, each in float32 without fused operations and in the order of
    /// the taps, so that the result has the bits of OpenCV 4.6's `resize` of a float32 image.
    ///
    /// - Parameter regions: What is resampled; what lies outside the image is 0 before normalisation.
    /// - Returns: [regions, height, width, 3].
    func normalized(
        _ regions: [PixelBox], width: Int, height: Int, rules: CascadeRules, level: KernelLevel = .best
    ) -> Tensor<Float> {
        let shape: Shape = [regions.count, height, width, 3]
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            for (index, region) in regions.enumerated() {
                writeNormalized(
                    region, width: width, height: height, rules: rules, level: level,
                    to: base + index * shape.strides[0])
            }
            initialized = shape.count
        }
        return Tensor(shape, elements)
    }

    private func writeNormalized(
        _ region: PixelBox, width: Int, height: Int, rules: CascadeRules, level: KernelLevel,
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
            rows.withKernelAxis(pixelCount: height) { rows in
                columns.withKernelAxis(pixelCount: width) { columns in
                    var resampling = vk_resampling(
                        source: pixels.baseAddress, source_rows: self.height, source_columns: self.width, rows: rows,
                        columns: columns, rounds_to_integers: rules.resampledPixels == .roundedToBytes,
                        reverses_channels: rules.channelOrder == .bgr, results: destination)
                    vk_resample(level.kernelLevel, &resampling)
                }
            }
        }
    }
}

extension ResamplingTaps {
    fileprivate func withKernelAxis(pixelCount: Int, _ body: (vk_resampled_axis) -> Void) {
        offsets.withUnsafeBufferPointer { offsets in
            weights.withUnsafeBufferPointer { weights in
                body(
                    vk_resampled_axis(
                        pixel_count: pixelCount, tap_count: count, offsets: offsets.baseAddress,
                        weights: weights.baseAddress))
            }
        }
    }
}

/// A pixel value from 0...255 as the networks were trained on it.
private func normalizedValue(_ value: Float) -> Float {
    (value - 127.5) * 0.0078125
}
