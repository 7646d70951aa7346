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

    /// The most pixels that are computed at once: a part of a row, or several short rows.
    static let runLength = 64

    /// Where the numbers of an operand or of results lie for an image.
    fileprivate struct Place {
        let start: UnsafeMutablePointer<Float>
        /// From a block, a row or a pixel to the next; 0 where a run of pixels stands for each.
        let blockStride: Int
        let rowStride: Int
        let pixelStride: Int
        /// From a row or a pixel to the next within a run.
        let rowStrideInRun: Int
        let strideInRun: Int

        func callAsFunction(_ block: Int, _ row: Int, _ pixel: Int) -> UnsafeMutablePointer<Float> {
            start + block * blockStride + row * rowStride + pixel * pixelStride
        }
    }

    /// A step with the places of its numbers. It refers to nothing, so that the innermost loop counts no references.
    fileprivate struct PlacedStep {
        let function: ElementFunction
        let a: Place
        let b: Place?
        let results: Place
        /// What the kernel is given, but for where a run begins and how much there is of it.
        var elements: vk_elements
    }

    /// Computes the last step's results for some blocks and rows of an image.
    ///
    /// - Parameter y: holds the program's own numbers, and then the results.
    func run(on y: BlockedMap, image: Int, blocks: Range<Int>, rows: Range<Int>, in run: BlockedRun) {
        guard !steps.isEmpty else { return }
        let isDense = y.isDense && steps.allSatisfy { $0.a.isDense && $0.b?.isDense ?? true }
        // Rows without borders between them are one.
        let (rowCount, columns) = isDense ? (1, rows.count * y.columns) : (rows.count, y.columns)
        let columnsAtOnce = max(1, min(Self.runLength, columns))
        let rowsAtOnce = Self.runLength / columnsAtOnce
        withUnsafeTemporaryAllocation(of: PlacedStep.self, capacity: steps.count) { placed in
            for (index, step) in steps.enumerated() {
                func place(_ operand: Operand) -> Place {
                    self.place(
                        operand, y, image: image, row: rows.lowerBound,
                        resultRowStride: columnsAtOnce * channelsPerBlock, in: run)
                }
                placed[index] = PlacedStep(
                    step, a: place(step.a), b: step.b.map(place),
                    results: place(index == steps.count - 1 ? .own : .result(index)))
            }
            for block in blocks {
                let channels = min(channelsPerBlock, y.channels - block * channelsPerBlock)
                for row in stride(from: 0, to: rowCount, by: rowsAtOnce) {
                    for pixel in stride(from: 0, to: columns, by: columnsAtOnce) {
                        for index in 0..<placed.count {
                            placed[index].elements.channel_count = channels
                            placed[index].elements.row_count = min(rowsAtOnce, rowCount - row)
                            placed[index].elements.pixel_count = min(columnsAtOnce, columns - pixel)
                            placed[index].compute(block, row, pixel, run.level)
                        }
                    }
                }
            }
        }
    }

    private func place(
        _ operand: Operand, _ y: BlockedMap, image: Int, row: Int, resultRowStride: Int, in run: BlockedRun
    ) -> Place {
        func map(_ map: BlockedMap) -> Place {
            Place(
                start: run.pointer(map, image: image, row: row), blockStride: map.blockStride,
                rowStride: map.rowStride, pixelStride: channelsPerBlock, rowStrideInRun: map.rowStride,
                strideInRun: channelsPerBlock)
        }
        switch operand {
        case .own: return map(y)
        // Results of earlier steps are those of this run of pixels.
        case .result(let step):
            return Place(
                start: run.scratch + step * Self.runLength * channelsPerBlock, blockStride: 0, rowStride: 0,
                pixelStride: 0, rowStrideInRun: resultRowStride, strideInRun: channelsPerBlock)
        case .map(let other): return map(other)
        case .pixel(let other):
            return Place(
                start: run.pointer(other, image: image), blockStride: other.blockStride, rowStride: 0, pixelStride: 0,
                rowStrideInRun: 0, strideInRun: 0)
        case .constants(let numbers, let perChannel):
            return Place(
                start: numbers.start, blockStride: perChannel * channelsPerBlock, rowStride: 0, pixelStride: 0,
                rowStrideInRun: 0, strideInRun: 0)
        }
    }
}

extension ElementProgram.PlacedStep {
    init(
        _ step: ElementProgram.Step, a: ElementProgram.Place, b: ElementProgram.Place?, results: ElementProgram.Place
    ) {
        (function, self.a, self.b, self.results) = (step.function, a, b, results)
        elements = vk_elements()
        if case .kernel(let function) = step.function { elements.function = function }
        (elements.a_stride, elements.a_row_stride) = (a.strideInRun, a.rowStrideInRun)
        (elements.b_stride, elements.b_row_stride) = (b?.strideInRun ?? 0, b?.rowStrideInRun ?? 0)
        (elements.lower, elements.upper) = (step.limits.lowerBound, step.limits.upperBound)
        (elements.alpha, elements.beta) = (step.alpha, step.beta)
        elements.result_row_stride = results.rowStrideInRun
    }

    /// Computes the results of a run of pixels.
    mutating func compute(_ block: Int, _ row: Int, _ pixel: Int, _ level: vk_level) {
        elements.a = UnsafePointer(a(block, row, pixel))
        elements.b = b.map { UnsafePointer($0(block, row, pixel)) }
        elements.results = results(block, row, pixel)
        switch function {
        case .kernel:
            vk_compute_elements(level, &elements)
        case .scalar(let function):
            for row in 0..<elements.row_count {
                for pixel in 0..<elements.pixel_count {
                    let x = elements.a + row * elements.a_row_stride + pixel * elements.a_stride
                    let y = elements.results + row * elements.result_row_stride + pixel * channelsPerBlock
                    for lane in 0..<channelsPerBlock { y[lane] = Float(function.value(of: Double(x[lane]))) }
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
