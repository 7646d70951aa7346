import Captures
import Engines
import ModelFormats
import NetworkGraph
import Tensors

/// One side of a comparison: a model with the engine that computes it, or a recording.
public enum ComparedSide: Sendable {
    case model(Model, any Engine, ArithmeticName)
    case capture(CaptureFile)

    /// A model computed by the built-in engine.
    ///
    /// - Throws: ``Engines/EngineError``.
    public static func model(_ model: Model, _ arithmetic: ArithmeticName) throws -> ComparedSide {
        .model(model, try model.engine(arithmetic), arithmetic)
    }

    public var sha256: String {
        switch self {
        case .model(let model, _, _): model.sha256
        case .capture(let capture): capture.header.modelSHA256
        }
    }

    public var name: String {
        switch self {
        case .model(let model, _, _): model.name
        case .capture(let capture): capture.header.modelName
        }
    }

    var path: String {
        switch self {
        case .model(let model, _, _): model.path
        case .capture(let capture): capture.path
        }
    }

    /// What rounding may do on this side, by the arithmetic that it declares; nil if that arithmetic is unknown.
    var arithmetic: ArithmeticName? {
        switch self {
        case .model(let model, _, let asked):
            model.uniformArithmetic(asked: asked) ?? (asked.elementType == .float16 ? asked : .fp16Storage)
        case .capture(let capture): ArithmeticName(rawValue: capture.header.arithmetic)
        }
    }
}

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
    /// - Throws: ``NetworkGraph/GraphError`` if no extents for open axes fit the graph.
    public init(for graph: Graph, seed: UInt64) throws {
        func shapes(_ extent: Int) throws -> [(Graph.Input, Shape)] {
            try graph.inputs.map { input in
                let extents = input.dimensions.enumerated().map { axis, dimension in
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
