import NetworkGraph
import Tensors

/// A graph under construction, layer by layer. The last three axes of a tensor are channel, height and width.
struct NeuralNetworkBuilder {
    private(set) var nodes = [Node]()
    private(set) var initializers = [String: AnyTensor]()
    private(set) var compressed = [CoreMLProvenance.CompressedConstant]()
    /// The tensors that no layer has read yet, in the order of their creation.
    private(set) var untaken = [String]()
    /// For the inputs' default shapes.
    private var types = [String: TensorType]()
    /// The name of an input after its preprocessing.
    private var preprocessed = [String: String]()

    mutating func add(_ input: String, _ shape: Shape) { types[input] = .real(shape) }

    func knows(_ tensor: String) -> Bool { types[tensor] != nil }

    // MARK: - Nodes

    /// Adds the nodes of a layer.
    mutating func append(_ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        for input in layer.input where types[input] == nil {
            throw ProgramFault("it takes \"\(input)\", which no layer before it gives")
        }
        guard layer.output.count == 1, !layer.output[0].isEmpty else {
            throw ProgramFault(unsupported: "it has \(layer.output.count) outputs, and one is supported")
        }
        guard types[layer.output[0]] == nil else {
            throw ProgramFault("it gives \"\(layer.output[0])\", which something before it gives")
        }
        try read(layer)
        untaken.removeAll { layer.input.contains($0) }
        untaken.append(layer.output[0])
    }

    /// A layer's input, by position.
    func input(_ layer: CoreMLNeuralNetworkLayer, _ position: Int = 0) throws(ProgramFault) -> (
        name: String, shape: Shape
    ) {
        guard layer.input.indices.contains(position) else {
            throw ProgramFault("it takes \(layer.input.count) inputs, where \(position + 1) or more are needed")
        }
        let name = preprocessed[layer.input[position]] ?? layer.input[position]
        return (name, types[name]?.shape ?? [])
    }

    /// The axis of the channels: the third from the end.
    func channelAxis(of shape: Shape) throws(ProgramFault) -> Int {
        guard shape.rank >= 3 else {
            throw ProgramFault("it takes \(shape), where [..., channel, height, width] is right")
        }
        return shape.rank - 3
    }

    /// Adds the node for a layer's output.
    mutating func finish(
        _ layer: CoreMLNeuralNetworkLayer, _ operation: any Operator, _ inputs: [String?]
    ) throws(ProgramFault) {
        try add(Node(name: layer.name, operator: operation, inputs: inputs, outputs: [layer.output[0]]))
    }

    /// Adds a node whose output is used only within the layer.
    mutating func step(
        _ role: String, _ operation: any Operator, _ inputs: [String], of layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) -> String {
        let name = "\(layer.output[0]).\(role)"
        try add(Node(name: name, operator: operation, inputs: inputs, outputs: [name]))
        return name
    }

    private mutating func add(_ node: Node) throws(ProgramFault) {
        do throws(GraphError) {
            for (output, type) in zip(node.outputs, try node.outputTypes(in: types)) { types[output] = type }
        } catch {
            throw ProgramFault("\(error)")
        }
        nodes.append(node)
    }

    // MARK: - Constants

    /// Weights of a layer as a constant.
    ///
    /// - Parameters:
    ///   - own: the shape in the layer's parameters.
    ///   - shape: the shape in the graph.
    mutating func weights(
        _ role: String, _ given: CoreMLWeightParams, _ own: [Int], as shape: [Int]? = nil,
        of layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) -> String {
        let extents: Shape
        do { extents = try Shape(checking: own) } catch { throw ProgramFault("\(error)") }
        do throws(ProgramFault) {
            let (values, bits) = try given.values(extents)
            if let bits { compressed.append(.init(name: "\(layer.name).\(role)", bits: bits)) }
            return constant(role, .float32(shape.map { values.reshaped(to: Shape($0)) } ?? values), of: layer)
        } catch {
            throw error.at("its \(role)")
        }
    }

    mutating func numbers(_ role: String, _ values: [Float], of layer: CoreMLNeuralNetworkLayer) -> String {
        constant(role, .float32(Tensor([values.count], values)), of: layer)
    }

    mutating func number(_ role: String, _ value: Float, of layer: CoreMLNeuralNetworkLayer) -> String {
        constant(role, .float32(Tensor([], [value])), of: layer)
    }

    mutating func integers(_ role: String, _ values: [Int], of layer: CoreMLNeuralNetworkLayer) -> String {
        constant(role, .int64(Tensor([values.count], values.map { Int64($0) })), of: layer)
    }

    private mutating func constant(_ role: String, _ tensor: AnyTensor, of layer: CoreMLNeuralNetworkLayer) -> String {
        define("\(layer.output[0]).\(role)", tensor)
    }

    /// A constant that is not named after a layer.
    mutating func define(_ name: String, _ tensor: AnyTensor) -> String {
        initializers[name] = tensor
        types[name] = TensorType(of: tensor)
        return name
    }

    // MARK: - Preprocessing

    /// Adds an image's preprocessing: scale * pixel + bias of the channel, or minus a mean image.
    mutating func preprocess(_ input: Graph.Input, _ step: CoreMLPreprocessing) throws(ProgramFault) {
        guard let images = input.images, let shape = types[input.name]?.shape else {
            throw ProgramFault(unsupported: "it is supported for images alone")
        }
        var last = preprocessed[input.name] ?? input.name
        func add(
            _ role: String, _ operation: BinaryArithmetic, _ values: Tensor<Float>,
            _ builder: inout NeuralNetworkBuilder
        ) throws(ProgramFault) {
            let name = "\(input.name).\(role)"
            let constant = builder.define("\(name).constant", .float32(values))
            try builder.add(Node(name: name, operator: operation, inputs: [last, constant], outputs: [name]))
            last = name
        }
        switch step.preprocessor {
        case .scaler(let scaler)?:
            let biases: [Float] =
                switch images.channels {
                case .rgb: [scaler.redBias, scaler.greenBias, scaler.blueBias]
                case .bgr: [scaler.blueBias, scaler.greenBias, scaler.redBias]
                case .gray: [scaler.grayBias]
                }
            guard scaler.channelScale != 0 else {
                throw ProgramFault("its scale is 0, so that all images are the same")
            }
            try add("scaled", .multiply, Tensor([], [scaler.channelScale]), &self)
            try add("shifted", .add, Tensor([biases.count, 1, 1], biases), &self)
        case .meanImage(let mean)?:
            let extents = Shape(Array(shape.dimensions.dropFirst()))
            guard mean.meanImage.count == extents.count else {
                throw ProgramFault("its mean image has \(mean.meanImage.count) numbers for images \(extents)")
            }
            try add("centred", .subtract, Tensor(extents, mean.meanImage), &self)
        case nil: throw ProgramFault(unsupported: "it is neither a scale nor a mean image")
        }
        preprocessed[input.name] = last
    }
}
