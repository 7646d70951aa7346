import Tensors

/// The largest or smallest numbers along an axis, in order, or their indices (the outputs of ONNX's TopK).
///
/// Inputs: x, how many as one integer. Of equal ones, the first comes first.
public struct TopK: Operator {
    public var name: String { "TopK" }
    package var axis: Int
    package var isLargest: Bool
    /// Whether to give the indices, instead of the numbers.
    package var givesPlaces: Bool

    public init(axis: Int = -1, isLargest: Bool = true, givesPlaces: Bool = false) {
        self.axis = axis
        self.isLargest = isLargest
        self.givesPlaces = givesPlaces
    }

    public func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] {
        let type = try inputs.requiredOfAnyKind(0, "input")
        let x = type.shape
        guard type.kind != .boolean else { throw OperatorError("takes no booleans") }
        let axis = try x.checkedAxis(axis)
        guard let counts = try inputs.knownIntegers(1, "number"), counts.count == 1, (0...x[axis]).contains(counts[0])
        else { throw OperatorError("takes one number of elements (input 1), at most the \(x[axis]) of axis \(axis)") }
        var dimensions = x.dimensions
        dimensions[axis] = counts[0]
        var result = TensorType(givesPlaces ? .integer : type.kind, Shape(dimensions))
        if type.kind == .integer, let integers = type.integers {
            result.integers = chosen(from: integers, x, axis: axis, count: counts[0]).map {
                givesPlaces ? $0.place : integers[$0.position]
            }
        }
        return [result]
    }

    /// The selected elements of [outer, along the axis, inner]: for each, its index along the axis and its position, in
    /// the output's order.
    package func chosen<Element: Comparable>(
        from elements: [Element], _ x: Shape, axis: Int, count: Int
    ) -> [(place: Int, position: Int)] {
        let inner = x.dimensions[(axis + 1)...].reduce(1, *)
        var chosen = [(place: Int, position: Int)]()
        for outer in 0..<x.dimensions[..<axis].reduce(1, *) {
            let lanes = (0..<inner).map { lane in
                let positions = (0..<x[axis]).map { (outer * x[axis] + $0) * inner + lane }
                let order = positions.indices.sorted { (one: Int, other: Int) -> Bool in
                    let (a, b) = (elements[positions[one]], elements[positions[other]])
                    if a == b { return one < other }
                    return isLargest ? a > b : a < b
                }
                return order.prefix(count).map { (place: $0, position: positions[$0]) }
            }
            for rank in 0..<count { chosen += lanes.map { $0[rank] } }
        }
        return chosen
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool {
        dependent.isFirstAlone && isBehindBatch(axis, ranks: ranks)
    }
}
