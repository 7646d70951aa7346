import Engines
import NetworkGraph
import Tensors
import TestSupport

/// A small network of the MTCNN family with random extents and numbers, in one of the ways in which files write it.
struct RandomNetwork {
    private(set) var graph: Graph
    let imageAxes: [MapAxis]
    private(set) var outputs: [String] = []
    private var random: RandomNumbers
    private var nodes: [Node] = []
    private var initializers: [String: AnyTensor] = [:]
    private var tensor = "image"
    private let isTransposed: Bool
    /// Magnitude of the numbers.
    private let scale: Float

    /// - Parameters:
    ///   - images: what the network is to take, [N, rows, columns, 3].
    ///   - convolutions: each with its kernel's extents along the graph's spatial axes, and the pool behind it.
    ///   - dense: the channels of dense layers; none for a network of maps.
    ///   - heads: the channels of each output.
    init(
        seed: UInt64, images: Shape, isTransposed: Bool,
        convolutions: [(channels: Int, kernel: [Int], pool: SlidingWindow?)], dense: [Int], heads: [Int],
        scale: Float = 1
    ) throws {
        random = RandomNumbers(seed: seed)
        self.isTransposed = isTransposed
        self.scale = scale
        imageAxes = isTransposed ? [.image, .column, .row, .channel] : [.image, .channel, .row, .column]
        let extents = isTransposed ? [images[2], images[1]] : [images[1], images[2]]
        let dimensions = isTransposed ? extents + [3] : [3] + extents
        let input = Graph.Input(
            name: tensor, elementType: .float32, dimensions: [.symbolic("N")] + dimensions.map { .fixed($0) })
        graph = try Graph(name: "random", inputs: [input], outputs: [tensor], nodes: [], initializers: [:])
        if isTransposed { append(Transpose(permutation: [0, 3, 1, 2])) }

        var channels = 3
        for convolution in convolutions {
            let weights = constant(Shape([convolution.channels, channels] + convolution.kernel))
            append(Convolution(), [weights, constant([convolution.channels])])
            activate(channels: convolution.channels, [convolution.channels, 1, 1])
            channels = convolution.channels
            if let pool = convolution.pool { append(MaxPool(window: pool)) }
        }
        if dense.isEmpty {
            for (index, count) in heads.enumerated() { appendHead(index, maps: channels, count) }
        } else {
            try appendDense(dense, heads, input: input)
        }
        graph = try Graph(
            name: "random", inputs: [input], outputs: outputs, nodes: nodes, initializers: initializers)
    }

    private mutating func appendDense(_ dense: [Int], _ heads: [Int], input: Graph.Input) throws {
        append(Transpose(permutation: isTransposed ? [0, 2, 3, 1] : [0, 1, 3, 2]))
        let soFar = try Graph(
            name: "", inputs: [input], outputs: [tensor], nodes: nodes, initializers: initializers)
        let shape = [1] + input.dimensions.dropFirst().map { if case .fixed(let extent) = $0 { extent } else { 0 } }
        var length = try soFar.tensorTypes(for: [input.name: Shape(shape)])[tensor]?.shape.count ?? 0
        append(Flatten())
        for count in dense {
            if Bool.random(using: &random) {
                append(Gemm(transposesB: true), [constant([count, length]), constant([count])])
            } else {
                append(MatMul(), [constant([length, count])])
                append(BinaryArithmetic.add, [constant([count])])
            }
            activate(channels: count, [count])
            length = count
        }
        let source = tensor
        for (index, count) in heads.enumerated() {
            tensor = source
            append(MatMul(), [constant([length, count])])
            append(BinaryArithmetic.add, [constant([count])], giving: "head\(index)")
            outputs.append(tensor)
        }
    }

    private mutating func appendHead(_ index: Int, maps channels: Int, _ count: Int) {
        let source = tensor
        append(Convolution(), [constant([count, channels, 1, 1]), constant([count])])
        if isTransposed { append(Transpose(permutation: [0, 2, 3, 1])) }
        outputs.append(tensor)
        tensor = source
    }

    /// A PReLU, as one operator or spelled out.
    private mutating func activate(channels: Int, _ shape: Shape) {
        let slope = constant(shape)
        guard Bool.random(using: &random) else { return append(PReLU(), [slope]) }
        let x = tensor
        append(Comparison.less, [constant([1], zero: true)])
        append(Not())
        let condition = tensor
        tensor = x
        append(BinaryArithmetic.multiply, [slope])
        nodes.append(
            Node(
                name: "where\(nodes.count)", operator: Where(), inputs: [condition, x, tensor],
                outputs: ["w\(nodes.count)"]))
        tensor = nodes[nodes.count - 1].outputs[0]
    }

    private mutating func append(_ operation: any Operator, _ constants: [String] = [], giving name: String? = nil) {
        let output = name ?? "t\(nodes.count)"
        nodes.append(Node(name: output, operator: operation, inputs: [tensor] + constants, outputs: [output]))
        tensor = output
    }

    private mutating func constant(_ shape: Shape, zero: Bool = false) -> String {
        let name = "c\(initializers.count)"
        // Sums of many numbers stay of the magnitude of a few.
        let bound = scale * 2 / Float(max(shape.count / shape[0], 4)).squareRoot()
        initializers[name] = .float32(zero ? Tensor(shape, repeating: 0) : random.floats(shape, in: -bound...bound))
        return name
    }
}
