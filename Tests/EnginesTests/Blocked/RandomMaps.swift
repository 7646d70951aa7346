import NetworkGraph
import Tensors
import TestSupport

/// A random graph of the operators of convolutional networks, whose maps part and join again.
struct RandomMaps {
    private(set) var nodes = [Node]()
    private var initializers = [String: AnyTensor]()
    private var types = [String: TensorType]()
    private var random: RandomNumbers
    /// The tensors that nodes may take, the newest last.
    private var tensors = ["x"]

    let input: Shape

    init(seed: UInt64, nodes count: Int) {
        random = RandomNumbers(seed: seed)
        input = [
            Int.random(in: 1...2, using: &random), [1, 3, 16, 20].randomElement(using: &random) ?? 3,
            Int.random(in: 7...18, using: &random), Int.random(in: 7...18, using: &random),
        ]
        types["x"] = .real(input)
        var tries = 0
        while nodes.count < count, tries < 20 * count {
            tries += 1
            appendAny()
        }
    }

    /// The tensors that nobody takes are outputs, and one that somebody does.
    func graph() throws -> Graph {
        let taken = Set(nodes.flatMap(\.inputs).compactMap { $0 })
        let made = nodes.flatMap(\.outputs)
        let outputs = made.filter { !taken.contains($0) } + made.filter(taken.contains).prefix(1)
        return try Graph(
            name: "random",
            inputs: [.init(name: "x", elementType: .float32, dimensions: input.dimensions.map { .fixed($0) })],
            outputs: outputs, nodes: nodes, initializers: initializers)
    }

    mutating func inputTensor() -> AnyTensor { .float32(random.floats(input, in: -1...1)) }

    // MARK: - Operators

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func constant(_ shape: Shape, _ range: ClosedRange<Float> = -1...1) -> String {
        let name = "c\(initializers.count)"
        let tensor = AnyTensor.float32(random.floats(shape, in: range))
        initializers[name] = tensor
        types[name] = TensorType(of: tensor)
        return name
    }

    private mutating func integers(_ values: [Int64]) -> String {
        let name = "c\(initializers.count)"
        let tensor = AnyTensor.int64(Tensor([values.count], values))
        initializers[name] = tensor
        types[name] = TensorType(of: tensor)
        return name
    }

    private mutating func append(_ operation: any Operator, _ inputs: [String?]) {
        let output = "t\(nodes.count)"
        let node = Node(name: output, operator: operation, inputs: inputs, outputs: [output])
        guard let type = try? node.outputTypes(in: types).first, type.shape.count > 0, type.shape.count <= 1 << 15
        else {
            return
        }
        nodes.append(node)
        types[output] = type
        tensors.append(output)
    }

