import NetworkGraph
import Synchronization
import Tensors
import VectorKernels

/// A step of a plan: it reads tensors that earlier steps computed, and writes others.
///
/// Its units may be computed in any order and at the same time; no result depends on which thread computes it.
protocol BlockedStep: Sendable {
    var unitCount: Int { get }

    func run(unit: Int, in run: BlockedRun) throws
}

/// One evaluation of a plan, as one thread sees it.
struct BlockedRun: @unchecked Sendable {
    // Sendable because units of a step write to separate places, and a step begins when those before it are done.
    let level: vk_level
    let buffers: [UnsafeMutablePointer<Float>]
    /// Memory for the intermediate results of a unit.
    var scratch: UnsafeMutablePointer<Float>
    let values: ValueTable
    let observe: (Node, Value<Float>) throws -> Void

    func pointer(_ map: BlockedMap, image: Int, block: Int = 0, row: Int = 0) -> UnsafeMutablePointer<Float> {
        buffers[map.buffer] + map.start(image: image, block: block, row: row)
    }
}

/// Tensors that are not laid out in blocks. Only steps of one unit change them.
final class ValueTable: @unchecked Sendable {
    // Sendable because no two steps run at the same time.
    private let constants: [String: Value<Float>]
    private var values: [String: Value<Float>]

    /// - Parameter constants: tensors that stay as they are.
    init(constants: [String: Value<Float>], inputs: [String: Value<Float>]) {
        self.constants = constants
        values = inputs
    }

    subscript(_ tensor: String?) -> Value<Float>? {
        get { tensor.flatMap { values[$0] ?? constants[$0] } }
        set { if let tensor { values[tensor] = newValue } }
    }

    func real(_ tensor: String) throws(OperatorError) -> Tensor<Float> {
        guard case .real(let numbers)? = self[tensor] else { throw OperatorError("takes numbers from \"\(tensor)\"") }
        return numbers
    }
}

/// How far the threads of a run are with a step.
final class StepProgress: Sendable {
    private let taken = Atomic<Int>(0)
    private let done = Atomic<Int>(0)

    /// The next unit that nobody has taken.
    func next() -> Int { taken.add(1, ordering: .relaxed).oldValue }

    func finishUnit() { done.add(1, ordering: .releasing) }

    func isDone(_ unitCount: Int) -> Bool { done.load(ordering: .acquiring) >= unitCount }
}
