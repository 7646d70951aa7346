@testable import Conformance
@testable import Engines
@testable import NetworkGraph
@testable import Tensors

extension FuzzTarget {
    /// A chain of convolutions, activations, pools and dense layers: the fused network has the bits of the operators
    /// in every arithmetic, and their errors keep the bound.
    static let graphs = FuzzTarget("graphs") { bytes in
        var source = ByteSource(bytes)
        let isTransposed = source.flag()
        let (images, rows, columns) = (source.choose(1...3), source.choose(4...17), source.choose(4...17))
        let input: Shape = isTransposed ? [images, columns, rows, 3] : [images, 3, rows, columns]
        var random = RandomGraph(input: input, source)
        if isTransposed { random.append(Transpose(permutation: [0, 3, 1, 2])) }
        for _ in 0..<random.choose(1...3) { random.appendConvolution() }
        if random.choose(0...1) == 1 {
            random.appendDense(channelsLast: isTransposed)
        } else if isTransposed {
            random.append(Transpose(permutation: [0, 2, 3, 1]))
        }
        guard !random.nodes.isEmpty else { return }
        let values = random.inputTensor()
        let graph = try random.graph()
        let axes: [MapAxis] = isTransposed ? [.image, .column, .row, .channel] : [.image, .channel, .row, .column]
        // [N, rows, columns, 3]
        let upright = values.transposed(isTransposed ? [0, 2, 1, 3] : [0, 2, 3, 1])
        for arithmetic in ArithmeticName.allCases where arithmetic != .fp64 {
            let engine = try arithmetic.engine(for: graph)
            let output = try engine.run(["x": .float32(values)])[graph.outputs[0]]
            guard let output else { return require(false, "an engine gives the graph's output") }
            checkBound(engine, input: values)
            guard let fused = try? FusedNetwork(graph, imageAxes: axes, outputs: graph.outputs, arithmetic: arithmetic),
                let answer = try? fused.evaluate(upright)
            else { continue }
            // [N, rows, columns, channels], as the fused network gives it.
            var expected = output.float64
            if expected.shape.rank == 4 { expected = expected.transposed(isTransposed ? [0, 2, 1, 3] : [0, 2, 3, 1]) }
            require(expected.elements.count == answer.elements.count, "\(arithmetic): as many elements")
            for (right, given) in zip(expected.elements, answer.elements) {
                require(
                    Double(given).bitPattern == right.bitPattern || (given.isNaN && right.isNaN),
                    "\(arithmetic): \(given) is \(right), as the operators give it")
            }
        }
    }

    /// Operators of every kind, one behind the other: each arithmetic computes them without a trap, and keeps the
    /// bound.
    static let operators = FuzzTarget("operators") { bytes in
        var source = ByteSource(bytes)
        let rank = source.choose([2, 3, 4, 4, 4, 5])
        let input = Shape([source.choose(1...2)] + (1..<rank).map { _ in source.choose(1...7) })
        var random = RandomGraph(input: input, source)
        for _ in 0..<random.choose(1...5) { random.appendAnyOperator() }
        let values = random.inputTensor()
        guard !random.nodes.isEmpty else { return }
        let graph = try random.graph()
        for arithmetic in ArithmeticName.allCases { checkBound(try arithmetic.engine(for: graph), input: values) }
    }

    /// That an engine's outputs are as near to a float64 run as rounding allows. An arithmetic that overflows is left
    /// out: the bound is one of roundings.
    private static func checkBound(_ engine: any Engine, input: Tensor<Float>) {
        let formats = engine.arithmetic.formats
        guard engine.arithmetic != .fp64, input.elements.allSatisfy(\.isFinite),
            fits(.float32(input), formats.stored),
            engine.graph.initializers.values.allSatisfy({ fits($0, formats.constants) }),
            let exact = recorded(.fp64, engine.graph, input),
            let computed = recorded(engine.arithmetic, engine.graph, input),
            (Array(exact.tensors.values) + Array(computed.tensors.values)).allSatisfy({
                $0.float64.elements.allSatisfy(\.isFinite)
            }), !overflowsWithin(engine, exact.tensors.merging(exact.inputs) { tensor, _ in tensor })
        else { return }
        do {
            let comparison = try LayerComparison(of: engine, bound: RoundingBound(of: engine.arithmetic))
            for layer in try comparison.compare(with: computed).layers {
                for agreement in [layer.isolated, layer.cumulative].compactMap({ $0 }) {
                    let ratio = agreement.candidateError?.boundRatio ?? 0
                    require(
                        ratio <= 1,
                        "\(engine.arithmetic), \(layer.layer): an error of \(agreement.candidateError?.maxAbsError ?? 0), "
                            + "\(ratio) times its bound, in\n\(words(engine.graph, input))")
                }
            }
        } catch { require(false, "what an engine computes can be compared: \(error)") }
    }

    /// Whether all numbers but infinities are within a format.
    private static func fits(_ tensor: AnyTensor, _ format: FloatFormat) -> Bool {
        tensor.elementType.floatFormat == nil
            || tensor.float64.elements.allSatisfy { !$0.isFinite || format.rounded($0).isFinite }
    }

    /// Whether squares may overflow that an operator sums to divide by, so that its result is small, and not infinite.
    private static func overflowsWithin(_ engine: any Engine, _ tensors: [String: AnyTensor]) -> Bool {
        engine.graph.nodes.contains { node in
            guard
                node.operator is Normalization || node.operator is NormDivision
                    || node.operator is LocalResponseNormalization, let input = node.inputs[0].flatMap({ tensors[$0] })
            else { return false }
            let sum = input.float64.elements.reduce(0) { $0 + $1 * $1 }
            return sum >= engine.arithmetic.formats.working.largest / 2
        }
    }

    /// A graph for a person: inputs, nodes and constants.
    private static func words(_ graph: Graph, _ input: Tensor<Float>) -> String {
        let nodes = graph.nodes.map { node in
            "\(node.outputs[0]) = \(node.operator)(\(node.inputs.map { $0 ?? "-" }.joined(separator: ", ")))"
        }
        let constants = graph.initializers.sorted { $0.key < $1.key }.map { name, tensor in
            "\(name) \(tensor.shape) = \(tensor.float64.elements.prefix(40))"
        }
        return (["x \(input.shape) = \(input.elements.prefix(40))"] + constants + nodes).joined(separator: "\n")
    }

    private static func recorded(_ arithmetic: ArithmeticName, _ graph: Graph, _ input: Tensor<Float>) -> RecordedCase?
    {
        var tensors = [String: AnyTensor]()
        guard let engine = try? arithmetic.engine(for: graph) else { return nil }
        guard (try? engine.run(["x": .float32(input)], observing: { tensors[$0.name] = $0.values })) != nil else {
            return nil
        }
        return RecordedCase(name: "fuzz", source: "fuzz", inputs: ["x": .float32(input)], tensors: tensors)
    }
}
