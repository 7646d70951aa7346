import NetworkGraph
import Tensors

/// The element types of a node's inputs, as numbers of TensorProto.DataType.
struct ONNXElementTypes {
    let node: ONNXNodeProto
    /// The output in question.
    let output: String
    let name: String
    let types: [String: Int32]
    let opset: Int
    let file: String

    func callAsFunction(_ position: Int) -> Int32? {
        node.input.indices.contains(position) ? types[node.input[position]] : nil
    }

    /// The common type of the inputs at some positions.
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

    /// Whether the output in question is the second.
    var isSecondOutput: Bool { node.output.firstIndex(of: output) == 1 }
}

/// The element type of an operator's output, and the permitted types of its inputs.
struct ONNXElementRule: Sendable {
    /// Nil if the type does not follow from the inputs.
    let type: @Sendable (ONNXElementTypes) throws(ModelError) -> Int32?

    static let (uint8, int32, int64, bool) = (Int32(2), Int32(6), Int32(7), Int32(9))

    /// The first input's type.
    static let first = ONNXElementRule { $0(0) }

    /// The common type of all inputs.
    static let common = ONNXElementRule { (given) throws(ModelError) in try given.common(given.node.input.indices) }

    /// Boolean, for inputs of one type.
    static let boolean = ONNXElementRule { (given) throws(ModelError) in
        try given.common(given.node.input.indices)
        return bool
    }

    static let integers = ONNXElementRule { _ in int64 }

    static let unknown = ONNXElementRule { _ in nil }

    static let castTarget = ONNXElementRule { given in
        given.node.attribute.first { $0.name == "to" }.map { Int32(clamping: $0.i) }
    }

    /// The zero point's type, or the declared one.
    static let quantized = ONNXElementRule { given in
        let declared = given.node.attribute.first { $0.name == "output_dtype" && $0.i != 0 }
            .map { Int32(clamping: $0.i) }
        let hasZeroPoint = given.node.input.count > 2 && !given.node.input[2].isEmpty
        return given(2) ?? (hasZeroPoint ? nil : declared ?? uint8)
    }

    /// The scale's type.
    static let dequantized = ONNXElementRule { (given) throws(ModelError) in
        try given.common([0, 2])
        return given(1)
    }

    /// The output's zero point's type.
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

    /// The statistics may have a different type since version 14, scale and shift since 15.
    static let batchNormalization = ONNXElementRule { (given) throws(ModelError) in
        try given.common(given.opset < 14 ? [3, 4, 0] : [3, 4])
        try given.common(given.opset < 15 ? [1, 2, 0] : [1, 2])
        return given(0)
    }

    /// The first input's type; the second input must be int64.
    static let reshaped = ONNXElementRule { (given) throws(ModelError) in
        if let integers = given(1), integers != int64 {
            throw given.fault("takes integers of type \(ElementType.name(onnx: integers)), where int64 is right")
        }
        return given(0)
    }
}
