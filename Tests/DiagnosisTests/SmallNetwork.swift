import Conformance
import Engines
import NetworkGraph
import Tensors

/// A network with a layer of each kind that face networks have, its weights drawn from a seed.
struct SmallNetwork {
    var constants: [String: AnyTensor]
    var nodes: [Node]
    let inputs: [[String: AnyTensor]]
    static let outputs = ["boxes", "faces"]

    init(seed: UInt64 = 7) throws {
        var draw = Draw(state: seed)
        constants = [
            "conv1.weight": draw.tensor([6, 3, 3, 3], 0.4), "conv1.bias": draw.tensor([6], 0.5),
            "prelu1.slope": draw.tensor([6, 1, 1], 0.6), "conv2.weight": draw.tensor([6, 6, 2, 2], 0.4),
            "conv2.bias": draw.tensor([6], 0.5), "prelu2.slope": draw.tensor([6, 1, 1], 0.6),
            "dense.weight": draw.tensor([12, 54], 0.3), "dense.bias": draw.tensor([12], 0.5),
            "boxes.weight": draw.tensor([4, 12], 0.4), "boxes.bias": draw.tensor([4], 0.5),
            "logits.weight": draw.tensor([2, 12], 0.4), "logits.bias": draw.tensor([2], 0.5),
        ]
        func node(_ name: String, _ operation: any Operator, _ inputs: [String]) -> Node {
            Node(name: name, operator: operation, inputs: inputs, outputs: [name])
        }
        let dense = Gemm(transposesB: true)
        nodes = [
            node("conv1", Convolution(), ["image", "conv1.weight", "conv1.bias"]),
            node("prelu1", PReLU(), ["conv1", "prelu1.slope"]),
            node("pool1", MaxPool(window: SlidingWindow(kernel: [2, 2], strides: [2, 2])), ["prelu1"]),
            node("conv2", Convolution(), ["pool1", "conv2.weight", "conv2.bias"]),
            node("prelu2", PReLU(), ["conv2", "prelu2.slope"]),
            node("flat", Flatten(), ["prelu2"]),
            node("dense", dense, ["flat", "dense.weight", "dense.bias"]),
            node("boxes", dense, ["dense", "boxes.weight", "boxes.bias"]),
            node("logits", dense, ["dense", "logits.weight", "logits.bias"]),
            node("faces", Softmax(axis: 1), ["logits"]),
        ]
        inputs = (0..<3).map { _ in
            // Pixels as MTCNN takes them.
            let pixels = (0..<2 * 3 * 10 * 10).map { _ in (Float(draw.next() % 256) - 127.5) / 128 }
            return ["image": AnyTensor.float32(Tensor([2, 3, 10, 10], pixels))]
        }
    }

    var graph: Graph {
        get throws {
            try Graph(
                name: "small",
                inputs: [
                    Graph.Input(
                        name: "image", elementType: .float32,
                        dimensions: [.symbolic("n"), .fixed(3), .fixed(10), .fixed(10)])
                ], outputs: Self.outputs, nodes: nodes, initializers: constants)
        }
    }

    /// What the network gives in each case, computed in float64 and rounded once: another right program than the engine.
    func recording(
        outputsOnly: Bool, altering alter: (String, AnyTensor) -> AnyTensor = { $1 },
        inputs altered: ([String: AnyTensor]) -> [String: AnyTensor] = { $0 }
    ) throws -> [RecordedCase] {
        try inputs.enumerated().map { index, inputs in
            var tensors = altered(inputs).merging(constants) { $1 }
            var recorded = [String: AnyTensor]()
            for node in nodes {
                let operands = node.inputs.map { $0.flatMap { tensors[$0] } }
                let exact = try ArithmeticName.fp64.apply(node.operator, to: operands)
                let rounded = AnyTensor.float32(exact.float64.map { Float($0) })
                let given = alter(node.name, rounded)
                tensors[node.name] = given
                if !outputsOnly || Self.outputs.contains(node.name) { recorded[node.name] = given }
            }
            return RecordedCase(name: "case-\(index)", source: "drawn", inputs: inputs, tensors: recorded)
        }
    }

    /// The same network with one constant changed, number by number or as a whole.
    func changing(_ constant: String, _ change: (Tensor<Float>) -> Tensor<Float>) throws -> SmallNetwork {
        var other = self
        if case .float32(let values)? = constants[constant] { other.constants[constant] = .float32(change(values)) }
        return other
    }

    /// The same network with another operator at a node.
    func replacing(_ name: String, by operation: any Operator) -> SmallNetwork {
        var other = self
        other.nodes = nodes.map {
            $0.name == name ? Node(name: name, operator: operation, inputs: $0.inputs, outputs: $0.outputs) : $0
        }
        return other
    }
}

/// Steele, Lea and Flood's SplitMix64.
struct Draw {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func tensor(_ shape: Shape, _ scale: Float) -> AnyTensor {
        .float32(Tensor(shape, (0..<shape.count).map { _ in (Float(next() >> 40) / 0x1p23 - 1) * scale }))
    }
}
