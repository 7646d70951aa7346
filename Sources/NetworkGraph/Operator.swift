import Tensors

/// What a node computes: an operator with its attributes, without the tensors it is applied to.
///
/// The operators and their attributes are those of ONNX
/// (https://github.com/onnx/onnx/blob/main/docs/Operators.md); other formats are read into them.
public protocol Operator: Sendable {
    /// The operator's name, as ONNX spells it: `Conv`, `MaxPool`.
    var name: String { get }

    /// The types of the outputs for inputs of the given types; nil stands for an input left out.
    ///
    /// - Throws: ``OperatorError`` when the inputs do not fit the operator or each other.
    func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType]

    /// How many multiply-adds the operator takes, the largest number where they are more; 0 for one without sums of
    /// products.
    func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int

    /// How many bytes are laid out beside the inputs and the output while it is computed, as for an input with its
    /// padding; what is in proportion to the inputs need not be counted.
    func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int
}

extension Operator {
    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int { 0 }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int { 0 }
}

/// Why an operator cannot be applied to its inputs, without the node's name: the graph adds that.
public struct OperatorError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

// MARK: - Checks that operators share

extension [TensorType?] {
    /// The input at a position, which must be there and of the given kind.
    public func required(
        _ position: Int, _ role: String, _ kind: TensorType.Kind = .real
    ) throws(OperatorError) -> TensorType {
        guard let type = try optional(position, role, kind) else {
            throw OperatorError("has no \(role) (input \(position))")
        }
        return type
    }

    /// The input at a position, if it is there, which must then be of the given kind.
    public func optional(
        _ position: Int, _ role: String, _ kind: TensorType.Kind = .real
    ) throws(OperatorError) -> TensorType? {
        guard indices.contains(position), let type = self[position] else { return nil }
        guard type.kind == kind else {
            throw OperatorError("takes a \(kind.rawValue) \(role) (input \(position)), not a \(type.kind.rawValue) one")
        }
        return type
    }
}

extension Shape {
    /// A shape computed from others, checked for overflow.
    public static func checked(_ dimensions: [Int]) throws(OperatorError) -> Shape {
        do {
            return try Shape(checking: dimensions)
        } catch {
            throw OperatorError("gives a tensor that cannot be: \(error)")
        }
    }
}
