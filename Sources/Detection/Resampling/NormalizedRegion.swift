import Engines
import Tensors
import VectorKernels

extension DecodedImage {
    /// Regions of the image, each resampled and normalised to (value - 127.5) / 128, as the networks see them.
    ///
    /// The columns are summed first, then the rows, each in float32 without fused operations and in the order of the
    /// taps, so that the bits equal those of OpenCV 4.6's `resize` of a float32 image.
    ///
    /// - Parameter regions: The regions to resample; pixels outside the image are 0 before normalisation.
    /// - Returns: [regions, height, width, 3].
    func normalized(
        _ regions: [PixelBox], width: Int, height: Int, _ resampling: ImageResampling, level: KernelLevel = .best
    ) -> Tensor<Float> {
        let shape: Shape = [regions.count, height, width, 3]
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            for (index, region) in regions.enumerated() {
                let first = base + index * shape.strides[0]
                writeNormalized(
                    region, width: width, height: height, resampling, level: level, to: first)
                if resampling.isMirrored { mirrorRows(of: first, width: width, height: height) }
            }
            initialized = shape.count
        }
        return Tensor(shape, elements)
    }

    private func writeNormalized(
        _ region: PixelBox, width: Int, height: Int, _ resampling: ImageResampling, level: KernelLevel,
        to destination: UnsafeMutablePointer<Float>
    ) {
        guard region.width > 0, region.height > 0 else {
            destination.initialize(
                repeating: resampling.isGreyBeyond ? 0 : normalizedValue(0), count: width * height * 3)
            return
        }
        // As in OpenCV, an area is a mean if both axes shrink, else a mixture of neighbours.
        let shrinks = region.width >= width && region.height >= height
        // For bytes, the mean of two by two is computed in integers, as between neighbours.
        let isHalved = region.width == 2 * width && region.height == 2 * height
        let method =
            resampling.method == .area && resampling.pixels == .bytes && isHalved ? .bilinear : resampling.method
        func taps(_ axis: ResamplingAxis, _ start: Int, _ extent: Int, of image: Int, to count: Int) -> ResamplingTaps {
            ResamplingTaps(
                axis, start: start, extent: extent, imageExtent: image, destination: count,
                method: method, shrinks: shrinks)
        }
        let columns = taps(.columns, region.x, region.width, of: self.width, to: width)
        let rows = taps(.rows, region.y, region.height, of: self.height, to: height)
        let mixesNeighbours = method == .bilinear || (method == .area && !shrinks)
        if resampling.pixels == .bytes, mixesNeighbours {
            writeInFixedPoint(rows: rows, columns: columns, channelOrder: resampling.channelOrder, to: destination)
            if resampling.isGreyBeyond { addGrey(at: destination, rows: rows, columns: columns) }
            return
        }
        pixels.withUnsafeBufferPointer { pixels in
            rows.withKernelAxis(pixelCount: height) { rows in
                columns.withKernelAxis(pixelCount: width) { columns in
                    var kernel = vk_resampling(
                        source: pixels.baseAddress, source_rows: self.height, source_columns: self.width, rows: rows,
                        columns: columns,
                        rounds_to_integers: resampling.pixels == .bytes && method != .adaptiveMean,
                        reverses_channels: resampling.channelOrder == .bgr, results: destination)
                    vk_resample(level.kernelLevel, &kernel)
                }
            }
        }
        if method == .adaptiveMean {
            divideSums(at: destination, rows: rows, columns: columns, toBytes: resampling.pixels == .bytes)
        }
        if resampling.isGreyBeyond { addGrey(at: destination, rows: rows, columns: columns) }
    }

    /// Adds what pixels of 127.5 beyond the image contribute.
    private func addGrey(at destination: UnsafeMutablePointer<Float>, rows: ResamplingTaps, columns: ResamplingTaps) {
        let (inRow, inColumn) = (rows.sharesInside, columns.sharesInside)
        for y in 0..<inRow.count {
            for x in 0..<inColumn.count {
                let share = inRow[y] * inColumn[x]
                guard share < 1 else { continue }
                let grey = (1 - share) * 127.5 * 0.0078125
                for position in (y * inColumn.count + x) * 3..<(y * inColumn.count + x) * 3 + 3 {
                    destination[position] += grey
                }
            }
        }
    }

    /// Divides sums by their numbers of rows and of columns, one after the other, as PyTorch does.
    private func divideSums(
        at destination: UnsafeMutablePointer<Float>, rows: ResamplingTaps, columns: ResamplingTaps, toBytes: Bool
    ) {
        let (rows, columns) = (rows.extents.map { Float($0) }, columns.extents.map { Float($0) })
        for y in 0..<rows.count {
            for x in 0..<columns.count {
                let (rowCount, columnCount) = (rows[y], columns[x])
                for position in (y * columns.count + x) * 3..<(y * columns.count + x) * 3 + 3 {
                    // The kernel has already normalised the sum, exactly for whole numbers.
                    let sum = destination[position] * 128 + 127.5
                    let mean = sum / rowCount / columnCount
                    destination[position] = normalizedValue(toBytes ? mean.rounded(.toNearestOrEven) : mean)
                }
            }
        }
    }

    private func mirrorRows(of image: UnsafeMutablePointer<Float>, width: Int, height: Int) {
        for y in 0..<height {
            for x in 0..<width / 2 {
                for channel in 0..<3 {
                    let (left, right) = ((y * width + x) * 3 + channel, (y * width + width - 1 - x) * 3 + channel)
                    (image[left], image[right]) = (image[right], image[left])
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

/// A pixel value from 0...255 in the networks' training range.
func normalizedValue(_ value: Float) -> Float {
    (value - 127.5) * 0.0078125
}
