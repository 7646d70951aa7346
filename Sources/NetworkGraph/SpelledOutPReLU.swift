import Tensors

/// PReLU made of other operators, as converters write it: Where(Not(Less(x, 0)), x, Mul(x, slope)) or
/// Where(GreaterOrEqual(x, 0), x, Mul(x, slope)), with the factors in either order and no other use of the tensors in
/// between.
package struct SpelledOutPReLU {
    package let slope: String
    package let output: String
    /// The node that multiplies by the slope.
    package let node: Node

    /// - Returns: nil if anything else uses one of these tensors.
    package init?(of tensor: String, in graph: Graph) {
        let nodes = graph.takers(of: tensor)
        func only(_ name: String) -> Node? {
            let takers = graph.takers(of: name)
            return takers.count == 1 && !graph.outputs.contains(name) ? takers[0] : nil
        }
        func kind(_ node: Node) -> Comparison? { node.operator as? Comparison }
        guard nodes.count == 3,
            let comparison = nodes.first(where: { [.less, .greaterOrEqual].contains(kind($0)) }),
            comparison.inputs[0] == tensor,
            let zero = comparison.inputs[1].flatMap({ graph.initializers[$0] }), zero.float64.elements == [0],
            let product = nodes.first(where: { $0.operator as? BinaryArithmetic == .multiply }),
            let choice = nodes.first(where: { $0.operator is Where }),
            let slope = product.inputs[0] == tensor ? product.inputs[1] : product.inputs[0], slope != tensor
        else { return nil }
        var keeps = comparison.outputs[0]
        if kind(comparison) == .less {
            guard let negation = only(keeps), negation.operator is Not else { return nil }
            keeps = negation.outputs[0]
        }
        guard choice.inputs == [keeps, tensor, product.outputs[0]], only(keeps)?.name == choice.name,
            only(product.outputs[0])?.name == choice.name
        else { return nil }
        self.slope = slope
        output = choice.outputs[0]
        node = product
    }
}
