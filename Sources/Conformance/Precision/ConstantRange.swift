import NetworkGraph
import Tensors

/// How one of a network's constants fits into float16.
public struct ConstantRange: Sendable, Codable, Equatable {
    public let name: String
    /// The node that takes it.
    public let node: String
    public let count: Int
    /// Elements that are NaN or infinite in the model.
    public let nonFiniteCount: Int
    /// Finite elements that float16 rounds to infinity.
    public let overflowCount: Int
    /// Elements that float16 rounds to 0 though they are not.
    public let underflowCount: Int
    /// Elements that float16 holds as subnormal numbers, with less precision, and that flushing hardware takes for 0.
    public let subnormalCount: Int
    /// Whether elements are not 0 in the model, and none of these is a normal number in float16.
    public let isLost: Bool

    public var isOrdinary: Bool { nonFiniteCount + overflowCount + underflowCount + subnormalCount == 0 }

    init(_ name: String, node: String, _ elements: [Double]) {
        self.name = name
        self.node = node
        count = elements.count
        nonFiniteCount = elements.count { !$0.isFinite }
        let finite = elements.filter(\.isFinite)
        overflowCount = finite.count { Float16($0).isInfinite }
        underflowCount = finite.count { $0 != 0 && Float16($0) == 0 }
        subnormalCount = finite.count { Float16($0).isSubnormal }
        isLost =
            underflowCount + subnormalCount > 0
            && finite.allSatisfy { Float16($0) == 0 || Float16($0).isSubnormal }
    }

    /// The constants of a graph that do not fit float16 in some element, in the order of their nodes.
    public static func outOfRange(in graph: Graph) -> [ConstantRange] {
        var seen = Set<String>()
        return graph.nodes.flatMap { node in
            node.inputs.compactMap { name -> ConstantRange? in
                guard let name, let tensor = graph.initializers[name], tensor.elementType.floatFormat != nil,
                    seen.insert(name).inserted
                else { return nil }
                let range = ConstantRange(name, node: node.name, tensor.float64.elements)
                return range.isOrdinary ? nil : range
            }
        }
    }
}
