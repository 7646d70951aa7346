import NetworkGraph
import Tensors

/// A tensor within an engine: numbers in the engine's precision, integers or booleans.
package enum Value<Element: BinaryFloatingPoint & Sendable>: Sendable {
    case real(Tensor<Element>)
    case integer(Tensor<Int64>)
    case boolean(Tensor<Bool>)

    package var type: TensorType {
        switch self {
        case .real(let tensor): .real(tensor)
        case .integer(let tensor): TensorType(of: .int64(tensor))
        case .boolean(let tensor): .boolean(tensor)
        }
    }

    /// A tensor from outside, its numbers converted by `element`. Graphs hold no integers of 2^63 or more.
    init(_ tensor: AnyTensor, element: (Double) -> Element) {
        if let integers = tensor.integers {
            self = .integer(integers)
        } else if case .bool(let values) = tensor {
            self = .boolean(values)
        } else {
            self = .real(tensor.float64.map(element))
        }
    }
}

/// The tensors that a node reads, of the kinds that the operator's type check found.
package struct Operands<Element: KernelNumber> {
    let values: [Value<Element>?]
    /// The order of summation for sums of products.
    var order = SummationOrder.sequence
    /// For each constant, what is kept of it between runs.
    var packs = [WeightPacks<Element.Lane>?]()

    func real(_ position: Int) throws(OperatorError) -> Tensor<Element> {
        guard values.indices.contains(position), case .real(let tensor)? = values[position] else {
            throw OperatorError("takes numbers as input \(position)")
        }
        return tensor
    }

    /// What is kept of an operand between runs; nil unless it is a constant.
    func packs(_ position: Int) -> WeightPacks<Element.Lane>? {
        packs.indices.contains(position) ? packs[position] : nil
    }

    func optionalReal(_ position: Int) throws(OperatorError) -> Tensor<Element>? {
        guard values.indices.contains(position), values[position] != nil else { return nil }
        return try real(position)
    }

    func integer(_ position: Int) throws(OperatorError) -> Tensor<Int64> {
        guard values.indices.contains(position), case .integer(let tensor)? = values[position] else {
            throw OperatorError("takes integers as input \(position)")
        }
        return tensor
    }

    func optionalInteger(_ position: Int) throws(OperatorError) -> Tensor<Int64>? {
        guard values.indices.contains(position), values[position] != nil else { return nil }
        return try integer(position)
    }

    /// Numbers, with integers converted to numbers.
    func realOrInteger(_ position: Int) throws(OperatorError) -> Tensor<Element> {
        guard values.indices.contains(position), case .integer(let tensor)? = values[position] else {
            return try real(position)
        }
        return tensor.map { Element($0) }
    }

    func boolean(_ position: Int) throws(OperatorError) -> Tensor<Bool> {
        guard values.indices.contains(position), case .boolean(let tensor)? = values[position] else {
            throw OperatorError("takes booleans as input \(position)")
        }
        return tensor
    }
}
