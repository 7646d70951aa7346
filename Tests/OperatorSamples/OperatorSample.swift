import NetworkGraph
import Tensors

/// An operator with what it is given, and what is known of its results: what every test of all operators walks.
package struct OperatorSample: Sendable, CustomStringConvertible {
    package let operation: any Operator
    package let inputs: [AnyTensor?]
    /// The output's numbers, worked out by hand; nil where another test has them.
    package let output: [Double]?
    /// How far the bound may go for float32, relative to 1 and the result.
    package let sharpness: Double

    package var description: String { "\(operation.name) \(inputs.map { "\($0?.shape ?? [])" })" }

    /// The node that has the operator, with inputs of any names.
    package var node: Node {
        Node(name: "it", operator: operation, inputs: inputs.indices.map { "input \($0)" }, outputs: ["output"])
    }
}
