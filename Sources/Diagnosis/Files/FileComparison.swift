import NetworkGraph
import Tensors

/// Two model files side by side, without running either: how their constants relate, and which attributes of their
/// layers differ.
package struct FileComparison: Sendable, Codable, Equatable {
    /// A constant in the baseline's file, and its counterpart in the candidate's.
    package struct Constant: Sendable, Codable, Equatable {
        package let layer: Layer
        /// Its role in the layer: `weights`, `bias`, `slopes`.
        package let role: String
        package let shape: [Int]
        /// The candidate's layer, named by its output tensor; nil if no layer has as many numbers.
        package let candidate: String?
        package let relation: ConstantRelation
        /// What the candidate's numbers are, in words.
        package let words: String
    }

    /// An attribute of a layer that differs between the files, or the operator itself.
    package struct Attribute: Sendable, Codable, Equatable {
        package let layer: Layer
        package let name: String
        package let baseline: String
        package let candidate: String
    }

    /// In the baseline's order of computation.
    package let constants: [Constant]
    package let attributes: [Attribute]

    /// - Parameter pairs: the names of the candidate's tensors, keyed by the baseline's, as far as known.
    package init(of candidate: Graph, with baseline: Graph, pairs: [String: String]) {
        let right = LayerConstant.all(of: baseline)
        let others = LayerConstant.all(of: candidate)
        let counterparts = Self.counterparts(of: right, among: others, pairs: pairs)
        constants = right.indices.map { index in
            let own = right[index]
            let other = counterparts[index].map { others[$0] }
            let (relation, words) = Self.finding(own, other, among: right)
            return Constant(
                layer: own.layer, role: own.role, shape: own.values.shape.dimensions, candidate: other?.layer.tensor,
                relation: relation, words: words)
        }
        attributes = Self.attributes(candidate, baseline, pairs)
    }

    /// For each constant of the baseline, its counterpart in the candidate; nil if none has as many numbers.
    static func counterparts(
        of right: [LayerConstant], among others: [LayerConstant], pairs: [String: String]
    ) -> [Int?] {
        var counterparts = [Int?](repeating: nil, count: right.count)
        var taken = Set<Int>()
        func take(_ index: Int, _ isCounterpart: (LayerConstant) -> Bool) {
            guard counterparts[index] == nil else { return }
            let found = others.indices.first {
                !taken.contains($0) && others[$0].elements.count == right[index].elements.count
                    && isCounterpart(others[$0])
            }
            guard let found else { return }
            counterparts[index] = found
            taken.insert(found)
        }
        // By the layers' places first, then by the numbers themselves, and last by their count.
        for (index, own) in right.enumerated() {
            take(index) { $0.layer.tensor == pairs[own.layer.tensor] && $0.role == own.role }
        }
        for (index, own) in right.enumerated() {
            take(index) { ConstantMatch(of: $0, with: own, thorough: false) != nil }
        }
        for (index, own) in right.enumerated() { take(index) { $0.role == own.role } }
        for index in right.indices { take(index) { _ in true } }
        return counterparts
    }

    private static func finding(
        _ own: LayerConstant, _ other: LayerConstant?, among all: [LayerConstant]
    ) -> (ConstantRelation, String) {
        guard let other else { return (.missing, "no layer has as many numbers") }
        if let match = ConstantMatch(of: other, with: own, thorough: true) { return (match.relation, match.words) }
        for another in all where another.node != own.node || another.position != own.position {
            guard let match = ConstantMatch(of: other, with: another, thorough: false) else { continue }
            let how = match.relation == .equal ? "" : ", \(match.words)"
            return (.otherLayers, "those of \(another.words)\(how)")
        }
        return (.unlike, difference(other, own))
    }

    /// How far apart unlike numbers are.
    private static func difference(_ other: LayerConstant, _ own: LayerConstant) -> String {
        let largest = own.elements.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        guard other.extents == own.extents else { return "unlike, and of shape \(other.values.shape)" }
        let off = own.elements.indices.filter {
            other.elements[$0] != own.elements[$0] && !(other.elements[$0].isNaN && own.elements[$0].isNaN)
        }
        let numbers = "\(off.count) of \(own.elements.count) numbers differ"
        if off.count <= 2, let first = off.first {
            return "\(numbers): \(Float(other.elements[first])) at \(own.values.shape.index(at: first)), not "
                + "\(Float(own.elements[first]))"
        }
        let furthest = off.map { abs(other.elements[$0] - own.elements[$0]) }.max() ?? 0
        return "\(numbers), by \(Float(furthest)) at most; the largest is \(Float(largest))"
    }

    // MARK: Attributes

    private static func attributes(_ candidate: Graph, _ baseline: Graph, _ pairs: [String: String]) -> [Attribute] {
        let givers = Dictionary(
            candidate.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first }
        )
        return baseline.nodes.flatMap { node -> [Attribute] in
            guard let tensor = node.outputs.first, let other = pairs[tensor].flatMap({ givers[$0] }) else { return [] }
            let layer = Layer(tensor: tensor, node: node.name, operator: node.operator.name)
            guard other.operator.name == node.operator.name else {
                return [
                    Attribute(
                        layer: layer, name: "operator", baseline: node.operator.name, candidate: other.operator.name)
                ]
            }
            let own = Self.members(of: node.operator)
            let others = Dictionary(Self.members(of: other.operator), uniquingKeysWith: { first, _ in first })
            return own.compactMap { name, value in
                guard let given = others[name], given != value else { return nil }
                return Attribute(layer: layer, name: name, baseline: value, candidate: given)
            }
        }
    }

    /// The attributes of an operator, nested ones included; an absent optional is omitted.
    private static func members(of value: Any) -> [(String, String)] {
        Mirror(reflecting: value).children.flatMap { child -> [(String, String)] in
            var given = child.value
            let mirror = Mirror(reflecting: given)
            if mirror.displayStyle == .optional {
                guard let some = mirror.children.first else { return [] }
                given = some.value
            }
            let name = child.label ?? "value"
            if Mirror(reflecting: given).displayStyle == .struct, !(given is Shape), !(given is AnyTensor) {
                return members(of: given)
            }
            return [(name, "\(given)")]
        }
    }
}

extension FileComparison {
    /// What differs in the candidate's file, one sentence each, without a full stop; constants with the same difference
    /// share one.
    package var differences: [String] {
        var groups = [(words: String, names: [String])]()
        for constant in constants where constant.relation != .equal {
            let name = "\(constant.layer.tensor) (\(constant.role))"
            if let group = groups.firstIndex(where: { $0.words == constant.words }) {
                groups[group].names.append(name)
            } else {
                groups.append((constant.words, [name]))
            }
        }
        return groups.map { "\($0.names.joined(separator: ", ")): \($0.words)" }
            + attributes.map { "\($0.layer.tensor), \($0.name): \($0.candidate), not \($0.baseline)" }
    }
}
