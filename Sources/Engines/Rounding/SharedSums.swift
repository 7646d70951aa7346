import Synchronization
import Tensors

/// The sums of magnitudes of one case's exact tensors: every arithmetic's bounds begin with the same.
package final class SharedSums: Sendable {
    private let known = Mutex([String: Tensor<Double>]())

    package init() {}

    /// Where the sums of one output are.
    struct Place {
        let sums: SharedSums
        let output: String

        func tensor(_ compute: () throws -> Tensor<Double>) rethrows -> Tensor<Double> {
            if let known = sums.known.withLock({ $0[output] }) { return known }
            let computed = try compute()
            sums.known.withLock { $0[output] = computed }
            return computed
        }
    }
}
