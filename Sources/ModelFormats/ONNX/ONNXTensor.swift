import Foundation
import NetworkGraph
import Tensors

extension ElementType {
    /// The element type for a number of TensorProto.DataType; nil if it is not supported.
    init?(onnx dataType: Int32) {
        switch dataType {
        case 1: self = .float32
        case 2: self = .uint8
        case 3: self = .int8
        case 4: self = .uint16
        case 5: self = .int16
        case 6: self = .int32
        case 7: self = .int64
        case 9: self = .bool
        case 10: self = .float16
        case 11: self = .float64
        case 12: self = .uint32
        case 13: self = .uint64
        default: return nil
        }
    }
}

extension ElementType {
    /// Its number in TensorProto.DataType.
    var onnxDataType: Int32 { (1...13).first { ElementType(onnx: $0) == self } ?? 0 }

    /// The name of an element type in TensorProto.DataType.
    static func name(onnx dataType: Int32) -> String {
        let names = [
            "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16",
            "double", "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz",
            "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
        ]
        return names.indices.contains(Int(dataType)) ? names[Int(dataType)] : "\(dataType)"
    }

    /// Why an element type cannot be read.
    static func fault(onnx dataType: Int32) -> String {
        let supported = (Int32(0)...23).filter { ElementType(onnx: $0) != nil }.map(name)
        return "has elements of type \(name(onnx: dataType)); \(supported.dropLast().joined(separator: ", ")) and "
            + "\(supported.last ?? "") are supported"
    }
}

extension Cast.Target {
    /// The element type for a number of TensorProto.DataType; nil if elements cannot be cast to it.
    init?(onnx dataType: Int32) {
        switch dataType {
        case 1: self = .float(.binary32)
        case 10: self = .float(.binary16)
        case 11: self = .float(.binary64)
        case 2: self = .integer(bits: 8, isSigned: false)
        case 3: self = .integer(bits: 8, isSigned: true)
        case 4: self = .integer(bits: 16, isSigned: false)
        case 5: self = .integer(bits: 16, isSigned: true)
        case 6: self = .integer(bits: 32, isSigned: true)
        case 7: self = .integer(bits: 64, isSigned: true)
        case 12: self = .integer(bits: 32, isSigned: false)
        case 9: self = .boolean
        default: return nil
        }
    }
}

extension AnyTensor {
    /// A tensor of an ONNX file, from its raw bytes or from its typed field.
    ///
    /// - Parameter role: what the tensor is, for errors.
    init(_ proto: ONNXTensorProto, role: String, file: String) throws(ModelError) {
        guard proto.dataLocation == 0 else {
            throw .unsupported(file: file, reason: "\(role) lies in another file, which is supported for initializers")
        }
        let holder = ElementType(holding: proto.dataType)
        guard let type = ElementType(onnx: proto.dataType) ?? holder else {
            throw .unsupported(file: file, reason: "\(role) \(ElementType.fault(onnx: proto.dataType))")
        }
        let shape: Shape
        do {
            shape = try Shape(checking: proto.dims.map { Int(clamping: $0) })
        } catch {
            throw .malformed(file: file, reason: "\(role): \(error)")
        }
        let tensor =
            holder != nil
            ? proto.widenedTensor(shape)
            : proto.rawData.isEmpty ? proto.typedTensor(type, shape) : proto.rawTensor(type, shape)
        guard let tensor else {
            throw .malformed(
                file: file, reason: "\(role) does not hold the \(shape.count) elements of its shape \(shape)")
        }
        self = tensor
    }
}

extension ElementType {
    /// The type that holds every element of a narrower one, for constants: bfloat16, uint4, int4.
    fileprivate init?(holding dataType: Int32) {
        switch dataType {
        case 16: self = .float32
        case 21: self = .uint8
        case 22: self = .int8
        default: return nil
        }
    }
}

extension ONNXTensorProto {
    /// The elements of a type stored in another; nil if their number does not fit the shape.
    fileprivate func widenedTensor(_ shape: Shape) -> AnyTensor? {
        let bytes = [UInt8](rawData)
        if dataType == 16 {
            let patterns: [UInt16]? =
                rawData.isEmpty
                ? int32Data.map { UInt16(truncatingIfNeeded: $0) } : [UInt16](shape.count, littleEndianBytes: bytes)
            guard let patterns, patterns.count == shape.count else { return nil }
            // A bfloat16 is the upper half of a float32.
            return .float32(Tensor(shape, patterns.map { Float(bitPattern: UInt32($0) << 16) }))
        }
        // Two elements a byte, the first in its lower half; the typed field holds the same bytes.
        let packed = rawData.isEmpty ? int32Data.map { UInt8(truncatingIfNeeded: $0) } : bytes
        guard packed.count == (shape.count + 1) / 2 else { return nil }
        let nibbles = packed.flatMap { [$0 & 15, $0 >> 4] }.prefix(shape.count)
        if dataType == 21 { return .uint8(Tensor(shape, Array(nibbles))) }
        return .int8(Tensor(shape, nibbles.map { Int8(bitPattern: $0 << 4) >> 4 }))
    }

    fileprivate func rawTensor(_ type: ElementType, _ shape: Shape) -> AnyTensor? {
        AnyTensor(type, shape, littleEndianBytes: rawData)
    }

    /// The elements from the type's own field; nil if their number does not fit the shape, or if one does not fit the
    /// type.
    fileprivate func typedTensor(_ type: ElementType, _ shape: Shape) -> AnyTensor? {
        func tensor<Element>(_ elements: [Element]) -> Tensor<Element>? {
            elements.count == shape.count ? Tensor(shape, elements) : nil
        }
        func narrowed<Element: TensorElement & FixedWidthInteger>(
            _ numbers: [some FixedWidthInteger], to _: Element.Type
        ) -> AnyTensor? {
            tensor(numbers.compactMap { Element(exactly: $0) }).map(AnyTensor.init)
        }
        switch type {
        case .float32: return AnyTensor(.float32, shape, littleEndianBytes: bytesOfFloats)
        case .float64: return tensor(doubleData).map(AnyTensor.float64)
        // float16 is stored in int32_data as bit patterns.
        case .float16:
            return tensor(int32Data.map { Float16(bitPattern: UInt16(truncatingIfNeeded: $0)) }).map(AnyTensor.float16)
        case .bool: return tensor(int32Data.map { $0 != 0 }).map(AnyTensor.bool)
        case .int8: return narrowed(int32Data, to: Int8.self)
        case .int16: return narrowed(int32Data, to: Int16.self)
        case .int32: return tensor(int32Data).map(AnyTensor.int32)
        case .uint8: return narrowed(int32Data, to: UInt8.self)
        case .uint16: return narrowed(int32Data, to: UInt16.self)
        case .int64: return tensor(int64Data).map(AnyTensor.int64)
        case .uint32: return narrowed(uint64Data, to: UInt32.self)
        case .uint64: return tensor(uint64Data).map(AnyTensor.uint64)
        }
    }

    /// The bytes of `float_data`. The message declares packed lists, which all known writers write; the numbers of a list
    /// that is not packed are fields that it does not know.
    private var bytesOfFloats: Data {
        var bytes = floatData.first ?? Data()
        for part in floatData.dropFirst() { bytes += part }
        let unknown = [UInt8](unknownFields.data)
        for field in ProtobufFields(unknown, atMost: unknown.count).fields
        where field.number == 4 && field.content.count == MemoryLayout<Float>.size {
            bytes += unknown[field.content]
        }
        return bytes
    }
}
