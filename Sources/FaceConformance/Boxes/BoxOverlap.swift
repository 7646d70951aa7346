import Conformance
import Detection

extension BoundingBox {
    /// The area that both boxes cover over the area that either covers: 1 for equal boxes, 0 for boxes apart.
    ///
    /// In float64, so that boxes with neighbouring float32 coordinates still differ. A box without area overlaps with
    /// nothing.
    public func intersectionOverUnion(with other: BoundingBox) -> Double {
        func overlap(_ start: Float, _ extent: Float, _ otherStart: Float, _ otherExtent: Float) -> Double {
            min(Double(start) + Double(extent), Double(otherStart) + Double(otherExtent))
                - max(Double(start), Double(otherStart))
        }
        let across = overlap(x, width, other.x, other.width)
        let down = overlap(y, height, other.y, other.height)
        guard across > 0, down > 0 else { return 0 }
        let intersection = across * down
        return intersection / (area + other.area - intersection)
    }

    private var area: Double { Double(width) * Double(height) }

    /// The largest difference of x, y, width and height, in pixels.
    package func largestDifference(from other: BoundingBox) -> Double {
        max(
            abs(Double(x) - Double(other.x)), abs(Double(y) - Double(other.y)),
            abs(Double(width) - Double(other.width)), abs(Double(height) - Double(other.height)))
    }
}
