import Engines
import NetworkGraph
import Tensors

/// A graph of one of the three networks, computed layer by layer if possible, else by an engine, operator by operator.
///
/// The graph's input tells two dialects apart. [N, x, y, 3]: the network was trained on images whose first axis is x,
/// so images go in transposed and maps come out transposed. [N, 3, y, x]: upright. The outputs are one tensor of 6 or
/// 16 channels in the order of ``FaceNetwork``, or tensors of 2 logits, 4 box values and 10 landmark values. If an
/// output ends in a softmax over exactly the two logits, the softmax is skipped: the cascade computes the probability
/// itself, with defined bits. Any other computation of the scores is done as in the graph.
package struct GraphFaceNetwork: FaceNetwork {
    package let network: CascadeNetwork
    private let computation: Computation
    /// With logits in place of the two probabilities.
    private let graph: Graph
    package let scores: FaceScores
    private let layout: ImageLayout

    /// The outputs in the order of ``FaceNetwork``.
    private let heads: [String]

    private enum Computation: Sendable {
        case layers(FusedNetwork)
        case operators(any Engine)
    }

    /// - Throws: ``GraphFaceNetworkError`` if the inputs or the outputs do not fit the network, `GraphError`, or
    ///   `EngineError` for an operator that no engine computes.
    package init(_ network: CascadeNetwork, graph: Graph, arithmetic: ArithmeticName) throws {
        try self.init(network, graph: graph) { graph, layout, heads in
            guard layout.takesNormalisedRGB else { return .operators(try arithmetic.engine(for: graph)) }
            do throws(FusionError) {
                return .layers(
                    try FusedNetwork(graph, imageAxes: layout.axes, outputs: heads, arithmetic: arithmetic))
            } catch {
                return .operators(try arithmetic.engine(for: graph))
            }
        }
    }

    /// - Parameter makeEngine: Returns the engine for a graph: the given one, with logits as outputs.
    /// - Throws: ``GraphFaceNetworkError`` if the inputs or the outputs do not fit the network, `GraphError`, or any
    ///   error of `makeEngine`.
    package init(_ network: CascadeNetwork, graph: Graph, engine makeEngine: (Graph) throws -> any Engine) throws {
        try self.init(network, graph: graph) { graph, _, _ in .operators(try makeEngine(graph)) }
    }

    private init(
        _ network: CascadeNetwork, graph: Graph, computation: (Graph, ImageLayout, [String]) throws -> Computation
    ) throws {
        self.network = network
        layout = try ImageLayout(of: graph)
        self.graph = try graph.withoutFinalSoftmax(layout, side: network.inputSide)
        heads = try self.graph.heads(of: network, layout: layout)
        scores = self.graph.scores(of: heads[0])
        self.computation = try computation(self.graph, layout, heads)
    }

    package func evaluate(_ images: Tensor<Float>) throws -> Tensor<Float> {
        switch computation {
        case .layers(let fused): try fused.evaluate(images)
        case .operators(let engine):
            if takesOneImage, images.shape[0] > 1 {
                try evaluateOneByOne(images, by: engine)
            } else {
                try evaluate(images, by: engine)
            }
        }
    }

    /// Whether the graph declares a batch of 1.
    private var takesOneImage: Bool { graph.inputs[0].dimensions.first == .fixed(1) }

    /// Runs a graph that takes a single image once for each image.
    private func evaluateOneByOne(_ images: Tensor<Float>, by engine: any Engine) throws -> Tensor<Float> {
        let one = Shape([1] + images.shape.dimensions.dropFirst())
        let answers = try (0..<images.shape[0]).map { index in
            let image = images.elements[index * one.count..<(index + 1) * one.count]
            return try evaluate(Tensor(one, Array(image)), by: engine)
        }
        let shape = Shape([answers.count] + answers[0].shape.dimensions.dropFirst())
        return Tensor(shape, answers.flatMap(\.elements))
    }

    private func evaluate(_ images: Tensor<Float>, by engine: any Engine) throws -> Tensor<Float> {
        let input = graph.inputs[0].name
        return try answers(in: engine.run([input: .float32(layout.input(from: images))]))
    }

    /// The network's answers in the form of ``FaceNetwork``, from the graph's tensors; logits, if a softmax over the
    /// two follows them.
    ///
    /// - Throws: ``GraphFaceNetworkError/missingAnswer(_:)``, or ``CascadeError`` for tensors of unequal size.
    package func answers(in tensors: [String: AnyTensor]) throws -> Tensor<Float> {
        let outputs = try heads.map { name in
            guard let output = tensors[name] else { throw GraphFaceNetworkError.missingAnswer(name) }
            return output.float32
        }
        return try layout.joined(outputs, network: network)
    }

    /// The multiply-adds of each node with sums for images [count, rows, columns, 3], keyed by the node's output.
    ///
    /// - Throws: `GraphError` if such images do not fit the graph.
    package func multiplyAdds(count: Int, rows: Int, columns: Int) throws -> [String: Int] {
        if takesOneImage, count > 1 {
            return try multiplyAdds(count: 1, rows: rows, columns: columns).mapValues { $0.saturatingProduct(count) }
        }
        let shape = layout.inputShape(count: count, rows: rows, columns: columns)
        return try graph.multiplyAdds(for: [graph.inputs[0].name: shape])
    }
}

