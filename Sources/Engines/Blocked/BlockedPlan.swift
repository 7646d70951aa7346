import Foundation
import NetworkGraph
import Synchronization
import Tensors
import VectorKernels

/// How a graph is computed for inputs of given shapes: steps, and the memory that they share.
struct BlockedPlan: Sendable {
    let steps: [any BlockedStep]
    /// The tensors that are there before the first step, beside the inputs.
    let constants: [String: Value<Float>]
    /// The numbers in each buffer.
    let bufferCounts: [Int]
    /// The numbers that a thread needs as scratch memory.
    let scratchCount: Int
    /// The multiply-adds of all sums of products.
    let work: Int
}

/// The memory of one run of a plan. It stays prepared: further runs allocate nothing of it.
final class BlockedMemory: @unchecked Sendable {
    // Sendable because one run at a time owns it.
    let buffers: [AlignedNumbers]

    init(for plan: BlockedPlan) {
        buffers = plan.bufferCounts.map { count in
            let numbers = AlignedNumbers(count: count)
            numbers.start.update(repeating: 0, count: count)
            return numbers
        }
    }
}

extension BlockedPlan {
    /// Computes all steps.
    ///
    /// - Throws: the first error of a step.
    func compute(_ run: BlockedRun, threads: Int) throws {
        guard threads > 1 else {
            let scratch = AlignedNumbers(count: scratchCount)
            var own = run
            own.scratch = scratch.start
            for step in steps { for unit in 0..<step.unitCount { try step.run(unit: unit, in: own) } }
            return
        }
        let progress = steps.map { _ in StepProgress() }
        let failure = Mutex<(any Error)?>(nil)
        onThreads(threads) {
            let scratch = AlignedNumbers(count: scratchCount)
            var own = run
            own.scratch = scratch.start
            for (step, progress) in zip(steps, progress) {
                let unitCount = step.unitCount
                while true {
                    let unit = progress.next()
                    guard unit < unitCount else { break }
                    do { try step.run(unit: unit, in: own) } catch { failure.withLock { $0 = $0 ?? error } }
                    progress.finishUnit()
                }
                // The others are about to finish: this is sooner over than a sleep.
                while !progress.isDone(unitCount) { sched_yield() }
                if failure.withLock({ $0 != nil }) { return }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
