import NetworkGraph
import Tensors

/// Inputs for two models, and their source.
public struct ComparedInputs: Sendable {
    public let cases: [(name: String, source: String, inputs: [(name: String, values: AnyTensor)])]
    /// What a reader should know about them; nil if there is nothing to say.
    public let warning: String?

    public init(
        cases: [(name: String, source: String, inputs: [(name: String, values: AnyTensor)])], warning: String? = nil
    ) {
        self.cases = cases
        self.warning = warning
    }

    /// Extents to try for axes that a model leaves open, besides a batch of 1.
    private static let extents = [1, 12, 16, 24, 32, 48, 64, 112, 224, 299]

    /// Three cases for a graph: numbers uniform between -1 and 1, integers from 0 to 9.
    ///
    /// - Parameter other: a graph that takes the same inputs: what it fixes of an open axis is taken.
    /// - Throws: ``NetworkGraph/GraphError`` if no extents for open axes fit the graph.
    public init(for graph: Graph, alongside other: Graph? = nil, seed: UInt64) throws {
        let declared = graph.inputs.map { input in
            let counterpart = other?.counterpart(of: input, among: graph.inputs.count)
            return (input, counterpart.map(input.extents(heldTo:)) ?? input.dimensions)
        }
        func shapes(_ extent: Int) throws -> [(Graph.Input, Shape)] {
            try declared.map { input, dimensions in
                let extents = dimensions.enumerated().map { axis, dimension in
                    if case .fixed(let fixed) = dimension { fixed } else { axis == 0 ? 1 : extent }
                }
                return (input, try Shape(checking: extents))
            }
        }
        func fits(_ shapes: [(Graph.Input, Shape)]) throws {
            let named = Dictionary(shapes.map { ($0.0.name, $0.1) }, uniquingKeysWith: { first, _ in first })
            _ = try graph.tensorTypes(for: named)
        }
        // Images larger than the smallest that fits show what happens at their edges.
        let fitting = try Self.extents.filter { extent in
            let all = try shapes(extent)
            return (try? fits(all)) != nil
        }
        let smallest = fitting.first ?? 1
        let chosen = try shapes(fitting.first { $0 >= 24 } ?? smallest)
        let named = Dictionary(chosen.map { ($0.0.name, $0.1) }, uniquingKeysWith: { first, _ in first })
        try self.init(for: graph, shapes: named, seed: seed, count: 3)
    }

    /// Some cases for a graph: numbers uniform between -1 and 1, integers from 0 to 9.
    ///
    /// - Parameter shapes: of the inputs.
    /// - Throws: ``NetworkGraph/GraphError`` if the shapes do not fit the graph.
    public init(for graph: Graph, shapes: [String: Shape], seed: UInt64, count: Int) throws {
        _ = try graph.tensorTypes(for: shapes)
        var random = SplitMix(seed: seed)
        cases = (0..<count).map { index in
            let inputs = graph.inputs.map { input in
                (name: input.name, values: random.tensor(input.elementType, shapes[input.name] ?? []))
            }
            return (name: "seed-\(seed)-\(index)", source: "drawn from seed \(seed)", inputs: inputs)
        }
        warning =
            "inputs are drawn from seed \(seed), uniform between -1 and 1: inputs as the network is used on, "
            + "given with --inputs, tell more"
    }
}

extension Graph {
    /// The input that takes the tensor of another graph's input: that of its name, or the only one.
    fileprivate func counterpart(of input: Input, among count: Int) -> Input? {
        inputs.first { $0.name == input.name } ?? (count == 1 && inputs.count == 1 ? inputs[0] : nil)
    }
}

extension Graph.Input {
    /// The declared extents, with those that another graph's input fixes; as declared if no arrangement fits both.
    ///
    /// Of several arrangements, that counts in which most extents are fixed by both: the channels, for images.
    fileprivate func extents(heldTo other: Graph.Input) -> [Graph.Dimension] {
        guard dimensions.count == other.dimensions.count else { return dimensions }
        let rank = dimensions.count
        var best = (extents: dimensions, shared: -1)
        for arrangement in rank == 4 ? Arrangement.ofImages : [.none(rank: rank)] {
            var (joined, shared) = (dimensions, 0)
            let fits = zip(arrangement.permutation, other.dimensions).allSatisfy { axis, dimension in
                guard case .fixed = dimension else { return true }
                guard case .fixed = joined[axis] else {
                    joined[axis] = dimension
                    return true
                }
                shared += 1
                return joined[axis] == dimension
            }
            if fits, shared > best.shared { best = (joined, shared) }
        }
        return best.extents
    }
}

/// The generator of Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators (OOPSLA 2014).
private struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func tensor(_ type: ElementType, _ shape: Shape) -> AnyTensor {
        switch TensorType.Kind(of: type) {
        case .real: .float32(Tensor(shape, (0..<shape.count).map { _ in Float(next() >> 40) / 0x1p23 - 1 }))
        case .integer: .int64(Tensor(shape, (0..<shape.count).map { _ in Int64(next() % 10) }))
        case .boolean: .bool(Tensor(shape, (0..<shape.count).map { _ in next() >> 63 == 1 }))
        }
    }
}
