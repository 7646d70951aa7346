import Tensors

/// The computation of a node: an operator with its attributes, without its tensors.
///
/// Operators and attributes are those of ONNX (https://github.com/onnx/onnx/blob/main/docs/Operators.md); other formats
/// are translated into them.
public protocol Operator: Sendable {
    /// The operator's name in ONNX: `Conv`, `MaxPool`.
    var name: String { get }

    /// The types of the outputs for inputs of the given types; nil stands for an omitted input.
    ///
    /// - Throws: ``OperatorError`` if the inputs do not fit the operator or each other.
    func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType]

    /// The number of multiply-adds, saturated at the largest integer; 0 for an operator without sums of products.
    func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int

    /// Whether the operator processes the first axis of its dependent inputs, which is the batch of all of them,
    /// element by element, so that a batch may be computed in slices.
    ///
    /// - Parameters:
    ///   - dependent: for each input, whether it depends on the network's inputs.
    ///   - ranks: the ranks of the dependent inputs.
    func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool

    /// The bytes of temporary data besides the inputs and the output, such as a padded input; data proportional to the
    /// inputs need not be counted.
    func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int
}

extension Operator {
    public func multiplyAdds(from inputs: [TensorType?], to output: TensorType) -> Int { 0 }

    public func workspaceBytes(from inputs: [TensorType?], to output: TensorType, bytesPerNumber: Int) -> Int { 0 }
}

extension [Bool] {
    /// Whether only the first input, and no weights, depends on the network's inputs.
    var isFirstAlone: Bool { first == true && !dropFirst().contains(true) }
}

extension Operator {
    /// Whether an axis is not the first of a tensor of some rank.
    func isBehindBatch(_ axis: Int, ranks: [Int]) -> Bool { axis > 0 || (axis < 0 && -axis < (ranks.first ?? 0)) }
}

/// Why an operator cannot be applied to its inputs, without the node's name, which the graph adds.
public struct OperatorError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

// MARK: - Checks that operators share

extension [TensorType?] {
    /// The input at a position, which is required and of the given kind.
    package func required(
        _ position: Int, _ role: String, _ kind: TensorType.Kind = .real
    ) throws(OperatorError) -> TensorType {
        guard let type = try optional(position, role, kind) else {
            throw OperatorError("has no \(role) (input \(position))")
        }
        return type
    }

    /// The optional input at a position, which must be of the given kind.
    package func optional(
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
    /// The input at a position, which is required, of any kind.
    package func requiredOfAnyKind(_ position: Int, _ role: String) throws(OperatorError) -> TensorType {
        guard indices.contains(position), let type = self[position] else {
            throw OperatorError("has no \(role) (input \(position))")
        }
        return type
    }

    /// The inputs at some positions, which are required and of one kind.
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

    /// The integers of an input that defines a shape: a list, or one number.
    ///
    /// - Returns: nil if the input is omitted.
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
    /// The axes in a list, each counted from the front, in the list's order.
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

    /// The axis for a number, counted from the front.
    package func checkedAxis(_ axis: Int) throws(OperatorError) -> Int {
        guard let counted = self.axis(axis) else {
            throw OperatorError("has axis \(axis) for an input of rank \(rank)")
        }
        return counted
    }

    /// A shape computed from others, checked for overflow.
    package static func checked(_ dimensions: [Int]) throws(OperatorError) -> Shape {
        do {
            return try Shape(checking: dimensions)
        } catch {
            throw OperatorError("gives a tensor that cannot be: \(error)")
        }
    }
}
