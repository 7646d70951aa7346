import NetworkGraph
import Tensors

extension OpenFaceModel {
    /// The order in which the network's maps and sums run over the image.
    package enum Orientation: Sendable {
        /// As the file holds the layers: maps [N, channel, y, x].
        case upright
        /// The image's axes are exchanged first, and the weights with them: maps [N, channel, x, y], dense layers over
        /// the order x, y, channel. Every sum then has the order of ONNX models trained on transposed images, and the
        /// float32 outputs have the same bits.
        case columnMajor
    }

    /// The network as a graph from one input, images [N, channel, y, x], to one output: the last layer's maps
    /// [N, channel, y, x] or vectors [N, channel]. For MTCNN's networks these are logits, not probabilities.
    ///
    /// - Throws: ``OpenFaceError/notComputable(layer:kind:reason:)`` for layers that do not fit together, and for pools
    ///   whose number of positions no ONNX operator can give.
    package func graph(_ orientation: Orientation, name: String) throws(OpenFaceError) -> Graph {
        var builder = OpenFaceGraphBuilder(orientation)
        for (index, layer) in layers.enumerated() {
            do throws(OperatorError) {
                try builder.append(layer)
            } catch {
                throw .notComputable(layer: index, kind: layer.name, reason: error.description)
            }
        }
        do throws(GraphError) {
            return try builder.graph(name: name)
        } catch {
            throw .notComputable(layer: layers.count - 1, kind: layers.last?.name ?? "none", reason: "\(error)")
        }
    }
}

/// A graph under construction, layer by layer.
private struct OpenFaceGraphBuilder {
    private let orientation: OpenFaceModel.Orientation
    private var nodes = [Node]()
    private var initializers = [String: AnyTensor]()
    /// The number of nodes of each kind.
    private var counts = [String: Int]()
    private var inputChannels: Int?
    /// The last tensor.
    private var tensor = "input"
    private var form = Form.image

    private enum Form {
        /// Only the input.
        case image
        case maps(channels: Int)
        case vectors(length: Int)

        var words: String {
            switch self {
            case .image: "an image"
            case .maps(let channels): "\(channels) maps"
            case .vectors(let length): "vectors of \(length)"
            }
        }
    }

    init(_ orientation: OpenFaceModel.Orientation) {
        self.orientation = orientation
        if orientation == .columnMajor { append(Transpose(permutation: [0, 1, 3, 2]), "transpose") }
    }

    mutating func append(_ layer: OpenFaceModel.Layer) throws(OperatorError) {
        if case .image = form {
            guard case .convolution(let convolution) = layer else {
                throw OperatorError("comes first, where a convolution says how many channels images have")
            }
            inputChannels = convolution.weights.shape[1]
            form = .maps(channels: convolution.weights.shape[1])
        }
        switch layer {
        case .convolution(let convolution): try append(convolution)
        case .maxPool(let pool): try append(pool)
        case .fullyConnected(let dense): try append(dense)
        case .prelu(let slopes): try append(slopes: slopes)
        case .sigmoid: append(ActivationFunction.sigmoid, "sigmoid")
        }
    }

    func graph(name: String) throws(GraphError) -> Graph {
        var last = self
        if orientation == .columnMajor, case .maps = form {
            last.append(Transpose(permutation: [0, 1, 3, 2]), "transpose")
        }
        let input = Graph.Input(
            name: "input", elementType: .float32,
            dimensions: [
                .symbolic("N"), .fixed(inputChannels ?? 0), .symbolic("height"), .symbolic("width"),
            ])
        return try Graph(
            name: name, inputs: [input], outputs: [last.tensor], nodes: last.nodes, initializers: initializers)
    }

    private mutating func append(_ convolution: OpenFaceModel.Convolution) throws(OperatorError) {
        let shape = convolution.weights.shape
        guard case .maps(shape[1]) = form else { throw OperatorError("takes \(shape[1]) maps, not \(form.words)") }
        let weights = orientation == .upright ? convolution.weights : convolution.weights.exchangingAxes(2, with: 3)
        append(Convolution(), "conv", [("weights", weights), ("bias", Tensor([shape[0]], convolution.bias))])
        form = .maps(channels: shape[0])
    }

    /// ONNX rounds the number of a pool's positions up, as OpenFace does for strides of 1 and 2.
    private mutating func append(_ pool: OpenFaceModel.MaxPool) throws(OperatorError) {
        guard case .maps = form else { throw OperatorError("takes maps, not \(form.words)") }
        var kernel = [pool.kernelY, pool.kernelX]
        var strides = [pool.strideY, pool.strideX]
        guard zip(strides, kernel).allSatisfy({ $0 <= 2 && $0 <= $1 }) else {
            throw OperatorError(
                "has strides [y, x] \(strides) and a kernel \(kernel); strides of 1 and 2, and not beyond the kernel, "
                    + "are supported")
        }
        if orientation == .columnMajor {
            kernel.reverse()
            strides.reverse()
        }
        append(MaxPool(window: SlidingWindow(kernel: kernel, strides: strides, ceilMode: true)), "pool")
    }

    private mutating func append(_ dense: OpenFaceModel.FullyConnected) throws(OperatorError) {
        let (inputs, outputs) = (dense.weights.shape[0], dense.weights.shape[1])
        let bias = Tensor([outputs], dense.bias)
        var weights = dense.weights
        switch form {
        case .maps(inputs):
            let kernels = weights.exchangingAxes(0, with: 1).reshaped(to: [outputs, inputs, 1, 1])
            append(Convolution(), "conv", [("weights", kernels), ("bias", bias)])
            form = .maps(channels: outputs)
            return
        case .maps(let channels) where inputs % channels == 0:
            if orientation == .upright {
                append(Transpose(permutation: [0, 1, 3, 2]), "transpose")
            } else {
                append(Transpose(permutation: [0, 2, 3, 1]), "transpose")
                weights = weights.reshaped(to: [channels, inputs / channels, outputs]).exchangingAxes(0, with: 1)
                    .reshaped(to: [inputs, outputs])
            }
            append(Flatten(), "flatten")
        case .vectors(inputs): break
        default: throw OperatorError("takes \(inputs) numbers, not \(form.words)")
        }
        append(Gemm(), "dense", [("weights", weights), ("bias", bias)])
        form = .vectors(length: outputs)
    }

    private mutating func append(slopes: [Float]) throws(OperatorError) {
        let shape: Shape
        switch form {
        case .maps(slopes.count): shape = [slopes.count, 1, 1]
        case .vectors(slopes.count): shape = [slopes.count]
        default: throw OperatorError("has \(slopes.count) slopes for \(form.words)")
        }
        append(PReLU(), "prelu", [("slope", Tensor(shape, slopes))])
    }

    /// Applies an operator to the last tensor; its output is named after the operator, with a running number.
    private mutating func append(
        _ operation: any Operator, _ kind: String, _ constants: [(role: String, values: Tensor<Float>)] = []
    ) {
        counts[kind, default: 0] += 1
        let name = "\(kind)\(counts[kind, default: 0])"
        var inputs = [tensor]
        for constant in constants {
            inputs.append("\(name).\(constant.role)")
            initializers["\(name).\(constant.role)"] = .float32(constant.values)
        }
        nodes.append(Node(name: name, operator: operation, inputs: inputs, outputs: [name]))
        tensor = name
    }
}
