import NetworkGraph
import Tensors

/// The quantising operators, whose result type follows from a zero point or an attribute.
extension ONNXOperators {
    static let quantizeLinear: Reader = { (node) throws(ModelError) in
        guard [nil, 0, 1].contains(node.integer("precision")) else {
            throw node.badAttribute("precision", "is not float, in which the quotient is computed")
        }
        return Description(
            QuantizeLinear(
                groups: quantizationGroups(node),
                range: try integerRange(node, zeroPoint: 2, declared: node.integer("output_dtype"))))
    }

    static func quantizationGroups(_ node: ONNXNodeReader) -> QuantizationGroups {
        QuantizationGroups(axis: node.integer("axis") ?? 1, block: node.integer("block_size") ?? 0)
    }

    /// The permitted integers of a result: those of its zero point's type or of the declared one; uint8 without either.
    static func integerRange(
        _ node: ONNXNodeReader, zeroPoint: Int, declared: Int? = nil
    ) throws(ModelError) -> IntegerRange {
        let ofZeroPoint = node.elementType(of: zeroPoint)
        if let name = node.inputName(zeroPoint), ofZeroPoint == nil {
            throw node.unsupported("has a zero point \"\(name)\" whose element type the file does not say")
        }
        let type = ofZeroPoint ?? declared.map { Int32(clamping: $0) } ?? 0
        guard let range = IntegerRange(onnx: type == 0 ? 2 : type) else {
            throw node.unsupported(
                "to elements of type \(ElementType.name(onnx: type)) is not supported, only to int4, uint4, int8, uint8, "
                    + "int16 and uint16")
        }
        return range
    }
}

extension IntegerRange {
    /// The type for quantising to an element type of TensorProto.DataType.
    init?(onnx dataType: Int32) {
        switch dataType {
        case 2: self.init(bits: 8, isSigned: false)
        case 3: self.init(bits: 8, isSigned: true)
        case 4: self.init(bits: 16, isSigned: false)
        case 5: self.init(bits: 16, isSigned: true)
        case 21: self.init(bits: 4, isSigned: false)
        case 22: self.init(bits: 4, isSigned: true)
        default: return nil
        }
    }
}
