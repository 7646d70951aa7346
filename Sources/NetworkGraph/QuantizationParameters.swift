import Tensors

/// The range of integers of a quantised tensor.
public struct IntegerRange: Sendable, Equatable {
    @usableFromInline
    package let least: Int
    @usableFromInline
    package let most: Int

    public static let uint8 = IntegerRange(bits: 8, isSigned: false)

    public init(bits: Int, isSigned: Bool) {
        least = isSigned ? -(1 << (bits - 1)) : 0
        most = isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1
    }

    /// The integer nearest to a number (ties to even) plus a zero point, saturated at the limits; for NaN, the zero
    /// point.
    @inlinable
    package func quantized(_ number: Double, zeroPoint: Int) -> Int {
        guard !number.isNaN else { return zeroPoint }
        let reach = Double(most - least)
        let steps = Int(min(max(number.rounded(.toNearestOrEven), -reach), reach))
        return min(max(steps + zeroPoint, least), most)
    }
}

/// Which elements of a tensor share a scale and a zero point: all, those with one index along an axis, or those of one
/// block along it.
public struct QuantizationGroups: Sendable, Equatable {
    package var axis: Int
    /// How many elements along the axis share a scale; 0 if scales are not in blocks.
    package var block: Int

    public init(axis: Int = 1, block: Int = 0) {
        self.axis = axis
        self.block = block
    }

    /// - Throws: ``OperatorError`` if scales do not fit a tensor, or if zero points do not have the scales' shape.
    func check(scales: Shape, zeroPoints: Shape?, of x: Shape) throws(OperatorError) {
        if let zeroPoints, zeroPoints.count != scales.count {
            throw OperatorError("has zero points \(zeroPoints) for scales \(scales)")
        }
        if block > 0 {
            let axis = try x.checkedAxis(axis)
            var expected = x.dimensions
            expected[axis] = x[axis] / block + (x[axis] % block == 0 ? 0 : 1)
            guard scales.dimensions == expected else {
                throw OperatorError("has scales \(scales) for \(x) in blocks of \(block) along axis \(axis)")
            }
        } else if scales.count != 1 {
            let axis = try x.checkedAxis(axis)
            guard scales == [x[axis]] else { throw OperatorError("has scales \(scales) for \(x) along axis \(axis)") }
        }
    }

    /// For each element of a tensor, row-major, the position of its scale.
    package func positions(in x: Shape, scaleCount: Int) -> [Int] {
        guard block > 0 || scaleCount != 1, let axis = x.axis(axis) else {
            return [Int](repeating: 0, count: x.count)
        }
        let inner = x.dimensions[(axis + 1)...].reduce(1, *)
        let (extent, step) = (x[axis], max(block, 1))
        let perOuter = block > 0 ? (extent + step - 1) / step * inner : 0
        var positions = [Int]()
        positions.reserveCapacity(x.count)
        for outer in 0..<x.dimensions[..<axis].reduce(1, *) {
            for index in 0..<extent {
                let first = block > 0 ? outer * perOuter + index / step * inner : index
                for element in 0..<inner { positions.append(block > 0 ? first + element : first) }
            }
        }
        return positions
    }
}

extension [TensorType?] {
    /// The scales and zero points that follow a tensor in the inputs.
    func checkScales(_ groups: QuantizationGroups, of x: Shape) throws(OperatorError) {
        try groups.check(
            scales: required(1, "scale").shape, zeroPoints: optional(2, "zero point", .integer)?.shape, of: x)
    }

    /// A single scale or zero point for a whole tensor.
    func checkSingle(_ position: Int, _ role: String, _ kind: TensorType.Kind) throws(OperatorError) {
        let shape = try required(position, role, kind).shape
        guard shape.count == 1 else { throw OperatorError("has a \(role) \(shape), where one number is needed") }
    }
}
