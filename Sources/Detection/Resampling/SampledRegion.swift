import Tensors

extension DecodedImage {
    /// The image sampled bilinearly from corner to corner of boxes, and normalised to (value - 127.5) / 128, as
    /// TensorFlow's `crop_and_resize` does for a normalised image and boxes divided by its extents.
    ///
    /// In float32, point i of n along an extent of E pixels lies at b (E - 1) + i (e - b) (E - 1) / (n - 1), where b
    /// and e are the box's corners divided by E. Points before the first or after the last pixel are outside.
    ///
    /// - Returns: [boxes, height, width, 3].
    func sampled(_ boxes: [BoundingBox], width: Int, height: Int, _ resampling: ImageResampling) -> Tensor<Float> {
        let shape: Shape = [boxes.count, height, width, 3]
        let outside = resampling.isGreyBeyond ? 0 : normalizedValue(0)
        var elements: [Float] = []
        elements.reserveCapacity(shape.count)
        for box in boxes {
            let rows = places(from: box.y, extent: box.height, of: self.height, count: height)
            let columns = places(from: box.x, extent: box.width, of: self.width, count: width)
            for row in rows {
                for position in columns.indices {
                    let column = columns[resampling.isMirrored ? width - 1 - position : position]
                    for channel in 0..<3 {
                        guard let row, let column else {
                            elements.append(outside)
                            continue
                        }
                        let source = resampling.channelOrder == .rgb ? channel : 2 - channel
                        elements.append(sample(row, column, channel: source, toBytes: resampling.pixels == .bytes))
                    }
                }
            }
        }
        return Tensor(shape, elements)
    }

    /// The two pixels around a point, and its fraction of the way between them.
    private struct Place {
        let first: Int
        let second: Int
        let fraction: Float
    }

    private func places(from start: Float, extent: Float, of imageExtent: Int, count: Int) -> [Place?] {
        let begin = Float(Double(start) / Double(imageExtent))
        let end = Float(Double(start + extent) / Double(imageExtent))
        let last = Float(imageExtent - 1)
        let step = count > 1 ? (end - begin) * last / Float(count - 1) : 0
        return (0..<count).map { position in
            let point = count > 1 ? begin * last + Float(position) * step : 0.5 * (begin + end) * last
            guard point >= 0, point <= last else { return nil }
            let below = point.rounded(.down)
            return Place(first: Int(below), second: Int(point.rounded(.up)), fraction: point - below)
        }
    }

    private func sample(_ row: Place, _ column: Place, channel: Int, toBytes: Bool) -> Float {
        func value(_ y: Int, _ x: Int) -> Float { normalizedValue(Float(pixels[(y * width + x) * 3 + channel])) }
        func between(_ first: Float, _ second: Float, _ fraction: Float) -> Float {
            first + (second - first) * fraction
        }
        let upper = between(value(row.first, column.first), value(row.first, column.second), column.fraction)
        let lower = between(value(row.second, column.first), value(row.second, column.second), column.fraction)
        let value = between(upper, lower, row.fraction)
        return toBytes ? normalizedValue((value * 128 + 127.5).rounded(.toNearestOrEven)) : value
    }
}
