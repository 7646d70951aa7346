import VectorKernels

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
    }

    struct Step: Sendable {
        let function: vk_function
        let a: Operand
        let b: Operand?
        var limits = -Float.infinity...Float.infinity
        var alpha: Float = 0
        var beta: Float = 0
    }

    let steps: [Step]

    /// The pixels that are computed at once where rows can be joined.
    static let runLength = 64

    /// Computes the last step's results for some blocks and rows of an image.
    ///
    /// - Parameter y: holds the program's own numbers, and then the results.
    func run(on y: BlockedMap, image: Int, blocks: Range<Int>, rows: Range<Int>, in run: BlockedRun) {
        guard !steps.isEmpty else { return }
        let isDense =
            y.isDense
            && steps.allSatisfy { step in
                [step.a, step.b].allSatisfy { if case .map(let map)? = $0 { map.isDense } else { true } }
            }
        for block in blocks {
            if isDense {
                let (first, end) = (rows.lowerBound * y.columns, rows.upperBound * y.columns)
                for pixel in stride(from: first, to: end, by: Self.runLength) {
                    compute(
                        y, image: image, block: block, row: 0, pixel: pixel, count: min(Self.runLength, end - pixel),
                        in: run)
                }
            } else {
                for row in rows {
                    for pixel in stride(from: 0, to: y.columns, by: Self.runLength) {
                        compute(
                            y, image: image, block: block, row: row, pixel: pixel,
                            count: min(Self.runLength, y.columns - pixel), in: run)
                    }
                }
            }
        }
    }

    private func compute(
        _ y: BlockedMap, image: Int, block: Int, row: Int, pixel: Int, count: Int, in run: BlockedRun
    ) {
        let own = run.pointer(y, image: image, block: block, row: row) + pixel * channelsPerBlock
        func numbers(_ operand: Operand) -> (start: UnsafePointer<Float>, stride: Int) {
            switch operand {
            case .own: (UnsafePointer(own), channelsPerBlock)
            case .result(let step):
                (UnsafePointer(run.scratch + step * Self.runLength * channelsPerBlock), channelsPerBlock)
            case .map(let map):
                (
                    UnsafePointer(run.pointer(map, image: image, block: block, row: row) + pixel * channelsPerBlock),
                    channelsPerBlock
                )
            case .pixel(let map): (UnsafePointer(run.pointer(map, image: image, block: block)), 0)
            case .constant(let numbers): (UnsafePointer(numbers.start + block * channelsPerBlock), 0)
            }
        }
        for (place, step) in steps.enumerated() {
            let a = numbers(step.a)
            let b = step.b.map(numbers)
            let isLast = place == steps.count - 1
            var elements = vk_elements(
                function: step.function, a: a.start, a_stride: a.stride, b: b?.start, b_stride: b?.stride ?? 0,
                lower: step.limits.lowerBound, upper: step.limits.upperBound, alpha: step.alpha, beta: step.beta,
                results: isLast ? own : run.scratch + place * Self.runLength * channelsPerBlock)
            vk_compute_elements(run.level, &elements, count)
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
