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
        /// A number for each channel, in blocks.
        case constant(AlignedNumbers)

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

    /// Where an operand's numbers lie for an image.
    private struct Source {
        let start: UnsafePointer<Float>
        let blockStride: Int
        let rowStride: Int
        let pixelStride: Int
    }

    /// Computes the last step's results for some blocks and rows of an image.
    ///
    /// - Parameter y: holds the program's own numbers, and then the results.
    func run(on y: BlockedMap, image: Int, blocks: Range<Int>, rows: Range<Int>, in run: BlockedRun) {
        guard !steps.isEmpty else { return }
        let isDense = y.isDense && steps.allSatisfy { $0.a.isDense && $0.b?.isDense ?? true }
        // Rows without borders between them are one.
        let (rowCount, columns) = isDense ? (1, rows.count * y.columns) : (rows.count, y.columns)
        withUnsafeTemporaryAllocation(of: Source.self, capacity: 2 * steps.count) { sources in
            for (place, step) in steps.enumerated() {
                sources[2 * place] = source(step.a, y, image: image, row: rows.lowerBound, in: run)
                sources[2 * place + 1] = source(step.b ?? step.a, y, image: image, row: rows.lowerBound, in: run)
            }
            let own = run.pointer(y, image: image, row: rows.lowerBound)
            for block in blocks {
                for row in 0..<rowCount {
                    for pixel in stride(from: 0, to: columns, by: Self.runLength) {
                        compute(
                            sources.baseAddress.map { UnsafePointer($0) }, block, row, pixel,
                            count: min(Self.runLength, columns - pixel),
                            into: own + block * y.blockStride + row * y.rowStride + pixel * channelsPerBlock, in: run)
                    }
                }
            }
        }
    }

    private func source(_ operand: Operand, _ y: BlockedMap, image: Int, row: Int, in run: BlockedRun) -> Source {
        func map(_ map: BlockedMap, row: Int) -> UnsafePointer<Float> {
            UnsafePointer(run.pointer(map, image: image, row: row))
        }
        switch operand {
        case .own:
            return Source(
                start: map(y, row: row), blockStride: y.blockStride, rowStride: y.rowStride,
                pixelStride: channelsPerBlock)
        case .result(let step):
            return Source(
                start: UnsafePointer(run.scratch + step * Self.runLength * channelsPerBlock), blockStride: 0,
                rowStride: 0, pixelStride: channelsPerBlock)
        case .map(let other):
            return Source(
                start: map(other, row: row), blockStride: other.blockStride, rowStride: other.rowStride,
                pixelStride: channelsPerBlock)
        case .pixel(let other):
            return Source(start: map(other, row: 0), blockStride: other.blockStride, rowStride: 0, pixelStride: 0)
        case .constant(let numbers):
            return Source(
                start: UnsafePointer(numbers.start), blockStride: channelsPerBlock, rowStride: 0, pixelStride: 0)
        }
    }

    private func compute(
        _ sources: UnsafePointer<Source>?, _ block: Int, _ row: Int, _ pixel: Int, count: Int,
        into own: UnsafeMutablePointer<Float>, in run: BlockedRun
    ) {
        guard let sources else { return }
        func numbers(_ source: Source, _ operand: Operand) -> UnsafePointer<Float> {
            // Results of earlier steps are those of this run of pixels.
            if case .result = operand { return source.start }
            return source.start + block * source.blockStride + row * source.rowStride + pixel * source.pixelStride
        }
        for place in steps.indices {
            let step = steps[place]
            let a = sources[2 * place]
            let results =
                place == steps.count - 1 ? own : run.scratch + place * Self.runLength * channelsPerBlock
            guard case .kernel(let function) = step.function else {
                compute(step.function, (numbers(a, step.a), a.pixelStride), count: count, into: results)
                continue
            }
            var elements = vk_elements(
                function: function, a: numbers(a, step.a), a_stride: a.pixelStride, b: nil, b_stride: 0,
                lower: step.limits.lowerBound, upper: step.limits.upperBound, alpha: step.alpha, beta: step.beta,
                results: results)
            if let b = step.b {
                elements.b = numbers(sources[2 * place + 1], b)
                elements.b_stride = sources[2 * place + 1].pixelStride
            }
            vk_compute_elements(run.level, &elements, count)
        }
    }

    private func compute(
        _ function: ElementFunction, _ a: (start: UnsafePointer<Float>, stride: Int), count: Int,
        into results: UnsafeMutablePointer<Float>
    ) {
        guard case .scalar(let function) = function else { return }
        for pixel in 0..<count {
            for lane in 0..<channelsPerBlock {
                results[pixel * channelsPerBlock + lane] = Float(
                    function.value(of: Double(a.start[pixel * a.stride + lane])))
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
