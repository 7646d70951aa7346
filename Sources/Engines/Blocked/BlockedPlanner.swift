import NetworkGraph
import Tensors
import VectorKernels

/// Chooses the steps that compute a graph for inputs of given shapes.
///
/// What the kernels on blocks compute is planned for them; each other node is computed by its operator's definition.
/// Functions of single numbers join the step before them, unless someone observes every tensor.
struct BlockedPlanner {
    let graph: Graph
    let types: [String: TensorType]
    /// The graph's constants, and tensors that follow from constants alone.
    private let constants: [String: AnyTensor]
    let observes: Bool
    private(set) var steps = [PlannedStep]()
    /// The tensors computed so far that lie in blocks, and those that lie as they are.
    private var inBlocks = Set<String>()
    private var asValues: Set<String>
    private var done = Set<String>()

    /// - Parameter constants: tensors that are known before the run, by name; they need not be the graph's initializers.
    init(_ graph: Graph, _ types: [String: TensorType], constants: [String: AnyTensor], observes: Bool) {
        self.graph = graph
        self.types = types
        self.constants = constants
        self.observes = observes
        asValues = Set(graph.initializers.keys).union(graph.inputs.map(\.name))
        for (place, node) in graph.nodes.enumerated() where !done.contains(node.outputs.first ?? "") {
            plan(node, at: place)
        }
        for output in graph.outputs { needValue(output) }
    }

    /// The multiply-adds of all sums of products.
    var work: Int {
        graph.nodes.reduce(0) { sum, node in
            guard let output = types[node.outputs[0]] else { return sum }
            return sum + node.operator.multiplyAdds(from: node.inputs.map { $0.flatMap { types[$0] } }, to: output)
        }
    }

    // MARK: - Tensors

    /// The extents of a tensor that can lie in blocks: [N, C, rows, columns].
    func extents(_ tensor: String?) -> [Int]? {
        guard let tensor, let type = types[tensor], type.kind == .real, type.shape.rank == 4, type.shape.count > 0
        else { return nil }
        return type.shape.dimensions
    }

    func isInBlocks(_ tensor: String) -> Bool { inBlocks.contains(tensor) }

    private mutating func needBlocks(_ tensor: String) {
        guard inBlocks.insert(tensor).inserted else { return }
        steps.append(.blocksFromPlanes(tensor))
    }

    private mutating func needValue(_ tensor: String) {
        guard asValues.insert(tensor).inserted else { return }
        steps.append(.planesFromBlocks(tensor))
    }

    func constant(_ tensor: String?) -> Tensor<Float>? {
        guard let tensor, case .float32(let numbers)? = constants[tensor] else { return nil }
        return numbers
    }

    // MARK: - Nodes

    private mutating func plan(_ node: Node, at place: Int) {
        if let step = blockedStep(node) {
            for map in step.maps { needBlocks(map) }
            finish(step, node, at: place)
        } else if let step = elementStep(node) {
            for map in step.maps { needBlocks(map) }
            finish(.elements(step), node, at: place)
        } else if let step = denseStep(node) {
            needValue(node.inputs[0] ?? "")
            steps.append(step)
            asValues.formUnion(node.outputs)
            observe(node)
        } else {
            for input in node.inputs.compactMap({ $0 }) { needValue(input) }
            steps.append(gatherStep(node) ?? .defined(node))
            asValues.formUnion(node.outputs)
            observe(node)
        }
    }

    private mutating func observe(_ node: Node) {
        guard observes else { return }
        for output in node.outputs { needValue(output) }
        steps.append(.observe(node))
    }

    /// Joins the functions that follow, as far as one tensor is left of all.
    private mutating func finish(_ step: PlannedStep, _ node: Node, at place: Int) {
        var step = step
        if !observes {
            switch step {
            case .convolution(var convolution):
                join(&convolution.program, after: place)
                convolution.absorbFunctions()
                step = .convolution(convolution)
            case .elements(var program):
                join(&program, after: place)
                step = .elements(program)
            default: break
            }
        }
        steps.append(step)
        if let result = step.result { inBlocks.insert(result) }
        observe(node)
    }

    /// The most functions of one program, which bounds its memory.
    private static let mostSteps = 12

    private mutating func join(_ program: inout PlannedProgram, after place: Int) {
        var trial = program
        // The operand that stands for each tensor within the program, and how many readers it has left.
        var operands = [
            program.result: program.steps.isEmpty ? .own : PlannedProgram.Operand.result(program.steps.count - 1)
        ]
        var left = [program.result: readers(program.result)]
        var joined = [String]()
        var best = (program, 0)
        let shape = types[program.result]?.shape
        for node in graph.nodes[(place + 1)...] {
            guard left.values.contains(where: { $0 > 0 }), trial.steps.count < Self.mostSteps else { break }
            let own = node.inputs.compactMap { $0 }.filter { left[$0] != nil }
            if own.isEmpty { continue }
            guard !done.contains(node.outputs[0]), types[node.outputs[0]]?.shape == shape,
                let steps = functions(
                    node, operand: { name in operands[name] ?? self.readyOperand(name, for: shape) },
                    from: trial.steps.count)
            else { break }
            trial.steps += steps
            trial.result = node.outputs[0]
            for input in own { left[input, default: 0] -= 1 }
            left[node.outputs[0]] = readers(node.outputs[0])
            operands[node.outputs[0]] = .result(trial.steps.count - 1)
            joined.append(node.outputs[0])
            // All but the last result must have no reader left.
            if left.allSatisfy({ $0.key == trial.result || $0.value == 0 }) { best = (trial, joined.count) }
        }
        program = best.0
        done.formUnion(joined.prefix(best.1))
    }