    private mutating func appendAny() {
        // Mostly the newest, so that chains grow.
        let newest = tensors.suffix(3).randomElement(using: &random) ?? "x"
        let x = number(0...3) == 0 ? tensors.randomElement(using: &random) ?? newest : newest
        guard let shape = types[x]?.shape, shape.rank == 4 else { return }
        let channels = shape[1]
        let alike = tensors.filter { types[$0]?.shape == shape }
        let other = alike.randomElement(using: &random) ?? x
        switch number(0...21) {
        case 0...2: appendConvolution(x, channels, kernel: number(1...3))
        case 3: appendConvolution(x, channels, kernel: 1)
        case 4: appendDepthwise(x, channels)
        case 5:
            guard channels % 32 == 0 else { return appendConvolution(x, channels, kernel: 1) }
            append(Convolution(groups: 2), [x, constant([32, channels / 2, 1, 1]), constant([32])])
        case 6:
            append(
                TransposedConvolution(strides: [2, 2]),
                [x, constant([channels, number(1...20), 2, 2]), number(0...1) == 0 ? nil : nil])
        case 7: append(BinaryArithmetic.add, [x, other])
        case 8: append([BinaryArithmetic.subtract, .multiply].randomElement(using: &random) ?? .multiply, [other, x])
        case 9: append(ActivationFunction.relu, [x])
        case 10:
            append(ActivationFunction.sigmoid, [x])
            append(BinaryArithmetic.multiply, [x, tensors[tensors.count - 1]])
        case 11: append(PReLU(), [x, constant([channels, 1, 1])])
        case 12:
            append(
                BatchNormalization(epsilon: 1e-5),
                [x, constant([channels]), constant([channels]), constant([channels]), constant([channels], 0.1...2)])
        case 13: append(Clip(), [x, constant([], -0.5 ... -0.1), constant([], 0.1...0.8)])
        case 14:
            append(
                [
                    ActivationFunction.hardSwish, .hardSigmoid(alpha: 0.2, beta: 0.5), .leakyReLU(slope: 0.1), .tanh,
                    .errorFunction,
                ].randomElement(using: &random) ?? .hardSwish, [x])
        case 15: appendPool(x)
        case 16:
            append(GlobalAveragePool(), [x])
            let mean = tensors[tensors.count - 1]
            append(Convolution(), [mean, constant([channels, channels, 1, 1]), constant([channels])])
            append(ActivationFunction.hardSigmoid(alpha: 0.2, beta: 0.5), [tensors[tensors.count - 1]])
            append(BinaryArithmetic.multiply, [x, tensors[tensors.count - 1]])
        case 17: append(Reduction(.mean), [x, integers([2, 3])])
        case 18:
            let modes: [Resize.Mode] = [.nearest(.floor), .linear]
            let scales = "s\(nodes.count)"
            initializers[scales] = .float32(Tensor([4], [1, 1, 2, Float(number(1...2))]))
            types[scales] = initializers[scales].map(TensorType.init(of:))
            append(
                Resize(modes.randomElement(using: &random) ?? .linear, coordinates: .asymmetric), [x, nil, scales])
        case 19:
            let parts = tensors.filter { name in
                guard let own = types[name]?.shape, own.rank == 4 else { return false }
                return own[0] == shape[0] && own[2] == shape[2] && own[3] == shape[3]
            }
            append(Concat(axis: 1), [x] + (0..<number(1...2)).map { _ in parts.randomElement(using: &random) ?? x })
        case 20:
            guard channels > 1 else { return }
            let first = channels > 16 ? 16 : channels / 2
            let extents = integers([Int64(first), Int64(channels - first)])
            append(SplitPart(axis: 1, part: 0, of: 2), [x, extents])
            append(SplitPart(axis: 1, part: 1, of: 2), [x, extents])
        default:
            append(BinaryArithmetic.multiply, [x, constant([1, channels, 1, 1])])
            append(BinaryArithmetic.add, [constant([]), tensors[tensors.count - 1]])
        }
    }

    private mutating func appendConvolution(_ x: String, _ channels: Int, kernel: Int) {
        let outputs = [5, 16, 24, 32, 64].randomElement(using: &random) ?? 16
        let (before, after) = (number(0...kernel - 1), number(0...kernel - 1))
        append(
            Convolution(
                strides: [number(1...3), number(1...2)], dilations: [number(1...2), 1],
                padding: .explicit(begin: [before, after], end: [after, before])),
            [x, constant([outputs, channels, kernel, kernel]), number(0...1) == 0 ? nil : constant([outputs])])
    }

    private mutating func appendDepthwise(_ x: String, _ channels: Int) {
        append(
            Convolution(
                strides: [number(1...3), number(1...3)], dilations: [1, number(1...2)],
                padding: number(0...1) == 0 ? .sameUpper : .sameLower, groups: channels),
            [x, constant([channels, 1, 3, 3]), number(0...1) == 0 ? nil : constant([channels])])
    }

    private mutating func appendPool(_ x: String) {
        let side = number(1...3)
        let window = SlidingWindow(
            kernel: [side, 2], strides: [number(1...2), number(1...2)],
            padding: .explicit(begin: [side / 2, 0], end: [side / 2, 1]), ceilMode: number(0...1) == 0)
        if number(0...1) == 0 {
            append(MaxPool(window: window), [x])
        } else {
            append(AveragePool(window: window, countsPadding: number(0...1) == 0), [x])
        }
    }
}
