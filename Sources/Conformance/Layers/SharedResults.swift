import Engines
import Synchronization
import Tensors

/// What comparisons of several arithmetics with one recorded case have in common: the oracle's results for single layers,
/// and the sums of magnitudes that bounds on errors begin with.
final class SharedResults: Sendable {
    /// Of the exact tensors.
    let sums = SharedSums()
    /// Of the recorded tensors.
    let isolatedSums = SharedSums()
    private let results = Mutex([String: AnyTensor]())

    /// What the oracle gives for a layer's recorded inputs, computed when it is asked for first.
    func result(of layer: String, _ compute: () throws -> AnyTensor) rethrows -> AnyTensor {
        if let known = results.withLock({ $0[layer] }) { return known }
        let computed = try compute()
        results.withLock { $0[layer] = computed }
        return computed
    }
}
