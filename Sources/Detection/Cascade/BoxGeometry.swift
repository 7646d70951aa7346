extension BoundingBox {
    /// The box with its sides moved by a network's regression, each by its fraction of the extent.
    ///
    /// - Parameters:
    ///   - boxes: Whether the box is rounded to whole pixels first.
    ///   - growth: Added to the extent before it is multiplied: 1 if boxes include their last pixel.
    ///   - farEdge: Added to the extent for the far edges.
    func corrected(
        by regression: BoxRegression, _ boxes: CascadeRules.CorrectedBoxes, growth: Int, farEdge: Int
    ) -> BoundingBox {
        let box = boxes == .rounded ? BoundingBox(PixelBox(rounding: self)) : self
        let width = box.width + Float(growth)
        let height = box.height + Float(growth)
        let left = box.x + regression.left * width
        let top = box.y + regression.top * height
        let right = box.x + (box.width + Float(farEdge)) + regression.right * width
        let bottom = box.y + (box.height + Float(farEdge)) + regression.bottom * height
        return BoundingBox(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The square with the longer side's length and the same centre.
    public var square: BoundingBox {
        let side = max(width, height)
        return BoundingBox(x: x + 0.5 * (width - side), y: y + 0.5 * (height - side), width: side, height: side)
    }

    /// The same, according to a rule.
    func squared(_ rule: CascadeRules.Squares) -> BoundingBox {
        exactSquare(rule).inWholePixels(rule)
    }

    /// The same with one side of the exact square moved; if the square is truncated to x, y and side, the side grows.
    func squared(_ rule: CascadeRules.Squares, moving side: BoxSide, by step: Float) -> BoundingBox {
        var box = exactSquare(rule)
        switch (side, rule) {
        case (.left, .sideTruncated): box.x += step
        case (.top, .sideTruncated): box.y += step
        case (.left, _): (box.x, box.width) = (box.x + step, box.width - step)
        case (.top, _): (box.y, box.height) = (box.y + step, box.height - step)
        case (.right, .sideTruncated), (.bottom, .sideTruncated):
            (box.width, box.height) = (box.width + step, box.height + step)
        case (.right, _): box.width += step
        case (.bottom, _): box.height += step
        }
        return box.inWholePixels(rule)
    }

    private func exactSquare(_ rule: CascadeRules.Squares) -> BoundingBox {
        guard rule == .cornersRounded else { return square }
        // The extents of boxes that include their last pixel, and the square's last pixel.
        var box = BoundingBox(x: x, y: y, width: width + 1, height: height + 1).square
        box.width -= 1
        box.height -= 1
        return box
    }

    private func inWholePixels(_ rule: CascadeRules.Squares) -> BoundingBox {
        switch rule {
        case .sideTruncated: BoundingBox(PixelBox(truncating: self))
        case .float: self
        case .cornersTruncated: withCorners { Float(Int(saturating: $0.rounded(.towardZero))) }
        case .cornersRounded: withCorners { Float(Int(saturating: $0.rounded(.toNearestOrEven))) }
        }
    }

    /// The box between its corners, with each coordinate transformed.
    private func withCorners(_ change: (Float) -> Float) -> BoundingBox {
        let (left, top) = (change(x), change(y))
        return BoundingBox(x: left, y: top, width: change(x + width) - left, height: change(y + height) - top)
    }

    /// The part between the first and the last pixel of an image.
    func clipped(width imageWidth: Int, height imageHeight: Int) -> BoundingBox {
        let (left, top) = (max(x, 0), max(y, 0))
        return BoundingBox(
            x: left, y: top, width: min(x + width, Float(imageWidth - 1)) - left,
            height: min(y + height, Float(imageHeight - 1)) - top)
    }

    /// With numbers written according to a rule.
    func written(_ rule: CascadeRules.WrittenNumbers) -> BoundingBox {
        switch rule {
        case .exact: return self
        case .rounded: return BoundingBox(PixelBox(rounding: self))
        case .cut:
            let (left, top) = (max(0, x.rounded(.towardZero)), max(0, y.rounded(.towardZero)))
            return BoundingBox(
                x: left, y: top, width: (x + width - left).rounded(.towardZero),
                height: (y + height - top).rounded(.towardZero))
        }
    }

    /// The last step of OpenFace's detector: from MTCNN's box to the one that its landmark models expect.
    ///
    /// Computed in float64 and rounded to float32, as in C++, whose constants are doubles.
    func calibrated() -> BoundingBox {
        let (x, y) = (Double(x), Double(y))
        let (width, height) = (Double(width), Double(height))
        return BoundingBox(
            x: Float(x - 0.0075 * width), y: Float(y + 0.2459 * height), width: Float(1.0323 * width),
            height: Float(0.7751 * height))
    }

    /// The pixels of the frame that a network sees of a box.
    func cropRegion(_ rule: CascadeRules.CropRegion) -> PixelBox {
        // The corners are truncated; for a box between whole pixels, so are the extents.
        let box = PixelBox(truncating: withCorners { Float(Int(saturating: $0.rounded(.towardZero))) })
        switch rule {
        case .fromOneBefore:
            return PixelBox(x: box.x - 1, y: box.y - 1, width: box.width + 1, height: box.height + 1)
        case .inclusive:
            return PixelBox(x: box.x, y: box.y, width: box.width + 1, height: box.height + 1)
        case .exclusive:
            return box
        }
    }
}

extension Point {
    /// With numbers written according to a rule.
    func written(_ rule: CascadeRules.WrittenNumbers) -> Point {
        switch rule {
        case .exact: self
        case .rounded: Point(x: x.rounded(.toNearestOrEven), y: y.rounded(.toNearestOrEven))
        case .cut: Point(x: x.rounded(.towardZero), y: y.rounded(.towardZero))
        }
    }
}

extension PixelBox {
    /// The part inside an image; without width or height if there is none.
    func clipped(width imageWidth: Int, height imageHeight: Int) -> PixelBox {
        let left = max(0, x)
        let top = max(0, y)
        return PixelBox(
            x: left, y: top, width: min(imageWidth, x + width) - left, height: min(imageHeight, y + height) - top)
    }
}
