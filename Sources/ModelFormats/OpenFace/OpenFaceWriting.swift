import Tensors

extension OpenFaceModel {
    /// The bytes of the .dat file with these layers; ``init(_:)`` reads them back.
    package var bytes: [UInt8] {
        var bytes = [UInt8]()
        bytes.append(integer: layers.count)
        for layer in layers {
            bytes.append(integer: layer.fileCode)
            switch layer {
            case .convolution(let convolution):
                let shape = convolution.weights.shape
                bytes.append(integer: shape[1])
                bytes.append(integer: shape[0])
                bytes.append(floats: convolution.bias[...])
                let kernels = convolution.weights.exchangingAxes(0, with: 1).elements
                for start in stride(from: 0, to: kernels.count, by: shape[2] * shape[3]) {
                    bytes.append(
                        matrix: kernels[start..<start + shape[2] * shape[3]], rows: shape[2], columns: shape[3])
                }
            case .maxPool(let pool):
                for value in [pool.kernelX, pool.kernelY, pool.strideX, pool.strideY] { bytes.append(integer: value) }
            case .fullyConnected(let dense):
                bytes.append(matrix: dense.bias[...], rows: dense.bias.count, columns: 1)
                let shape = dense.weights.shape
                bytes.append(matrix: dense.weights.elements[...], rows: shape[0], columns: shape[1])
            case .prelu(let slopes):
                bytes.append(matrix: slopes[...], rows: slopes.count, columns: 1)
            case .sigmoid:
                break
            }
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(integer: Int) {
        self += Int32(integer).littleEndianBytes
    }

    fileprivate mutating func append(floats: ArraySlice<Float>) {
        self += [UInt8](littleEndian: floats.map(\.bitPattern))
    }

    fileprivate mutating func append(matrix: ArraySlice<Float>, rows: Int, columns: Int) {
        append(integer: rows)
        append(integer: columns)
        append(integer: OpenFaceModel.float32Code)
        append(floats: matrix)
    }
}
