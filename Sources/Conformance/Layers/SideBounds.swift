import Engines
import NetworkGraph
import Tensors

/// Bounds on what rounding has done to the tensors of each side of a comparison, keyed by tensor; a tensor without one is
/// exact.
struct SideErrors {
    var engine = [String: Tensor<Double>]()
    var recording = [String: Tensor<Double>]()

    mutating func forget(_ name: String) { (engine[name], recording[name]) = (nil, nil) }
}

/// What bounds the rounding errors of each side of a comparison.
struct SideBounds: Sendable {
    private let graph: Graph
    private let constants: BoundedConstants
    private let engine: RoundingBound
    private let recording: RoundingBound
    private let mayFlushSubnormals: Bool

    /// - Parameters:
    ///   - constants: the graph's.
    ///   - mayFlushSubnormals: whether a side may take subnormal numbers for 0.
    init(
        of graph: Graph, _ constants: BoundedConstants, engine: RoundingBound, recording: RoundingBound,
        mayFlushSubnormals: Bool = false
    ) {
        (self.graph, self.constants) = (graph, constants)
        (self.engine, self.recording) = (engine, recording)
        self.mayFlushSubnormals = mayFlushSubnormals
    }

    /// The bounds that some programs of the same formats keep.
    func of(_ programs: RoundingBound.Programs) -> SideBounds {
        SideBounds(
            of: graph, constants, engine: engine.of(programs), recording: recording.of(programs),
            mayFlushSubnormals: mayFlushSubnormals)
    }

    /// What rounding may have done to tensors that are given, constants apart.
    func inputErrors(of tensors: [String: AnyTensor]) -> SideErrors {
        func errors(_ bound: RoundingBound) -> [String: Tensor<Double>] {
            tensors.reduce(into: [:]) { errors, tensor in
                guard graph.initializers[tensor.key] == nil else { return }
                errors[tensor.key] = bound.inputErrors(
                    of: tensor.value, isConstant: false, mayFlushSubnormals: mayFlushSubnormals)
            }
        }
        let own = errors(engine)
        return SideErrors(engine: own, recording: engine == recording ? own : errors(recording))
    }

    /// The same for one tensor that is given or a constant, as zeros where rounding does nothing.
    func errors(ofGiven name: String, _ given: AnyTensor) -> (engine: Tensor<Double>, recording: Tensor<Double>) {
        let errors = inputErrors(of: [name: given])
        func error(_ bound: RoundingBound, _ own: Tensor<Double>?) -> Tensor<Double> {
            constants.operand(name, in: bound, mayFlushSubnormals: mayFlushSubnormals)?.error ?? own
                ?? Tensor(given.shape, repeating: 0)
        }
        return (error(engine, errors.engine[name]), error(recording, errors.recording[name]))
    }

    /// What rounding may have done to some of the tensors that are computed from the inputs.
    func errors(
        from inputs: [String: AnyTensor], _ exact: [String: AnyTensor], of wanted: Set<String>
    ) throws -> SideErrors {
        var errors = inputErrors(of: inputs)
        for (node, lastReads) in zip(graph.nodes, graph.lastReads()) {
            try add(errorsOf: node, exact, to: &errors)
            for name in lastReads where !wanted.contains(name) { errors.forget(name) }
        }
        return errors
    }

    /// Adds what rounding may have done to a node's outputs to the same of its inputs.
    func add(
        errorsOf node: Node, _ exact: [String: AnyTensor], sums: SharedSums? = nil, to errors: inout SideErrors
    ) throws {
        for name in node.outputs {
            guard let output = exact[name] else { continue }
            (errors.engine[name], errors.recording[name]) = try self.errors(
                of: node, exact, errors, output: output, sums: sums)
        }
    }

    /// What rounding may do to a node's output on each side.
    func errors(
        of node: Node, _ tensors: [String: AnyTensor], _ errors: SideErrors, output: AnyTensor, sums: SharedSums? = nil
    ) throws -> (engine: Tensor<Double>, recording: Tensor<Double>) {
        func bounds(_ bound: RoundingBound, _ errors: [String: Tensor<Double>]) throws -> Tensor<Double> {
            func operand(_ name: String) -> BoundedTensor? {
                constants.operand(name, in: bound, mayFlushSubnormals: mayFlushSubnormals)
                    ?? tensors[name].map { BoundedTensor($0, error: errors[name]) }
            }
            return try bound.errors(
                of: node, inputs: node.inputs.map { $0.flatMap(operand) }, output: output.float64, sums: sums)
        }
        let own = try bounds(engine, errors.engine)
        return (own, engine == recording ? own : try bounds(recording, errors.recording))
    }
}
