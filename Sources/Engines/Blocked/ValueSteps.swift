import NetworkGraph
import Tensors

/// Elements of tensors that are not laid out in blocks, moved to other places.
struct GatherStep: BlockedStep {
    /// Elements that lie evenly apart.
    private struct Run {
        /// The first one's place among those of the moved tensors, one tensor after another; -1 if all are 0.
        let first: Int
        var step = 0
        var count = 1

        init(first: Int) { self.first = first }

        /// Whether the run goes on with the element at a place, which then is a part of it.
        mutating func takes(_ place: Int) -> Bool {
            guard (place < 0) == (first < 0) else { return false }
            if count == 1 { step = place - first }
            guard place == first + count * step else { return false }
            count += 1
            return true
        }
    }

    let moved: [String]
    let output: String
    let shape: Shape
    private let runs: [Run]

    /// - Parameter sources: for each element, its place among those of the moved tensors; -1 stands for 0.
    init(moved: [String], sources: [Int32], output: String, shape: Shape) {
        (self.moved, self.output, self.shape) = (moved, output, shape)
        var runs = [Run]()
        for place in sources where runs.isEmpty || !runs[runs.count - 1].takes(Int(place)) {
            runs.append(Run(first: Int(place)))
        }
        self.runs = runs
    }

    var unitCount: Int { 1 }

    func run(unit: Int, in run: BlockedRun) throws {
        var all = [Float]()
        for tensor in moved {
            let elements = try run.values.real(tensor).elements
            if moved.count == 1 { all = elements } else { all += elements }
        }
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { elements, count in
            all.withUnsafeBufferPointer { all in
                for run in runs {
                    for place in 0..<run.count {
                        elements.initializeElement(
                            at: count + place, to: run.first < 0 ? 0 : all[run.first + place * run.step])
                    }
                    count += run.count
                }
            }
        }
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
