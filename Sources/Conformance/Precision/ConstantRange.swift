import NetworkGraph
import Tensors

/// How one of a network's constants fits into a number format, float16 by default.
package struct ConstantRange: Sendable, Codable, Equatable {
    package let name: String
    /// The node that uses it.
    package let node: String
    package let count: Int
    /// Elements that are NaN or infinite in the model.
    package let nonFiniteCount: Int
    /// Finite elements that the format rounds to infinity.
    package let overflowCount: Int
    /// Nonzero elements that the format rounds to 0.
    package let underflowCount: Int
    /// Elements that the format holds as subnormals: with less precision, and flushed to 0 by some hardware.
    package let subnormalCount: Int
    /// Whether the model has nonzero elements here, none of which is a normal number in the format.
    package let isLost: Bool

    package var isOrdinary: Bool { nonFiniteCount + overflowCount + underflowCount + subnormalCount == 0 }

    init(_ name: String, node: String, _ elements: [Double], in format: FloatFormat) {
        self.name = name
        self.node = node
        count = elements.count
        nonFiniteCount = elements.count { !$0.isFinite }
        let finite = elements.filter(\.isFinite)
        let rounded = finite.map(format.rounded)
        func isSubnormal(_ number: Double) -> Bool { number != 0 && abs(number) < format.smallestNormal }
        overflowCount = rounded.count(where: \.isInfinite)
        underflowCount = zip(finite, rounded).count { $0 != 0 && $1 == 0 }
        subnormalCount = rounded.count(where: isSubnormal)
        isLost =
            underflowCount + subnormalCount > 0
            && rounded.allSatisfy { $0 == 0 || isSubnormal($0) }
    }

    /// A graph's constants with any element that does not fit the format, in node order.
    package static func outOfRange(in graph: Graph, of format: FloatFormat = .binary16) -> [ConstantRange] {
        var seen = Set<String>()
        return graph.nodes.flatMap { node in
            node.inputs.compactMap { name -> ConstantRange? in
                guard let name, let tensor = graph.initializers[name], tensor.elementType.floatFormat != nil,
                    seen.insert(name).inserted
                else { return nil }
                let range = ConstantRange(name, node: node.name, tensor.float64.elements, in: format)
                return range.isOrdinary ? nil : range
            }
        }
    }
}