/// Why a graph is not one of the cascade's networks.
public enum GraphFaceNetworkError: Error, Equatable {
    /// Neither one input [N, x, y, 3] nor one [N, 3, y, x].
    case unknownInput(graph: String, inputs: [String])

    /// Outputs that do not make up the network's channels.
    case unknownOutputs(graph: String, outputs: [String], expected: String)

    /// A tensor of the answer is missing.
    case missingAnswer(String)
}

extension GraphFaceNetworkError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownInput(let graph, let inputs):
            "graph \"\(graph)\": inputs \(inputs.joined(separator: ", ")); expected one, [N, x, y, 3] or [N, 3, y, x]"
        case .unknownOutputs(let graph, let outputs, let expected):
            "graph \"\(graph)\": outputs \(outputs.joined(separator: ", ")); expected \(expected)"
        case .missingAnswer(let name):
            "tensor \"\(name)\", which is part of a face network's answer, was not computed"
        }
    }
}

extension Graph {
    /// The same graph with logits for probabilities: an output of a softmax over exactly the two channels is replaced
    /// by the softmax's input.
    fileprivate func withoutFinalSoftmax(_ layout: ImageLayout, side: Int) throws(GraphError) -> Graph {
        let types = try tensorTypes(for: [inputs[0].name: layout.inputShape(count: 1, rows: side, columns: side)])
        var kept = nodes
        let outputs = outputs.map { output in
            guard let index = kept.firstIndex(where: { $0.outputs == [output] }),
                let softmax = kept[index].operator as? Softmax,
                !nodes.contains(where: { $0.inputs.contains(output) }),
                let logits = kept[index].inputs.first ?? nil, let shape = types[logits]?.shape,
                layout.channels(of: shape) == 2, softmax.isOverChannels(of: shape, layout)
            else { return output }
            kept.remove(at: index)
            return logits
        }
        return try Graph(
            name: name, inputs: inputs, outputs: outputs, nodes: kept, initializers: initializers)
    }

    /// The kind of an output's scores: probabilities if the last operator that does more than move elements gives
    /// numbers from 0 to 1.
    fileprivate func scores(of output: String) -> FaceScores {
        guard let node = nodes.first(where: { $0.outputs.contains(output) }) else { return .logits }
        let inputs = node.inputs.compactMap { $0 }
        switch node.operator.name {
        case "Softmax", "Sigmoid", "HardSigmoid", "Hardmax", "Clip", "Div": return .probabilities
        case "Concat": return inputs.contains { scores(of: $0) == .probabilities } ? .probabilities : .logits
        case "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Cast", "Slice", "Split", "Gather":
            return inputs.first.map { scores(of: $0) } ?? .logits
        default: return .logits
        }
    }

    /// The outputs that together hold a network's channels, in order.
    fileprivate func heads(of network: CascadeNetwork, layout: ImageLayout) throws -> [String] {
        let side = network.inputSide
        let types = try tensorTypes(for: [inputs[0].name: layout.inputShape(count: 1, rows: side, columns: side)])
        let shapes = outputs.map { types[$0]?.shape ?? [] }
        let wanted = network == .output ? [2, 4, 10] : [2, 4]
        for channels in [[network.outputChannels], wanted] where channels.count == outputs.count {
            let heads = channels.compactMap { count in
                zip(outputs, shapes).first { layout.channels(of: $1) == count }?.0
            }
            if heads.count == channels.count { return heads }
        }
        throw GraphFaceNetworkError.unknownOutputs(
            graph: name, outputs: zip(outputs, shapes).map { "\($0) \($1)" },
            expected: "one of \(network.outputChannels) channels, or "
                + wanted.map(String.init).joined(separator: ", ") + " channels")
    }
}

extension Softmax {
    /// Whether each sum runs over exactly one pixel's channels.
    fileprivate func isOverChannels(of shape: Shape, _ layout: ImageLayout) -> Bool {
        let axis = axis < 0 ? axis + shape.rank : axis
        return axis == layout.channelAxis(rank: shape.rank) && (!spansFollowingAxes || axis == shape.rank - 1)
    }
}

extension AnyTensor {
    /// The elements as float32, rounded if they are float64.
    fileprivate var float32: Tensor<Float> {
        if case .float32(let tensor) = self { return tensor }
        return float64.map { Float($0) }
    }
}
