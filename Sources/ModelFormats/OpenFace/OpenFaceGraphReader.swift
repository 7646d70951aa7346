import NetworkGraph
import Tensors

extension OpenFaceModel {
    /// The layers of a network that a graph computes as a chain from one image to its heads.
    ///
    /// Unless the input declares its order, its shape tells two dialects of MTCNN's networks apart. [N, x, y, channel]:
    /// trained on transposed images; the layers are turned upright. [N, channel, y, x]: upright. A chain consists of
    /// convolutions without padding, PReLU (also spelled Less, Not, Mul, Where), max-pools, flattening in the order of
    /// x, then y, and dense layers; a convolution of 1x1 becomes a fully connected layer. Heads that branch off at its
    /// end are joined in the order of their size: logits, box, landmarks. A softmax over the two logits is omitted.
    ///
    /// - Throws: ``OpenFaceError/notExpressible(node:operator:reason:)`` at the first node that does not fit.
    package init(graph: Graph) throws(OpenFaceError) {
        var reader = try OpenFaceGraphReader(graph)
        let outputs = try reader.readToEnd()
        guard outputs.sorted() == graph.outputs.sorted() else {
            throw .notExpressible(
                node: graph.name, operator: "graph",
                reason: "gives \(graph.outputs.joined(separator: ", ")), not just the ends of its chain, "
                    + outputs.joined(separator: ", "))
        }
        layers = reader.layers
    }
}

/// The chain of a graph, read from the input on.
struct OpenFaceGraphReader {
    /// The meaning of a tensor's axis.
    enum Axis {
        case batch, channel, x, y
    }

    let graph: Graph
    /// The type of every tensor for one image, if the input's size is declared.
    let types: [String: TensorType]?
    var layers = [OpenFaceModel.Layer]()
    /// The last tensor.
    var tensor: String
    /// The axes of the last tensor; if it has been flattened to [N, features], its axes before that.
    var axes: [Axis]
    var isFlat = false
    var channels: Int
    /// Whether the logits have passed through a softmax.
    private var hasEnded = false

    init(_ graph: Graph) throws(OpenFaceError) {
        self.graph = graph
        let input = graph.inputs.first
        let dimensions = graph.inputs.count == 1 ? input?.dimensions ?? [] : []
        let declared = input?.images?.spatialOrder
        switch (dimensions.count, dimensions.dropFirst().first, dimensions.last) {
        case (4, _, .fixed(let channels)) where (1...4).contains(channels):
            self.channels = channels
            axes = [.batch] + (declared == .rowsFirst ? [.y, .x] : [.x, .y]) + [.channel]
        case (4, .fixed(let channels), _) where (1...4).contains(channels):
            self.channels = channels
            axes = [.batch, .channel] + (declared == .columnsFirst ? [.x, .y] : [.y, .x])
        default:
            throw .notExpressible(
                node: input?.name ?? graph.name, operator: "input",
                reason: "is not the one input [N, x, y, channel] or [N, channel, y, x]")
        }
        tensor = input?.name ?? ""
        if let images = input?.images, images.values != .normalised || images.channels != .rgb {
            throw .notExpressible(
                node: tensor, operator: "input", reason: "takes pixels, or channels in another order than RGB")
        }
        let extents = dimensions.dropFirst().compactMap { if case .fixed(let extent) = $0 { extent } else { nil } }
        do {
            types = extents.count == 3 ? try graph.tensorTypes(for: [tensor: Shape(checking: [1] + extents)]) : nil
        } catch {
            throw .notExpressible(node: graph.name, operator: "graph", reason: "cannot be computed: \(error)")
        }
    }

