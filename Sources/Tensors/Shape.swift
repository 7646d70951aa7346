/// The extents of a tensor, outermost first; row-major.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// One extent per axis, each at least 0; none for a scalar.
    public let dimensions: [Int]

    /// The number of elements: the product of the extents, 1 for a scalar.
    public let count: Int

    /// A shape from extents known to be valid.
    ///
    /// - Precondition: no extent is negative and the product does not overflow. Extents from a file go through
    ///   ``init(checking:)``.
    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "negative extent in \(dimensions)")
        self.dimensions = dimensions
        self.count = dimensions.reduce(1, *)
    }

    public init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    /// A shape from unchecked extents.
    ///
    /// - Throws: ``TensorError/badShape(_:reason:)`` for a negative extent, or for more than ``maximumCount`` elements;
    ///   extents of 0 are ignored in this count, because ``strides`` needs the product of the others.
    public init(checking dimensions: [Int]) throws(TensorError) {
        var product = 1
        for extent in dimensions {
            guard extent >= 0 else {
                throw .badShape(dimensions, reason: "extent \(extent) is negative")
            }
            let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflow, next <= Shape.maximumCount else {
                throw .badShape(dimensions, reason: "more than \(Shape.maximumCount) elements")
            }
            product = next
        }
        self.dimensions = dimensions
        self.count = dimensions.contains(0) ? 0 : product
    }

    /// The most elements that a tensor from outside may have: 2^31, which is 8 GiB of float32.
    public static let maximumCount = 1 << 31

    public var rank: Int { dimensions.count }

    public subscript(axis: Int) -> Int { dimensions[axis] }

    /// The distance of neighbours along each axis, in elements, in row-major order.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// The index along each axis of the element at a row-major position.
    public func index(at position: Int) -> [Int] {
        var rest = position
        return strides.map { stride in
            defer { rest %= stride }
            return rest / stride
        }
    }

    /// `axis` counted from the front; negative axes count from the end, as in ONNX.
    ///
    /// - Returns: nil if there is no such axis.
    public func axis(_ axis: Int) -> Int? {
        let counted = axis < 0 ? axis + rank : axis
        return dimensions.indices.contains(counted) ? counted : nil
    }
}

extension Shape: CustomStringConvertible {
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
