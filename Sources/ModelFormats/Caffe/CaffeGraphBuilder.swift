import NetworkGraph
import Tensors

/// A graph under construction, layer by layer.
///
/// A tensor is named after its blob. If a layer overwrites an existing blob, the tensor is named after the layer.
struct CaffeGraphBuilder {
    private(set) var nodes = [Node]()
    private(set) var initializers = [String: AnyTensor]()
    let weights: CaffeWeights
    let file: String
    /// The current tensor of each blob.
    private var tensors = [String: String]()
    /// For the inputs' declared shapes.
    private var types = [String: TensorType]()
    /// The blobs that no layer has read yet, in the order of their creation.
    private var untaken = [String]()
    private var layerNames = Set<String>()
    /// A hash of every weight that the network uses, in the order of the layers and independent of their names: of each
    /// tensor's bytes after the hash of those before it.
    private(set) var fingerprint = ""

    init(inputs: [String: Shape], weights: CaffeWeights, file: String) {
        self.weights = weights
        self.file = file
        for (name, shape) in inputs {
            tensors[name] = name
            types[name] = .real(shape)
        }
    }

    /// The network's outputs: the tensors that no layer reads.
    var outputs: [String] { untaken.compactMap { tensors[$0] } }

    /// - Throws: ``ModelError`` naming the layer.
    mutating func append(_ layer: CaffeLayerParameter) throws(ModelError) {
        guard !layer.name.isEmpty, layerNames.insert(layer.name).inserted else {
            throw .malformed(file: file, reason: "layer \"\(layer.name)\" has no name, or that of another layer")
        }
        for bottom in layer.bottom where tensors[bottom] == nil {
            throw .malformed(
                file: file,
                reason: "layer \"\(layer.name)\" (\(layer.type)) takes blob \"\(bottom)\", "
                    + "which no layer before it gives")
        }
        for top in layer.top where tensors[top] != nil && !layer.bottom.contains(top) {
            throw .malformed(
                file: file,
                reason: "layer \"\(layer.name)\" (\(layer.type)) gives blob \"\(top)\", which another layer gives")
        }
        guard Set(layer.top).count == layer.top.count, !layer.top.contains("") else {
            throw .malformed(file: file, reason: "layer \"\(layer.name)\" gives a blob twice, or one without a name")
        }
        try read(layer)
        untaken.removeAll { layer.bottom.contains($0) }
        untaken += layer.top
    }

    // MARK: - What layers take

    func type(_ bottom: Int, of layer: CaffeLayerParameter) throws(ModelError) -> TensorType {
        guard layer.bottom.indices.contains(bottom), let type = tensors[layer.bottom[bottom]].flatMap({ types[$0] })
        else { throw malformed(layer, "it takes \(layer.bottom.count) blobs, where \(bottom + 1) or more are needed") }
        return type
    }

    func tensor(_ bottom: Int, of layer: CaffeLayerParameter) throws(ModelError) -> String {
        _ = try type(bottom, of: layer)
        return tensors[layer.bottom[bottom]] ?? ""
    }

    /// An axis of a layer's first input, counted from the front.
    func axis(_ axis: Int32, of layer: CaffeLayerParameter, mayBeEnd: Bool = false) throws(ModelError) -> Int {
        let rank = try type(0, of: layer).shape.rank
        let counted = axis < 0 ? Int(axis) + rank : Int(axis)
        guard (0..<rank + (mayBeEnd ? 1 : 0)).contains(counted) else {
            throw malformed(layer, "it has axis \(axis) for an input of \(rank) axes")
        }
        return counted
    }

    /// The weights of a layer, of the given shapes.
    mutating func weights(
        of layer: CaffeLayerParameter, _ wanted: [(role: String, shape: Shape)]
    ) throws(ModelError) -> [Tensor<Float>] {
        let tensors = try weights.tensors(of: layer, wanted)
        for tensor in tensors {
            fingerprint = sha256Hex(Array(fingerprint.utf8) + AnyTensor.float32(tensor).littleEndianBytes)
        }
        return tensors
    }

    /// Adds numbers to the graph's constants.
    ///
    /// - Returns: the tensor's name.
    mutating func constant(_ role: String, _ values: Tensor<Float>, of layer: CaffeLayerParameter) -> String {
        define("\(layer.name).\(role)", .float32(values))
    }

    mutating func integers(_ role: String, _ values: [Int], of layer: CaffeLayerParameter) -> String {
        define("\(layer.name).\(role)", .int64(Tensor([values.count], values.map { Int64($0) })))
    }

    private mutating func define(_ name: String, _ tensor: AnyTensor) -> String {
        initializers[name] = tensor
        types[name] = TensorType(of: tensor)
        return name
    }

    // MARK: - What layers give

    /// Adds the node for a layer's output.
    mutating func finish(
        _ layer: CaffeLayerParameter, _ operation: any Operator, _ inputs: [String], top: Int = 0
    ) throws(ModelError) {
        guard layer.top.indices.contains(top) else { throw malformed(layer, "it gives no blob") }
        let blob = layer.top[top]
        let candidates = tensors[blob] == nil ? [blob] : [layer.name, "\(layer.name)/\(blob)"]
        guard let name = candidates.first(where: { types[$0] == nil }) else {
            throw malformed(layer, "it gives \"\(blob)\", and something else has that name")
        }
        let nodeName = top == 0 ? layer.name : "\(layer.name).\(top)"
        try add(Node(name: nodeName, operator: operation, inputs: inputs, outputs: [name]))
        tensors[blob] = name
    }

    /// Adds a node whose output is used only within the layer.
    mutating func step(
        _ role: String, _ operation: any Operator, _ inputs: [String], of layer: CaffeLayerParameter
    ) throws(ModelError) -> String {
        let name = "\(layer.name).\(role)"
        try add(Node(name: name, operator: operation, inputs: inputs, outputs: [name]))
        return name
    }

    private mutating func add(_ node: Node) throws(ModelError) {
        do throws(GraphError) {
            for (output, type) in zip(node.outputs, try node.outputTypes(in: types)) { types[output] = type }
        } catch {
            throw .badGraph(file: file, error)
        }
        nodes.append(node)
    }

    // MARK: - Errors

    func malformed(_ layer: CaffeLayerParameter, _ reason: String) -> ModelError {
        .malformed(file: file, reason: "layer \"\(layer.name)\" (\(layer.type)): \(reason)")
    }

    func unsupported(_ layer: CaffeLayerParameter, _ reason: String) -> ModelError {
        .unsupportedOperator(file: file, node: layer.name, operator: layer.type, reason: reason)
    }
}
