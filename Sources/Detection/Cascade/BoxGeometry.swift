extension BoundingBox {
    /// The box with its sides moved as a network says.
    ///
    /// The box is rounded to whole pixels first, and each side moves by its fraction of the rounded extent.
    ///
    /// - Parameter growth: What the extent gains before: 1 for the output network, whose boxes are taken to
    ///   include their last pixel.
    func corrected(by regression: BoxRegression, growth: Int) -> BoundingBox {
        let box = PixelBox(rounding: self)
        let width = box.width + growth
        let height = box.height + growth
        let left = Float(box.x) + regression.left * Float(width)
        let top = Float(box.y) + regression.top * Float(height)
        let right = Float(box.x + width) + regression.right * Float(width)
        let bottom = Float(box.y + height) + regression.bottom * Float(height)
        return BoundingBox(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The square of the longer side around the same centre.
    public var square: BoundingBox {
        let side = max(width, height)
        return BoundingBox(x: x + 0.5 * (width - side), y: y + 0.5 * (height - side), width: side, height: side)
    }

    /// The same, as a rule has it.
    func squared(_ rule: CascadeRules.Squares) -> BoundingBox {
        switch rule {
        case .truncated: return BoundingBox(PixelBox(truncating: square))
        case .float: return square
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
        let box = PixelBox(truncating: self)
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

extension PixelBox {
    /// The part that lies within an image; without width or height where there is none.
    func clipped(width imageWidth: Int, height imageHeight: Int) -> PixelBox {
        let left = max(0, x)
        let top = max(0, y)
        return PixelBox(
            x: left, y: top, width: min(imageWidth, x + width) - left, height: min(imageHeight, y + height) - top)
    }
}
