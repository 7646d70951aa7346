import Tensors

extension CoreMLWeightParams {
    /// The numbers as float32, however they are stored, and the number of bits if it is not 32.
    ///
    /// Integers are packed from the highest bit of each byte on; they stand for scale * integer + bias, per channel of
    /// `axis` or for all, or for entries of a table.
    ///
    /// - Throws: if their number does not fit the shape.
    func values(_ shape: Shape, axis: Int = 0) throws(ProgramFault) -> (Tensor<Float>, bits: Int?) {
        func checked(_ numbers: [Float]) throws(ProgramFault) -> Tensor<Float> {
            guard numbers.count == shape.count else {
                throw ProgramFault("\(numbers.count) numbers, where \(shape) takes \(shape.count)")
            }
            return Tensor(shape, numbers)
        }
        guard int8RawValue.isEmpty else {
            throw ProgramFault(unsupported: "weights for integer arithmetic (int8RawValue) are not supported")
        }
        if !float16Value.isEmpty {
            guard let half = [UInt16](shape.count, littleEndianBytes: ArraySlice(float16Value)) else {
                throw ProgramFault("\(float16Value.count) bytes of float16, where \(shape) takes \(2 * shape.count)")
            }
            return (try checked(half.map { Float(Float16(bitPattern: $0)) }), 16)
        }
        if rawValue.isEmpty { return (try checked(floatValue), nil) }
        guard (1...8).contains(quantization.numberOfBits) else {
            throw ProgramFault("integers of \(quantization.numberOfBits) bits, where 1 to 8 are right")
        }
        let bits = Int(quantization.numberOfBits)
        let codes = try integers(bits, count: shape.count)
        switch quantization.quantizationType {
        case .linear(let linear)?:
            let channels = shape.rank > axis ? shape[axis] : 1
            guard linear.scale.count == 1 || linear.scale.count == channels,
                linear.bias.count == linear.scale.count
            else {
                throw ProgramFault(
                    "\(linear.scale.count) scales and \(linear.bias.count) biases for \(channels) channels; one for all or "
                        + "one for each are right")
            }
            let inner = shape.dimensions.dropFirst(axis + 1).reduce(1, *)
            return (
                try checked(
                    codes.enumerated().map { position, code in
                        let channel = linear.scale.count == 1 ? 0 : position / max(inner, 1) % channels
                        return Float(Double(linear.scale[channel]) * Double(code) + Double(linear.bias[channel]))
                    }), bits
            )
        case .lookupTable(let table)?:
            guard table.floatValue.count == 1 << bits else {
                throw ProgramFault("a table of \(table.floatValue.count) entries for \(bits) bits")
            }
            return (try checked(codes.map { table.floatValue[$0] }), bits)
        case nil: throw ProgramFault("integers without a scale or a table")
        }
    }

    private func integers(_ bits: Int, count: Int) throws(ProgramFault) -> [Int] {
        let bytes = [UInt8](rawValue)
        guard bytes.count == (count.saturatingProduct(bits) + 7) / 8 else {
            throw ProgramFault("\(bytes.count) bytes for \(count) integers of \(bits) bits")
        }
        var integers = [Int]()
        integers.reserveCapacity(count)
        // Bits that are read and belong to the next integer, highest first.
        var (left, leftCount) = (0, 0)
        for byte in bytes {
            (left, leftCount) = (left << 8 | Int(byte), leftCount + 8)
            while leftCount >= bits, integers.count < count {
                leftCount -= bits
                integers.append(left >> leftCount)
                left &= 1 << leftCount - 1
            }
        }
        return integers
    }
}