    /// Reads on until no node reads the last tensor.
    ///
    /// - Returns: the names of the tensors at the ends.
    mutating func readToEnd() throws(OpenFaceError) -> [String] {
        while true {
            let takers = graph.takers(of: tensor)
            if takers.isEmpty { return [tensor] }
            if takers.count == 1 {
                try read(takers[0])
            } else if let prelu = SpelledOutPReLU(of: tensor, in: graph) {
                layers.append(.prelu(slopes: try channelValues(prelu.slope, of: prelu.node)))
                tensor = prelu.output
            } else {
                return try readHeads(takers)
            }
        }
    }

    private mutating func read(_ node: Node) throws(OpenFaceError) {
        guard !hasEnded else { throw error(node, "follows the softmax") }
        switch node.operator {
        case let transpose as Transpose:
            let permutation = transpose.permutation(rank: isFlat ? 2 : 4)
            guard !isFlat, permutation.sorted() == [0, 1, 2, 3] else { throw error(node, "transposes no maps") }
            axes = permutation.map { axes[$0] }
        case let convolution as Convolution:
            layers.append(try layer(of: convolution, node))
        case is PReLU:
            let slopes = node.inputs.dropFirst().first ?? nil
            layers.append(.prelu(slopes: try channelValues(slopes ?? "", of: node)))
        case let pool as MaxPool:
            layers.append(.maxPool(try layer(of: pool, node)))
        case is Flatten, is Reshape:
            try flatten(node)
        case let gemm as Gemm:
            guard gemm.alpha == 1, gemm.beta == 1, !gemm.transposesA, node.inputs.first == tensor else {
                throw error(node, "scales or transposes its input")
            }
            let weights = try constant(1, of: node, rank: 2)
            let rows = gemm.transposesB ? weights.exchangingAxes(0, with: 1) : weights
            layers.append(try dense(rows, bias: try bias(2, of: node, count: rows.shape[1]), node))
        case is MatMul:
            guard node.inputs.first == tensor else { throw error(node, "multiplies from the left") }
            try readMatMul(node)
            return
        case let function as ActivationFunction where function == .sigmoid:
            layers.append(.sigmoid)
        case let function as ActivationFunction where function == .identity:
            break
        case let softmax as Softmax:
            guard channels == 2, isOverChannels(softmax) else { throw error(node, "is not over the two logits") }
            hasEnded = true
        default:
            throw error(node, "is not a layer that .dat files support")
        }
        tensor = node.outputs[0]
    }

    /// Reads each node that takes the last tensor as the first of a head, and joins the heads.
    private mutating func readHeads(_ takers: [Node]) throws(OpenFaceError) -> [String] {
        var ends = [String]()
        var heads = [OpenFaceModel.FullyConnected]()
        for node in takers {
            var head = self
            head.layers = []
            try head.read(node)
            ends += try head.readToEnd()
            guard head.layers.count == 1, case .fullyConnected(let dense) = head.layers[0] else {
                throw error(node, "begins a branch that is not one dense layer")
            }
            heads.append(dense)
        }
        heads.sort { $0.bias.count < $1.bias.count }
        guard Set(heads.map(\.bias.count)).count == heads.count else {
            throw error(takers[0], "begins one of several heads of equal size, whose order is not known")
        }
        let inputs = heads[0].weights.shape[0]
        let rows = (0..<inputs).flatMap { row in
            heads.flatMap { $0.weights.elements[row * $0.bias.count..<(row + 1) * $0.bias.count] }
        }
        let bias = heads.flatMap(\.bias)
        layers.append(.fullyConnected(.init(weights: Tensor([inputs, bias.count], rows), bias: bias)))
        return ends
    }

    private func isOverChannels(_ softmax: Softmax) -> Bool {
        let order: [Axis] = isFlat ? [.batch, .channel] : axes
        let axis = softmax.axis < 0 ? softmax.axis + order.count : softmax.axis
        return order.firstIndex(of: .channel) == axis && (!softmax.spansFollowingAxes || axis == order.count - 1)
    }

    func error(_ node: Node, _ reason: String) -> OpenFaceError {
        .notExpressible(node: node.name, operator: node.operator.name, reason: reason)
    }
}
