import NetworkGraph
import Tensors

/// Winograd's minimal filtering F(m x m, 3 x 3) (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks,
/// CVPR 2016): y = A^T [sum over channels of (G g G^T) (B^T d B)] A for each tile d of m + 2 by m + 2 numbers.
struct Winograd<Number: KernelNumber> {
    /// m
    private let outputs: Int
    private let inputTransform: [[Number]]
    private let kernelTransform: [[Number]]
    private let outputTransform: [[Number]]

    private init(outputs: Int, input: [[Number]], kernel: [[Number]], output: [[Number]]) {
        self.outputs = outputs
        (inputTransform, kernelTransform, outputTransform) = (input, kernel, output)
    }

    /// Nil for an order other than Winograd's.
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

    /// The same algorithm with absolute values in its transforms. On absolute values, its result bounds the original's.
    var ofMagnitudes: Winograd {
        func magnitudes(_ matrix: [[Number]]) -> [[Number]] { matrix.map { $0.map(abs) } }
        return Winograd(
            outputs: outputs, input: magnitudes(inputTransform), kernel: magnitudes(kernelTransform),
            output: magnitudes(outputTransform))
    }

    /// The most roundings that a product sees on its way to an output. Each transform rounds twice as often as its longest
    /// row has numbers, and the kernel's numbers are rounded themselves; then come the product, the sum over the channels,
    /// the bias and the result.
    func sumLength(channels: Int) -> Double {
        func longest(_ matrix: [[Number]]) -> Int { matrix.map { row in row.count { $0 != 0 } }.max() ?? 0 }
        return Double(
            2 * (longest(inputTransform) + longest(kernelTransform) + 1 + longest(outputTransform)) + channels + 3)
    }

    /// The largest values that each transform makes of numbers of at most 1.
    var growth: (input: Number, kernel: Number, output: Number) {
        func growth(_ matrix: [[Number]]) -> Number {
            let largest = matrix.map { row in row.reduce(0) { $0 + abs($1) } }.max() ?? 0
            return largest * largest
        }
        return (growth(inputTransform), growth(kernelTransform), growth(outputTransform))
    }

    /// The number of squares transformed at once, such that they fit in a processor's first-level cache.
    private static var squaresAtOnce: Int { 64 }

    /// T X T^T for many square X, laid out as [row, column, square].
    private func transformed(_ squares: [Number], by transform: [[Number]]) -> [Number] {
        let (rows, columns) = (transform.count, transform[0].count)
        let count = squares.count / (columns * columns)
        var results = [Number](repeating: 0, count: rows * rows * count)
        // One row of T X, [column, square]
        var half = [Number](repeating: 0, count: columns * Self.squaresAtOnce)
        squares.withUnsafeBufferPointer { squares in
            results.withUnsafeMutableBufferPointer { results in
                half.withUnsafeMutableBufferPointer { half in
                    for first in stride(from: 0, to: count, by: Self.squaresAtOnce) {
                        let length = min(Self.squaresAtOnce, count - first)
                        for row in 0..<rows {
                            half.update(repeating: 0)
                            for column in 0..<columns {
                                half.part(column * Self.squaresAtOnce, length).add(transform[row]) {
                                    squares.part(($0 * columns + column) * count + first, length)
                                }
                            }
                            for column in 0..<rows {
                                results.part((row * rows + column) * count + first, length).add(transform[column]) {
                                    UnsafeBufferPointer(half.part($0 * Self.squaresAtOnce, length))
                                }
                            }
                        }
                    }
                }
            }
        }
        return results
    }

    /// The convolution of planes [images, channels, rows, columns] with kernels [outputs, channels, 3, 3].
    ///
    /// - Parameters:
    ///   - planes: including their padding.
    ///   - rows: the rows of a padded plane; `columns` likewise.
    /// - Returns: [images, outputs, rows - 2, columns - 2].
    func convolution(
        _ planes: [Number], images: Int, channels: Int, rows: Int, columns: Int, kernels: [Number], bias: [Number]
    ) -> [Number] {
        let (outputRows, outputColumns) = (rows - 2, columns - 2)
        let tiles = (0..<images).flatMap { image in
            stride(from: 0, to: outputRows, by: outputs).flatMap { top in
                stride(from: 0, to: outputColumns, by: outputs).map { left in (image: image, top: top, left: left) }
            }
        }
        // [row and column of a kernel, output, channel] and [row and column of a tile, channel, tile]
        let pairs = bias.count * channels
        let factors = transformed(
            (0..<9).flatMap { place in (0..<pairs).map { kernels[$0 * 9 + place] } }, by: kernelTransform)
        let (size, inputCount) = (outputs + 2, channels * tiles.count)
        var numbers = [Number]()
        numbers.reserveCapacity(size * size * inputCount)
        for place in 0..<size * size {
            for channel in 0..<channels {
                for tile in tiles {
                    let (row, column) = (tile.top + place / size, tile.left + place % size)
                    let plane = (tile.image * channels + channel) * rows
                    numbers.append(row < rows && column < columns ? planes[(plane + row) * columns + column] : 0)
                }
            }
        }
        let inputs = transformed(numbers, by: inputTransform)

        // [row and column of a tile, output, tile]
        var sums = [Number]()
        for place in 0..<size * size {
            let products = SumsOfProducts<Number>(
                numbers: Array(inputs[place * inputCount..<(place + 1) * inputCount]),
                origins: [0], pixels: Array(tiles.indices), taps: (0..<channels).map { $0 * tiles.count },
                weights: factors[place * pairs..<(place + 1) * pairs],
                starts: [Number](repeating: 0, count: bias.count), weightSteps: (channels, 1))
            sums += products.sums(Number.fusedForm, as: Number.self)
        }
        let values = transformed(sums, by: outputTransform)

        var result = [Number](repeating: 0, count: images * bias.count * outputRows * outputColumns)
        var next = values.startIndex
        for place in 0..<outputs * outputs {
            for (output, start) in bias.enumerated() {
                for tile in tiles {
                    let (row, column) = (tile.top + place / outputs, tile.left + place % outputs)
                    if row < outputRows, column < outputColumns {
                        let plane = (tile.image * bias.count + output) * outputRows
                        result[(plane + row) * outputColumns + column] = values[next] + start
                    }
                    next += 1
                }
            }
        }
        return result
    }
}

extension UnsafeBufferPointer {
    fileprivate func part(_ start: Int, _ length: Int) -> UnsafeBufferPointer {
        UnsafeBufferPointer(rebasing: self[start..<start + length])
    }
}

extension UnsafeMutableBufferPointer where Element: KernelNumber {
    fileprivate func part(_ start: Int, _ length: Int) -> UnsafeMutableBufferPointer {
        UnsafeMutableBufferPointer(rebasing: self[start..<start + length])
    }

    /// Adds the numbers of some places, each times its place's factor, from the first.
    fileprivate func add(_ factors: [Element], of numbers: (_ place: Int) -> UnsafeBufferPointer<Element>) {
        for (place, factor) in factors.enumerated() where factor != 0 {
            Element.addProducts(numbers(place), times: factor, to: self)
        }
    }
}
