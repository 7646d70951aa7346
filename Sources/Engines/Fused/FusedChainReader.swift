import NetworkGraph
import Tensors

/// A layer as a graph describes it.
struct FusedStage {
    var layer: FusedLayer
    let place: Place
    var pool: SlidingWindow?
    /// The node that computes the layer's sums.
    let node: Node

    enum Place: Equatable {
        /// - Parameters:
        ///   - kernel: the extents along the graph's spatial axes.
        ///   - isTransposed: whether the first of these is the image's columns.
        case convolution(inputChannels: Int, kernel: [Int], isTransposed: Bool)
        /// - Parameter order: the flattened axes, outermost first.
        case dense(order: [MapAxis])
    }
}

/// Follows a graph from its input to its outputs and joins its operators into layers.
struct FusedChainReader<A: Arithmetic> {
    private let graph: Graph
    private let consumers: [String: [Node]]
    /// The node that produces each tensor.
    private let givers: [String: Node]
    /// The output of the stages so far, and what its axes stand for.
    private var tensor: String
    private var axes: [MapAxis]
    /// The axes flattened into the tensor's channel axis; empty if none.
    private var flattened: [MapAxis] = []
    private var stages: [FusedStage] = []

    init(_ graph: Graph) {
        self.graph = graph
        var consumers = [String: [Node]]()
        for node in graph.nodes {
            for input in Set(node.inputs.compactMap { $0 }) { consumers[input, default: []].append(node) }
        }
        self.consumers = consumers
        givers = Dictionary(
            graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first })
        tensor = graph.inputs.first?.name ?? ""
        axes = []
    }

    /// - Throws: ``FusionError`` at the first node that does not fit.
    mutating func stages(imageAxes: [MapAxis], outputs: [String]) throws(FusionError) -> [FusedStage] {
        guard graph.inputs.count == 1 else { throw unsupported("is not the graph's only input") }
        axes = imageAxes
        while outputs != [tensor] {
            let nodes = consumers[tensor] ?? []
            if let activation = SpelledOutPReLU(of: tensor, in: graph) {
                try activate(activation.slope, giving: activation.output, at: activation.node)
            } else if nodes.count == 1 {
                try follow(nodes[0])
            } else {
                try join(nodes, outputs)
                break
            }
        }
        guard flattened.isEmpty else { throw unsupported("is flattened, but no dense layer takes it") }
        return stages
    }

    private func unsupported(_ reason: String) -> FusionError { .unsupportedTensor(tensor, reason: reason) }

    private func unsupported(_ node: Node, _ reason: String) -> FusionError {
        .unsupportedNode(node.name, operator: node.operator.name, reason: reason)
    }

    private mutating func follow(_ node: Node) throws(FusionError) {
        guard node.outputs.count == 1 else { throw unsupported(node, "has \(node.outputs.count) outputs") }
        switch node.operator {
        case let convolution as Convolution: try append(convolution, node)
        case is MatMul: try append(try dense(node, weights: try matrix(1, of: node, isTransposed: false)), node)
        case let gemm as Gemm: try append(try dense(gemm, node), node)
        case BinaryArithmetic.add: try add(node)
        case is PReLU: return try activate(node.inputs[1], giving: node.outputs[0], at: node)
        case let pool as MaxPool: try append(pool.window, node)
        case let transpose as Transpose: axes = transpose.permutation(rank: axes.count).map { axes[$0] }
        case let flatten as Flatten where flatten.axis == 1: try self.flatten(node)
        case is Reshape where flattensImages(node): try self.flatten(node)
        case ActivationFunction.identity: break
        case let cast as Cast where keepsNumbers(cast): break
        default: throw unsupported(node, "is not supported in fused networks")
        }
        tensor = node.outputs[0]
    }

    // MARK: - Layers

    private mutating func append(_ convolution: Convolution, _ node: Node) throws(FusionError) {
        guard convolution.isPlain else { throw unsupported(node, "has padding, strides, dilations or groups") }
        guard axes == [.image, .channel, .row, .column] || axes == [.image, .channel, .column, .row] else {
            throw unsupported(node, "takes maps whose axes are \(axes)")
        }
        let weights = try constant(1, of: node)
        guard weights.shape.rank == 4, weights.shape[0] > 0 else {
            throw unsupported(node, "has weights \(weights.shape)")
        }
        let starts =
            node.inputs.count > 2 && node.inputs[2] != nil
            ? try constant(2, of: node).elements : [Float](repeating: 0, count: weights.shape[0])
        guard starts.count == weights.shape[0] else { throw unsupported(node, "has \(starts.count) biases") }
        stages.append(
            FusedStage(
                layer: FusedLayer(weights: weights.elements, starts: starts),
                place: .convolution(
                    inputChannels: weights.shape[1], kernel: Array(weights.shape.dimensions[2...]),
                    isTransposed: axes[2] == .column), node: node))
    }

    private mutating func append(_ layer: FusedLayer, _ node: Node) throws(FusionError) {
        guard axes == [.image, .channel] else { throw unsupported(node, "takes a tensor whose axes are \(axes)") }
        stages.append(
            FusedStage(layer: layer, place: .dense(order: flattened.isEmpty ? [.channel] : flattened), node: node))
        flattened = []
    }

    private func dense(
        _ node: Node, weights: Tensor<Float>, addends: [Float]? = nil, storesSums: Bool = true
    ) throws(FusionError) -> FusedLayer {
        FusedLayer(
            weights: weights.elements, starts: [Float](repeating: 0, count: weights.shape[0]), addends: addends,
            storesSums: storesSums)
    }

    private func dense(_ gemm: Gemm, _ node: Node) throws(FusionError) -> FusedLayer {
        guard gemm.alpha == 1, gemm.beta == 1, !gemm.transposesA else {
            throw unsupported(node, "has alpha, beta or transA")
        }
        let weights = try matrix(1, of: node, isTransposed: gemm.transposesB)
        guard node.inputs.count > 2, node.inputs[2] != nil else { return try dense(node, weights: weights) }
        let addends = try perChannel(2, of: node, axes: [.image, .channel], count: weights.shape[0])
        return try dense(node, weights: weights, addends: addends, storesSums: false)
    }

    /// A constant factor on the right as [columns, rows].
    private func matrix(_ input: Int, of node: Node, isTransposed: Bool) throws(FusionError) -> Tensor<Float> {
        let matrix = try constant(input, of: node)
        guard matrix.shape.rank == 2, matrix.shape.count > 0 else {
            throw unsupported(node, "has a factor \(matrix.shape)")
        }
        return isTransposed ? matrix : matrix.transposed([1, 0])
    }

    // MARK: - What follows a layer

    private mutating func add(_ node: Node) throws(FusionError) {
        guard let last = stages.indices.last, case .dense = stages[last].place, stages[last].node.operator is MatMul,
            stages[last].layer.addends == nil, stages[last].layer.slopes == nil
        else { throw unsupported(node, "does not follow a matrix product") }
        let input = node.inputs[0] == tensor ? 1 : 0
        stages[last].layer.addends = try perChannel(
            input, of: node, axes: axes, count: stages[last].layer.channelCount)
    }

    private mutating func activate(_ slope: String?, giving output: String, at node: Node) throws(FusionError) {
        guard let last = stages.indices.last, stages[last].pool == nil, stages[last].layer.slopes == nil,
            flattened.isEmpty, let index = node.inputs.firstIndex(of: slope)
        else { throw unsupported(node, "does not follow a convolution or a dense layer") }
        stages[last].layer.slopes = try perChannel(
            index, of: node, axes: axes, count: stages[last].layer.channelCount)
        tensor = output
    }

    private mutating func append(_ window: SlidingWindow, _ node: Node) throws(FusionError) {
        guard let last = stages.indices.last, case .convolution(_, _, let isTransposed) = stages[last].place,
            stages[last].pool == nil, axes == [.image, .channel] + (isTransposed ? [.column, .row] : [.row, .column])
        else { throw unsupported(node, "does not follow a convolution") }
        guard window.isFusible else { throw unsupported(node, "has another window than 2 x 2 or 3 x 3") }
        stages[last].pool = window
    }

    private mutating func flatten(_ node: Node) throws(FusionError) {
        guard axes.first == .image, axes.count > 1, flattened.isEmpty else {
            throw unsupported(node, "takes a tensor whose axes are \(axes)")
        }
        flattened = Array(axes.dropFirst())
        axes = [.image, .channel]
    }

    /// Whether a Reshape leaves the first axis and joins the others.
    private func flattensImages(_ node: Node) -> Bool {
        guard let reshape = node.operator as? Reshape,
            let shape = node.inputs[1].flatMap({ graph.initializers[$0] })?.integers,
            shape.elements.count == 2
        else { return false }
        // If the extent is given, the next layer's weights confirm that it covers the whole image.
        return (shape.elements[0] == -1 && shape.elements[1] > 0)
            || (shape.elements[0] == 0 && !reshape.allowsZero && shape.elements[1] != 0)
    }

    // MARK: - Outputs

    /// Reads the layers that take the same tensor, each leading to an output, as one layer.
    private mutating func join(_ nodes: [Node], _ outputs: [String]) throws(FusionError) {
        var branches = [String: FusedChainReader]()
        for node in nodes {
            var branch = self
            branch.stages = []
            try branch.follow(node)
            while !outputs.contains(branch.tensor) {
                guard let next = consumers[branch.tensor], next.count == 1 else {
                    throw branch.unsupported("leads to no output")
                }
                try branch.follow(next[0])
            }
            branches[branch.tensor] = branch
        }
        var ordered = [FusedStage]()
        for output in outputs {
            guard let branch = branches[output], branch.stages.count == 1 else {
                throw .unsupportedTensor(output, reason: "does not part from the other outputs at their last layer")
            }
            ordered.append(branch.stages[0])
        }
        guard var joined = ordered.first, ordered.allSatisfy({ $0.place == joined.place && $0.pool == joined.pool }),
            let layer = FusedLayer.joining(ordered.map(\.layer))
        else { throw unsupported("is taken by layers of different kinds") }
        joined.layer = layer
        stages.append(joined)
    }

    // MARK: - Constants

    /// A constant, as stored in the arithmetic.
    private func constant(_ input: Int, of node: Node) throws(FusionError) -> Tensor<Float> {
        guard let name = node.inputs.indices.contains(input) ? node.inputs[input] : nil,
            case .real(let values)? = constantValue(name),
            // As Any, the array is cast as a whole; as the arithmetic's own numbers it would be cast one by one.
            let lanes = (A.Element.lanes(of: values.elements) as Any) as? [Float]
        else { throw unsupported(node, "takes an input \(input) that is not a constant tensor of numbers") }
        return Tensor(values.shape, lanes)
    }

    /// A constant, or a cast or dequantised constant.
    private func constantValue(_ name: String) -> Value<A.Element>? {
        if let tensor = graph.initializers[name] { return A.constant(tensor) }
        guard let node = givers[name], node.operator is Cast || node.operator is DequantizeLinear else { return nil }
        let inputs = node.inputs.map { $0.flatMap(constantValue) }
        guard let type = try? node.outputTypes(for: inputs.map { $0?.type }).first else { return nil }
        return (try? A.compute(node.operator, Operands(values: inputs), as: type)) ?? nil
    }

    /// Whether a cast preserves all numbers that the arithmetic stores.
    private func keepsNumbers(_ cast: Cast) -> Bool {
        guard case .float(let format) = cast.target else { return false }
        return !A.formats.stored.isFiner(than: format)
    }

    /// A constant that broadcasts to tensors of the given axes and differs only between channels.
    private func perChannel(
        _ input: Int, of node: Node, axes: [MapAxis], count: Int
    ) throws(FusionError) -> [Float] {
        let constant = try constant(input, of: node)
        let own = axes.suffix(constant.shape.rank)
        guard constant.shape.rank <= axes.count,
            zip(own, constant.shape.dimensions).allSatisfy({ $1 == 1 || $0 == .channel && $1 == count })
        else {
            throw unsupported(node, "has a constant \(constant.shape) that is not one for each of \(count) channels")
        }
        return constant.elements.count == 1
            ? [Float](repeating: constant.elements[0], count: count) : constant.elements
    }
}

extension SlidingWindow {
    /// Whether the pool kernel has this window.
    fileprivate var isFusible: Bool {
        kernel.count == 2 && kernel[0] == kernel[1] && strides[0] == strides[1] && (2...3).contains(kernel[0])
            && dilations == [1, 1]
    }
}
