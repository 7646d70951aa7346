import NetworkGraph
import Tensors

/// A model file's numbers for a layer: weights, a bias, slopes.
struct LayerConstant: Sendable {
    let node: Int
    let position: Int
    let layer: Layer
    /// Their role in the layer, in words.
    let role: String
    let values: AnyTensor
    let elements: [Double]
    /// The extents other than 1, with their axes.
    let extents: [Int]
    let axes: [Int]
    /// The names of the axes in ``axes``.
    let axisNames: [String]
    /// The output and input axes; nil if unknown.
    let channels: (output: Int, input: Int)?

    /// The constants of a graph's layers in order of computation, without single numbers.
    static func all(of graph: Graph) -> [LayerConstant] {
        graph.nodes.enumerated().flatMap { index, node -> [LayerConstant] in
            node.inputs.enumerated().compactMap { position, name in
                guard let name, let values = graph.initializers[name], values.elementType.floatFormat != nil,
                    values.shape.count > 1
                else { return nil }
                return LayerConstant(node, index, position, values)
            }
        }
    }

    private init(_ node: Node, _ index: Int, _ position: Int, _ values: AnyTensor) {
        (self.node, self.position, self.values) = (index, position, values)
        layer = Layer(tensor: node.outputs.first ?? node.name, node: node.name, operator: node.operator.name)
        elements = values.float64.elements
        axes = values.shape.dimensions.indices.filter { values.shape[$0] > 1 }
        extents = axes.map { values.shape[$0] }
        var names = values.shape.dimensions.indices.map { "axis \($0)" }
        func name(_ own: [String]) { for (axis, own) in zip(names.indices, own) { names[axis] = own } }
        switch (node.operator, position) {
        case (is Convolution, 1):
            (role, channels) = ("weights", (0, 1))
            name(["outputs", "inputs", "rows", "columns"])
        case (is TransposedConvolution, 1):
            (role, channels) = ("weights", (1, 0))
            name(["inputs", "outputs", "rows", "columns"])
        case (let gemm as Gemm, 1):
            (role, channels) = ("weights", gemm.transposesB ? (0, 1) : (1, 0))
            name(gemm.transposesB ? ["outputs", "inputs"] : ["inputs", "outputs"])
        case (is MatMul, 1) where values.shape.rank == 2:
            (role, channels) = ("weights", (1, 0))
            name(["inputs", "outputs"])
        case (is PReLU, 1): (role, channels) = ("slopes", nil)
        case (is Convolution, 2), (is TransposedConvolution, 2), (is Gemm, 2),
            (BinaryArithmetic.add as BinaryArithmetic, _):
            (role, channels) = ("bias", nil)
        default: (role, channels) = ("input \(position)", nil)
        }
        axisNames = axes.map { names[$0] }
    }

    var words: String { "\(layer.tensor): \(role)" }
}
