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

    /// Whether the operator treats the first axis of its dependent inputs, all of which have a batch there, element
    /// by element, so that a batch may be computed in slices.
    ///
    /// - Parameters:
    ///   - dependent: for each input, whether it depends on the network's inputs.
    ///   - ranks: of the dependent inputs.
    func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool

    /// How many bytes are laid out beside the inputs and the output while it is computed, as for an input with its
    /// padding; what is in proportion to the inputs need not be counted.
    func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int
}

extension Operator {
    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int { 0 }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int { 0 }
}

extension [Bool] {
    /// Whether only the first input depends on the network's inputs: weights that do would be another network's.
    var isFirstAlone: Bool { first == true && !dropFirst().contains(true) }
}

extension Operator {
    /// Whether an axis is another than the first of a tensor of some rank.
    func isBehindBatch(_ axis: Int, ranks: [Int]) -> Bool { axis > 0 || (axis < 0 && -axis < (ranks.first ?? 0)) }
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

extension [TensorType?] {
    /// The input at a position, which must be there, of any kind.
    public func requiredOfAnyKind(_ position: Int, _ role: String) throws(OperatorError) -> TensorType {
        guard indices.contains(position), let type = self[position] else {
            throw OperatorError("has no \(role) (input \(position))")
        }
        return type
    }

    /// The inputs at some positions, which must be there and of one kind.
    func requiredOfOneKind(_ positions: some Sequence<Int>, _ role: String) throws(OperatorError) -> [TensorType] {
        var types = [TensorType]()
        for position in positions {
            let type = try requiredOfAnyKind(position, role)
            guard type.kind == types.first?.kind ?? type.kind else {
                throw OperatorError(
                    "takes inputs of one kind, not of kinds \(types[0].kind.rawValue) and \(type.kind.rawValue) "
                        + "(input \(position))")
            }
            types.append(type)
        }
        return types
    }

    /// The integers of an input that says something about shapes: a list, or one number.
    ///
    /// - Returns: nil if the input is left out.
    func knownIntegers(_ position: Int, _ role: String) throws(OperatorError) -> [Int]? {
        guard let type = try optional(position, role, .integer) else { return nil }
        guard type.shape.rank <= 1 else {
            throw OperatorError("takes its \(role) from a list, not from \(type.shape)")
        }
        guard let integers = type.integers else {
            throw OperatorError("takes its \(role) from a tensor whose elements are not known yet")
        }
        return integers
    }
}

extension Shape {
    /// The axes that a list names, each counted from the front, in the list's order.
    func axes(_ list: [Int]) throws(OperatorError) -> [Int] {
        var axes = [Int]()
        for axis in list {
            guard let counted = self.axis(axis), !axes.contains(counted) else {
                throw OperatorError("has axes \(list) for an input of rank \(rank)")
            }
            axes.append(counted)
        }
        return axes
    }

    /// The axis that a number names, counted from the front.
    public func checkedAxis(_ axis: Int) throws(OperatorError) -> Int {
        guard let counted = self.axis(axis) else {
            throw OperatorError("has axis \(axis) for an input of rank \(rank)")
        }
        return counted
    }

    /// A shape computed from others, checked for overflow.
    public static func checked(_ dimensions: [Int]) throws(OperatorError) -> Shape {
        do {
            return try Shape(checking: dimensions)
        } catch {
            throw OperatorError("gives a tensor that cannot be: \(error)")
        }
    }
}
