@testable import NetworkGraph
@testable import Tensors

/// A small valid graph out of a fuzzer's choices, with an input for it.
struct RandomGraph {
    private(set) var nodes = [Node]()
    private(set) var initializers = [String: AnyTensor]()
    var source: ByteSource
    private var types = [String: TensorType]()
    /// The tensor that the next operator takes.
    private var tensor = "x"
    private let input: Shape

    init(input: Shape, _ source: ByteSource) {
        self.input = input
        self.source = source
        types["x"] = .real(input)
    }

    var shape: Shape { types[tensor]?.shape ?? [] }

    func graph() throws(GraphError) -> Graph {
        try Graph(
            name: "fuzz",
            inputs: [Graph.Input(name: "x", elementType: .float32, dimensions: input.dimensions.map { .fixed($0) })],
            outputs: [tensor], nodes: nodes, initializers: initializers)
    }

    mutating func inputTensor() -> Tensor<Float> {
        // Few bytes of a fuzzer make many numbers: what they do not fill is a pattern of their own.
        let seeds = (0..<16).map { _ in source.float() }
        return Tensor(input, (0..<input.count).map { seeds[$0 % 16] * (1 + Float($0 % 13) / 8) })
    }

    /// Appends an operator, unless its inputs do not fit it.
    ///
    /// - Returns: whether it was appended.
    @discardableResult
    mutating func append(_ operation: any Operator, _ operands: [Operand] = []) -> Bool {
        var inputs: [String?] = [tensor]
        for operand in operands {
            switch operand {
            case .none: inputs.append(nil)
            case .tensor(let name): inputs.append(name)
            case .constant(let tensor):
                let name = "c\(initializers.count)"
                initializers[name] = tensor
                types[name] = TensorType(of: tensor)
                inputs.append(name)
            }
        }
        let output = "t\(nodes.count)"
        let node = Node(name: output, operator: operation, inputs: inputs, outputs: [output])
        guard let type = try? node.outputTypes(in: types).first, type.kind == .real, type.shape.count <= 1 << 13,
            type.shape.count > 0
        else { return false }
        nodes.append(node)
        types[output] = type
        tensor = output
        return true
    }

    enum Operand {
        case none
        case tensor(String)
        case constant(AnyTensor)
    }

    /// Few enough that a graph is computed at once in every arithmetic; none of a larger shape, which then fits no
    /// operator.
    mutating func weights(_ shape: Shape) -> Operand {
        guard shape.count <= 1 << 15 else { return .none }
        let seeds = (0..<8).map { _ in source.float() }
        return .constant(.float32(Tensor(shape, (0..<shape.count).map { seeds[$0 % 8] * (1 - Float($0 % 11) / 4) })))
    }

    func integers(_ values: [Int]) -> Operand {
        .constant(.int64(Tensor([values.count], values.map { Int64($0) })))
    }

    mutating func window(_ axes: Int) -> SlidingWindow {
        func extents(_ range: ClosedRange<Int>) -> [Int] { (0..<axes).map { _ in source.choose(range) } }
        let kernel = extents(1...4)
        let padding: SlidingWindow.Padding? =
            switch source.choose(0...3) {
            case 0:
                .explicit(
                    begin: kernel.map { source.choose(0...max($0 - 1, 0)) },
                    end: kernel.map { source.choose(0...max($0 - 1, 0)) })
            case 1: .sameUpper
            case 2: .sameLower
            default: nil
            }
        return SlidingWindow(
            kernel: kernel, strides: extents(1...3), dilations: source.flag() ? extents(1...2) : nil, padding: padding,
            ceilMode: source.flag())
    }
}
