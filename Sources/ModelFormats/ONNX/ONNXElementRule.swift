import NetworkGraph
import Tensors

/// The element types of what a node is given, as numbers of TensorProto.DataType.
struct ONNXElementTypes {
    let node: ONNXNodeProto
    /// Which of the node's outputs is asked about.
    let output: String
    let name: String
    let types: [String: Int32]
    let opset: Int
    let file: String

    func callAsFunction(_ position: Int) -> Int32? {
        node.input.indices.contains(position) ? types[node.input[position]] : nil
    }

    /// The one type of the inputs at some positions.
    @discardableResult
    func common(_ positions: some Sequence<Int>) throws(ModelError) -> Int32? {
        let known = positions.compactMap { self($0) }
        guard Set(known).count <= 1 else {
            throw fault(
                "takes inputs of types \(known.map(ElementType.name).joined(separator: ", ")), where one type is right")
        }
        return known.first
    }

    func fault(_ reason: String) -> ModelError {
        .unsupportedOperator(file: file, node: name, operator: node.opType, reason: reason)
    }

    /// Whether the output asked about is the second.
    var isSecondOutput: Bool { node.output.firstIndex(of: output) == 1 }
}

/// The element type of an operator's output, and which types of inputs are right.
struct ONNXElementRule: Sendable {
    /// nil where the type does not follow from the inputs.
    let type: @Sendable (ONNXElementTypes) throws(ModelError) -> Int32?

    static let (uint8, int32, int64, bool) = (Int32(2), Int32(6), Int32(7), Int32(9))

    /// That of the first input.
    static let first = ONNXElementRule { $0(0) }

    /// That of all inputs, which is one.
    static let common = ONNXElementRule { (given) throws(ModelError) in try given.common(given.node.input.indices) }

    /// Booleans of inputs that have one type.
    static let boolean = ONNXElementRule { (given) throws(ModelError) in
        try given.common(given.node.input.indices)
        return bool
    }

    static let integers = ONNXElementRule { _ in int64 }

    static let unknown = ONNXElementRule { _ in nil }

    static let castTarget = ONNXElementRule { given in
        given.node.attribute.first { $0.name == "to" }.map { Int32(clamping: $0.i) }
    }

    /// That of the zero point, or the declared one.
    static let quantized = ONNXElementRule { given in
        let declared = given.node.attribute.first { $0.name == "output_dtype" && $0.i != 0 }
            .map { Int32(clamping: $0.i) }
        let hasZeroPoint = given.node.input.count > 2 && !given.node.input[2].isEmpty
        return given(2) ?? (hasZeroPoint ? nil : declared ?? uint8)
    }

    /// That of the scale.
    static let dequantized = ONNXElementRule { (given) throws(ModelError) in
        try given.common([0, 2])
        return given(1)
    }

    /// That of the output's zero point.
    static let quantizedSums = ONNXElementRule { (given) throws(ModelError) in
        try given.common([0, 2])
        try given.common([3, 5])
        return given(7)
    }

    static let integerSums = ONNXElementRule { (given) throws(ModelError) in
        try given.common([0, 2])
        try given.common([1, 3])
        return int32
    }

    static let dynamicallyQuantized = ONNXElementRule { given in given.isSecondOutput ? given(0) : uint8 }

    static let firstAndPlaces = ONNXElementRule { given in given.isSecondOutput ? int64 : given(0) }

    static let chosen = ONNXElementRule { (given) throws(ModelError) in try given.common([1, 2]) }

    static let scattered = ONNXElementRule { (given) throws(ModelError) in try given.common([0, 2]) }

    /// The statistics may have a type of their own since version 14, scale and shift since 15.
    static let batchNormalization = ONNXElementRule { (given) throws(ModelError) in
        try given.common(given.opset < 14 ? [3, 4, 0] : [3, 4])
        try given.common(given.opset < 15 ? [1, 2, 0] : [1, 2])
        return given(0)
    }

    /// That of the first input, which the second says something about in int64.
    static let reshaped = ONNXElementRule { (given) throws(ModelError) in
        if let integers = given(1), integers != int64 {
            throw given.fault("takes integers of type \(ElementType.name(onnx: integers)), where int64 is right")
        }
        return given(0)
    }
}
