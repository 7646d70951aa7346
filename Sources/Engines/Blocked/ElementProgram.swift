import NetworkGraph
import VectorKernels

/// What an element program computes of one number, or of two.
enum ElementFunction: Equatable, Sendable {
    case kernel(vk_function)
    /// In float64, rounded once, as ``ActivationFunction`` defines it.
    case scalar(ActivationFunction)
}

/// Functions of single numbers, computed one after another while the numbers are in a core's nearest cache.
struct ElementProgram: Sendable {
    /// Where a function's argument comes from.
    enum Operand: Sendable {
        /// The maps that the program changes.
        case own
        /// The result of an earlier function.
        case result(Int)
        case map(BlockedMap)
        /// Numbers of a map of one pixel, for all pixels of the same image and channel.
        case pixel(BlockedMap)
        /// Some numbers for each channel: for each block the first ones, then the second ones.
        case constants(AlignedNumbers, perChannel: Int)

        /// Whether the numbers of all rows follow each other, or are the same for all.
        fileprivate var isDense: Bool { if case .map(let map) = self { map.isDense } else { true } }
    }

    struct Step: Sendable {
        let function: ElementFunction
        let a: Operand
        let b: Operand?
        var limits = -Float.infinity...Float.infinity
        var alpha: Float = 0
        var beta: Float = 0
    }

    let steps: [Step]

    /// The pixels that are computed at once.
    static let runLength = 64

    /// Where the numbers of an operand or of results lie for an image.
    private struct Place {
        let start: UnsafeMutablePointer<Float>
        /// From a block, a row or a pixel to the next; 0 where a run of pixels stands for each.
        let blockStride: Int
        let rowStride: Int
        let pixelStride: Int
        /// From a pixel to the next within a run.
        let strideInRun: Int

        func callAsFunction(_ block: Int, _ row: Int, _ pixel: Int) -> UnsafeMutablePointer<Float> {
            start + block * blockStride + row * rowStride + pixel * pixelStride
        }
    }

    /// A step with the places of its numbers. It refers to nothing, so that the innermost loop counts no references.
    private struct PlacedStep {
        let function: ElementFunction
        let a: Place
        let b: Place?
        let results: Place
        let limits: ClosedRange<Float>
        let alpha: Float
        let beta: Float
    }

    /// Computes the last step's results for some blocks and rows of an image.
    ///
    /// - Parameter y: holds the program's own numbers, and then the results.
    func run(on y: BlockedMap, image: Int, blocks: Range<Int>, rows: Range<Int>, in run: BlockedRun) {
        guard !steps.isEmpty else { return }
        let isDense = y.isDense && steps.allSatisfy { $0.a.isDense && $0.b?.isDense ?? true }
        // Rows without borders between them are one.
        let (rowCount, columns) = isDense ? (1, rows.count * y.columns) : (rows.count, y.columns)
        withUnsafeTemporaryAllocation(of: PlacedStep.self, capacity: steps.count) { placed in
            for (index, step) in steps.enumerated() {
                func place(_ operand: Operand) -> Place {
                    self.place(operand, y, image: image, row: rows.lowerBound, in: run)
                }
                placed[index] = PlacedStep(
                    function: step.function, a: place(step.a), b: step.b.map(place),
                    results: place(index == steps.count - 1 ? .own : .result(index)), limits: step.limits,
                    alpha: step.alpha, beta: step.beta)
            }
            for block in blocks {
                for row in 0..<rowCount {
                    for pixel in stride(from: 0, to: columns, by: Self.runLength) {
                        let count = min(Self.runLength, columns - pixel)
                        for index in 0..<placed.count {
                            Self.compute(placed[index], block, row, pixel, count: count, run.level)
                        }
                    }
                }
            }
        }
    }

    private func place(_ operand: Operand, _ y: BlockedMap, image: Int, row: Int, in run: BlockedRun) -> Place {
        func map(_ map: BlockedMap) -> Place {
            Place(
                start: run.pointer(map, image: image, row: row), blockStride: map.blockStride,
                rowStride: map.rowStride, pixelStride: channelsPerBlock, strideInRun: channelsPerBlock)
        }
        switch operand {
        case .own: return map(y)
        // Results of earlier steps are those of this run of pixels.
        case .result(let step):
            return Place(
                start: run.scratch + step * Self.runLength * channelsPerBlock, blockStride: 0, rowStride: 0,
                pixelStride: 0, strideInRun: channelsPerBlock)
        case .map(let other): return map(other)
        case .pixel(let other):
            return Place(
                start: run.pointer(other, image: image), blockStride: other.blockStride, rowStride: 0, pixelStride: 0,
                strideInRun: 0)
        case .constants(let numbers, let perChannel):
            return Place(
                start: numbers.start, blockStride: perChannel * channelsPerBlock, rowStride: 0, pixelStride: 0,
                strideInRun: 0)
        }
    }

    private static func compute(
        _ step: PlacedStep, _ block: Int, _ row: Int, _ pixel: Int, count: Int, _ level: vk_level
    ) {
        let (a, results) = (step.a(block, row, pixel), step.results(block, row, pixel))
        switch step.function {
        case .kernel(let function):
            var elements = vk_elements(
                function: function, a: a, a_stride: step.a.strideInRun, b: nil, b_stride: 0,
                lower: step.limits.lowerBound, upper: step.limits.upperBound, alpha: step.alpha, beta: step.beta,
                results: results)
            if let b = step.b {
                elements.b = UnsafePointer(b(block, row, pixel))
                elements.b_stride = b.strideInRun
            }
            vk_compute_elements(level, &elements, count)
        case .scalar(let function):
            for pixel in 0..<count {
                for lane in 0..<channelsPerBlock {
                    results[pixel * channelsPerBlock + lane] = Float(
                        function.value(of: Double(a[pixel * step.a.strideInRun + lane])))
                }
            }
        }
    }
}

/// A program alone.
struct ElementStep: BlockedStep {
    let y: BlockedMap
    let program: ElementProgram

    /// A unit is a block.
    var unitCount: Int { y.images * y.blockCount }

    func run(unit: Int, in run: BlockedRun) {
        let block = unit % y.blockCount
        program.run(
            on: y, image: unit / y.blockCount, blocks: block..<block + 1, rows: 0..<y.rows, in: run)
    }
}
