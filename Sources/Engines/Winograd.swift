import NetworkGraph
import Tensors

/// Winograd's minimal filtering F(m x m, 3 x 3) (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks,
/// CVPR 2016): y = A^T [sum over channels of (G g G^T) (B^T d B)] A for each tile d of m + 2 by m + 2 numbers.
struct Winograd<Number: BinaryFloatingPoint & Sendable> {
    /// m
    private let outputs: Int
    private let inputTransform: [[Number]]
    private let kernelTransform: [[Number]]
    private let outputTransform: [[Number]]

    /// nil for an order that is not Winograd's.
    init?(_ order: SummationOrder) {
        func matrix(_ rows: [[Int]], over divisors: [Int]) -> [[Number]] {
            zip(rows, divisors).map { row, divisor in row.map { Number($0) / Number(divisor) } }
        }
        switch order {
        case .winograd2:
            outputs = 2
            inputTransform = matrix(
                [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], over: [1, 1, 1, 1])
            kernelTransform = matrix([[1, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 1]], over: [1, 2, 2, 1])
            outputTransform = matrix([[1, 1, 1, 0], [0, 1, -1, -1]], over: [1, 1])
        case .winograd4:
            outputs = 4
            inputTransform = matrix(
                [
                    [4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0],
                    [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1],
                ], over: [1, 1, 1, 1, 1, 1])
            kernelTransform = matrix(
                [[1, 0, 0], [-1, -1, -1], [-1, 1, -1], [1, 2, 4], [1, -2, 4], [0, 0, 1]], over: [4, 6, 6, 24, 24, 1])
            outputTransform = matrix(
                [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
                over: [1, 1, 1, 1])
        case .winograd6:
            outputs = 6
            inputTransform = matrix(
                [
                    [4, 0, -21, 0, 21, 0, -4, 0], [0, 4, 4, -17, -17, 4, 4, 0], [0, -4, 4, 17, -17, -4, 4, 0],
                    [0, 2, 1, -10, -5, 8, 4, 0], [0, -2, 1, 10, -5, -8, 4, 0], [0, 4, 8, -5, -10, 1, 2, 0],
                    [0, -4, 8, 5, -10, -1, 2, 0], [0, -4, 0, 21, 0, -21, 0, 4],
                ], over: [4, 4, 4, 4, 4, 2, 2, 4])
            kernelTransform = matrix(
                [
                    [1, 0, 0], [-2, -2, -2], [-2, 2, -2], [1, 2, 4], [1, -2, 4], [32, 16, 8], [32, -16, 8], [0, 0, 1],
                ], over: [1, 9, 9, 90, 90, 45, 45, 1])
            outputTransform = matrix(
                [
                    [1, 1, 1, 1, 1, 1, 1, 0], [0, 2, -2, 4, -4, 1, -1, 0], [0, 4, 4, 16, 16, 1, 1, 0],
                    [0, 8, -8, 64, -64, 1, -1, 0], [0, 16, 16, 256, 256, 1, 1, 0],
                    [0, 32, -32, 1024, -1024, 1, -1, 32],
                ], over: [1, 2, 4, 8, 16, 32])
        default: return nil
        }
    }

    /// T X T^T, row-major, for a square X.
    private func transformed(_ matrix: [Number], by transform: [[Number]]) -> [Number] {
        let size = transform[0].count
        var half = [Number](repeating: 0, count: transform.count * size)
        for (i, row) in transform.enumerated() {
            for j in 0..<size {
                var sum: Number = 0
                for k in 0..<size where row[k] != 0 { sum += row[k] * matrix[k * size + j] }
                half[i * size + j] = sum
            }
        }
        var whole = [Number](repeating: 0, count: transform.count * transform.count)
        for i in transform.indices {
            for (j, row) in transform.enumerated() {
                var sum: Number = 0
                for k in 0..<size where row[k] != 0 { sum += half[i * size + k] * row[k] }
                whole[i * transform.count + j] = sum
            }
        }
        return whole
    }

    /// The convolution of planes [images, channels, rows, columns] with kernels [outputs, channels, 3, 3].
    ///
    /// - Parameters:
    ///   - planes: with their padding.
    ///   - rows: of a padded plane; `columns` likewise.
    /// - Returns: [images, outputs, rows - 2, columns - 2].
    func convolution(
        _ planes: [Number], images: Int, channels: Int, rows: Int, columns: Int, kernels: [Number], bias: [Number]
    ) -> [Number] {
        let (size, area) = (outputs + 2, (outputs + 2) * (outputs + 2))
        let (outputRows, outputColumns) = (rows - 2, columns - 2)
        let transformedKernels = (0..<bias.count * channels).map { index in
            transformed(Array(kernels[index * 9..<index * 9 + 9]), by: kernelTransform)
        }
        var result = [Number](repeating: 0, count: images * bias.count * outputRows * outputColumns)
        for image in 0..<images {
            for top in stride(from: 0, to: outputRows, by: outputs) {
                for left in stride(from: 0, to: outputColumns, by: outputs) {
                    let tiles = (0..<channels).map { channel in
                        let plane = (image * channels + channel) * rows * columns
                        let tile = (0..<area).map { place in
                            let (row, column) = (top + place / size, left + place % size)
                            return row < rows && column < columns ? planes[plane + row * columns + column] : 0
                        }
                        return transformed(tile, by: inputTransform)
                    }
                    for output in bias.indices {
                        var products = [Number](repeating: 0, count: area)
                        for (channel, tile) in tiles.enumerated() {
                            let kernel = transformedKernels[output * channels + channel]
                            for place in 0..<area { products[place] += tile[place] * kernel[place] }
                        }
                        let values = transformed(products, by: outputTransform)
                        let plane = (image * bias.count + output) * outputRows * outputColumns
                        for place in values.indices {
                            let (row, column) = (top + place / outputs, left + place % outputs)
                            guard row < outputRows, column < outputColumns else { continue }
                            result[plane + row * outputColumns + column] = values[place] + bias[output]
                        }
                    }
                }
            }
        }
        return result
    }
}
