/// A box in pixels of the frame: left, top, width and height.
public struct BoundingBox: Hashable, Sendable, Codable {
    public var x: Float
    public var y: Float
    public var width: Float
    public var height: Float

    public init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    package init(_ box: PixelBox) {
        self.init(x: Float(box.x), y: Float(box.y), width: Float(box.width), height: Float(box.height))
    }
}

/// A box of whole pixels.
package struct PixelBox: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// Each of the four values rounded separately, as converting OpenCV's `Rect_<float>` to `Rect` does: half to even.
    package init(rounding box: BoundingBox) {
        self.init(box, .toNearestOrEven)
    }

    /// Each of the four values truncated toward zero.
    package init(truncating box: BoundingBox) {
        self.init(box, .towardZero)
    }

    private init(_ box: BoundingBox, _ rule: FloatingPointRoundingRule) {
        x = Int(saturating: box.x.rounded(rule))
        y = Int(saturating: box.y.rounded(rule))
        width = Int(saturating: box.width.rounded(rule))
        height = Int(saturating: box.height.rounded(rule))
    }
}

extension Int {
    /// A whole number, clamped to ±2^30 so that no network output makes the product of two overflow.
    package init(saturating value: Float) {
        let limit: Float = 0x1p30
        self = Int(Float.maximum(-limit, Float.minimum(limit, value)))
    }
}

/// A point in pixels of the frame.
public struct Point: Hashable, Sendable, Codable {
    public var x: Float
    public var y: Float

    public init(x: Float, y: Float) {
        self.x = x
        self.y = y
    }
}