    /// How often nodes read a tensor; a graph's output is read once more.
    private func readers(_ tensor: String) -> Int {
        graph.takers(of: tensor).reduce(0) { $0 + $1.inputs.count { $0 == tensor } }
            + (graph.outputs.contains(tensor) ? 1 : 0)
    }

    // MARK: - Functions of single numbers

    private func elementStep(_ node: Node) -> PlannedProgram? {
        let shape = types[node.outputs[0]]?.shape
        guard node.outputs.count == 1, extents(node.outputs[0]) != nil,
            node.inputs.contains(where: { $0.map(inBlocks.contains) ?? false }),
            let steps = functions(
                node,
                operand: { name in
                    self.constantOperand(name, for: shape)
                        ?? (self.extents(name) == shape?.dimensions ? .map(name) : self.readyOperand(name, for: shape))
                }, from: 0)
        else { return nil }
        return PlannedProgram(steps: steps, result: node.outputs[0])
    }

    /// A tensor that is already there.
    private func readyOperand(_ name: String, for shape: Shape?) -> PlannedProgram.Operand? {
        if let constant = constantOperand(name, for: shape) { return constant }
        guard let shape, let own = extents(name), inBlocks.contains(name) else { return nil }
        if own == shape.dimensions { return .map(name) }
        return own == [shape[0], shape[1], 1, 1] ? .pixel(name) : nil
    }

    /// A constant with one number, or one for each channel.
    private func constantOperand(_ name: String, for shape: Shape?) -> PlannedProgram.Operand? {
        guard let shape, let numbers = constant(name) else { return nil }
        return constantOperand(numbers, for: shape)
    }

    private func constantOperand(_ numbers: Tensor<Float>, for shape: Shape) -> PlannedProgram.Operand? {
        if numbers.shape.count == 1, numbers.shape.rank <= 4 { return .constant(numbers.elements) }
        let own = Array(repeating: 1, count: max(4 - numbers.shape.rank, 0)) + numbers.shape.dimensions
        return own == [1, shape[1], 1, 1] ? .constant(numbers.elements) : nil
    }

    /// A node's functions; the first is the program's `from`-th.
    private func functions(
        _ node: Node, operand: (String) -> PlannedProgram.Operand?, from: Int
    ) -> [PlannedProgram.Step]? {
        func given(_ position: Int) -> PlannedProgram.Operand? {
            guard node.inputs.indices.contains(position), let name = node.inputs[position] else { return nil }
            return operand(name)
        }
        func isMap(_ operand: PlannedProgram.Operand) -> Bool { if case .constant = operand { false } else { true } }
        guard node.outputs.count == 1, let a = given(0) else { return nil }
        switch node.operator {
        case let function as ActivationFunction:
            switch function {
            case .identity: return [.init(function: .kernel(.limit), a: a)]
            case .relu: return [.init(function: .kernel(.limit), a: a, limits: 0 ... .infinity)]
            case .leakyReLU(let slope): return [.init(function: .kernel(.prelu), a: a, b: .constant([slope]))]
            case .sigmoid: return [.init(function: .kernel(.sigmoid), a: a)]
            case .errorFunction: return [.init(function: .kernel(.error), a: a)]
            case .hardSigmoid(let alpha, let beta):
                return [.init(function: .kernel(.hard_sigmoid), a: a, alpha: alpha, beta: beta)]
            case .hardSwish: return [.init(function: .kernel(.hard_swish), a: a)]
            default: return [.init(function: .scalar(function), a: a)]
            }
        case let binary as BinaryArithmetic:
            guard let b = given(1), isMap(a) || isMap(b), let function = binary.function else { return nil }
            return [.init(function: .kernel(function), a: a, b: b)]
        case is Clip:
            guard node.inputs.count == 3, let lower = constant(node.inputs[1])?.elements.first,
                let upper = constant(node.inputs[2])?.elements.first, lower <= upper
            else { return nil }
            return [.init(function: .kernel(.limit), a: a, limits: lower...upper)]
        case let prelu as PReLU:
            guard let shape = types[node.outputs[0]]?.shape, let slopes = constant(node.inputs[1]),
                let b = constantOperand(
                    slopes.reshaped(to: prelu.broadcastShape(ofSlope: slopes.shape, for: shape)), for: shape)
            else { return nil }
            return [.init(function: .kernel(.prelu), a: a, b: b)]
        case let normalization as BatchNormalization:
            let parts = (1...4).compactMap { constant(node.inputs[$0])?.elements }
            guard parts.count == 4 else { return nil }
            let factors = normalization.factors(scale: parts[0], variance: parts[3])
            return [.init(function: .kernel(.normalize), a: a, b: .constants([parts[2], factors, parts[1]]))]
        case VariadicArithmetic.sum:
            var steps = [PlannedProgram.Step]()
            var sum = a
            for position in node.inputs.indices.dropFirst() {
                guard let b = given(position), isMap(sum) || isMap(b) else { return nil }
                steps.append(.init(function: .kernel(.add), a: sum, b: b))
                sum = .result(from + steps.count - 1)
            }
            return steps.isEmpty ? nil : steps
        default: return nil
        }
    }
}

extension BinaryArithmetic {
    fileprivate var function: vk_function? {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        default: nil
        }
    }
}
