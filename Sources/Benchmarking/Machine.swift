import Engines
import Foundation
import VectorKernels

/// The machine's performance, and the resources that the process has used.
package enum Machine {
    /// The float32 operations of one core in a second, in units of 10^9, if it executes only fused multiply-adds on
    /// registers, each counted as two: the best of several tries.
    package static func multiplyAddPeak(level: KernelLevel = .best) -> Double {
        var best = 0.0
        for _ in 0..<9 {
            var result: Float = 0
            var count = 0
            let elapsed = seconds {
                count = vk_multiply_add_chains(level.kernelLevel, 200_000, 0.5, 1, &result)
            }
            best = max(best, Double(2 * count) / elapsed / 1e9)
        }
        return best
    }

    /// The process's peak resident memory so far, in units of 10^6 bytes.
    package static var peakMemory: Double {
        var usage = rusage()
        #if os(Linux)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            let unit = 1024.0
        #else
            getrusage(RUSAGE_SELF, &usage)
            let unit = 1.0
        #endif
        return Double(usage.ru_maxrss) * unit / 1e6
    }
}
