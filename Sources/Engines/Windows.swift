import NetworkGraph
import Tensors

/// A sliding window laid over the spatial axes of a padded tensor [N, C, spatial...], as offsets into its planes.
struct WindowOffsets {
    /// Extents of one padded plane.
    let paddedExtents: [Int]
    /// Where the window starts, for each output position.
    let positions: [Int]
    /// The offset of each kernel position from there.
    let taps: [Int]

    var planeCount: Int { paddedExtents.reduce(1, *) }

    init(_ axes: [SlidingWindow.Axis]) {
        paddedExtents = axes.map(\.paddedExtent)
        let strides = Shape(paddedExtents).strides
        positions = Array(
            StridedPositions(
                extents: axes.map(\.outputExtent), strides: zip(axes, strides).map { $0.stride * $1 }))
        taps = Array(
            StridedPositions(extents: axes.map(\.kernel), strides: zip(axes, strides).map { $0.dilation * $1 }))
    }
}

extension Tensor {
    /// The tensor [N, C, spatial...] with `padding` around its planes, as far as the window reaches.
    func padded(_ axes: [SlidingWindow.Axis], to extents: [Int], with padding: Element) -> [Element] {
        let own = Array(shape.dimensions.dropFirst(2))
        guard own != extents else { return elements }
        let planes = shape[0] * shape[1]
        let plane = extents.reduce(1, *)
        let strides = Shape(extents).strides
        let origin = zip(axes, strides).map { $0.paddingBefore * $1 }.reduce(0, +)
        let rowLength = own.last ?? 1
        var result = [Element](repeating: padding, count: planes * plane)
        let rows = Array(StridedPositions(extents: own.dropLast(), strides: strides.dropLast()))
        result.withUnsafeMutableBufferPointer { result in
            elements.withUnsafeBufferPointer { elements in
                var source = 0
                for index in 0..<planes {
                    for row in rows {
                        let target = index * plane + origin + row
                        for place in 0..<rowLength { result[target + place] = elements[source + place] }
                        source += rowLength
                    }
                }
            }
        }
        return result
    }
}
