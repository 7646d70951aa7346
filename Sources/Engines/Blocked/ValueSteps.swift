import NetworkGraph
import Tensors

/// Elements of tensors that are not laid out in blocks, moved to other places.
struct GatherStep: BlockedStep {
    let moved: [String]
    /// For each element, its place among those of the moved tensors, one tensor after another; -1 stands for 0.
    let sources: [Int32]
    let output: String
    let shape: Shape

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) throws {
        var all = [Float]()
        for tensor in moved {
            let elements = try run.values.real(tensor).elements
            if moved.count == 1 { all = elements } else { all += elements }
        }
        let elements = all.withUnsafeBufferPointer { all in sources.map { $0 < 0 ? 0 : all[Int($0)] } }
        run.values[output] = .real(Tensor(shape, elements))
    }
}

/// A node computed by its operator's definition.
struct DefinedStep: BlockedStep {
    let node: Node
    let engine: OperatorEngine<Float32Arithmetic>

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) throws {
        let given = node.inputs.map { run.values[$0] }
        for (name, value) in zip(node.outputs, try engine.compute(node, from: given)) { run.values[name] = value }
    }
}

/// Reports a node's results to whoever records the run.
struct Observe: BlockedStep {
    let node: Node

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) throws {
        guard let value = run.values[node.outputs[0]] else { return }
        try run.observe(node, value)
    }
}

/// Forgets tensors that no later step reads.
struct Forget: BlockedStep {
    let tensors: [String]

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) {
        for tensor in tensors { run.values[tensor] = nil }
    }
}
