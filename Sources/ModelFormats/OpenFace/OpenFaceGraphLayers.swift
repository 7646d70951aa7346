import NetworkGraph
import Tensors

extension OpenFaceGraphReader {
    mutating func layer(of convolution: Convolution, _ node: Node) throws(OpenFaceError)
        -> OpenFaceModel.Layer
    {
        let isTransposed = try mapsAreTransposed(at: node)
        var weights = try constant(1, of: node, rank: 4)
        guard convolution.isPlain else { throw error(node, "has padding, strides, dilations or groups") }
        let bias = try bias(2, of: node, count: weights.shape[0])
        guard weights.shape[1] == channels else {
            throw error(node, "has weights \(weights.shape) for \(channels) channels")
        }
        channels = bias.count
        if weights.shape.dimensions[2...] == [1, 1] {
            let matrix = weights.reshaped(to: [weights.shape[0], weights.shape[1]]).exchangingAxes(0, with: 1)
            return .fullyConnected(.init(weights: matrix, bias: bias))
        }
        if isTransposed { weights = weights.exchangingAxes(2, with: 3) }
        return .convolution(.init(weights: weights, bias: bias))
    }

    /// A pool with the positions that OpenFace's rounding gives: on the network's own maps, or on maps of any extent if
    /// the input's is open.
    func layer(of pool: MaxPool, _ node: Node) throws(OpenFaceError) -> OpenFaceModel.MaxPool {
        let isTransposed = try mapsAreTransposed(at: node)
        let window = pool.window
        guard window.kernel.count == 2, window.strides.count == 2,
            (window.kernel + window.strides).allSatisfy((1...1024).contains)
        else { throw error(node, "has no kernel and strides of two axes, from 1 to 1024") }
        for axis in 0..<2 {
            let (kernel, step) = (window.kernel[axis], window.strides[axis])
            let known = types?[tensor].map { [$0.shape[2 + axis]] }
            // Whether the window fits depends on the extent modulo the stride.
            for extent in known ?? Array(kernel..<kernel + step) {
                var extents = window.kernel
                extents[axis] = extent
                let expected = Int((Double(extent - kernel) / Double(step)).rounded()) + 1
                guard let laid = try? window.axes(over: extents)[axis], laid.outputExtent == expected,
                    laid.paddingBefore == 0, laid.dilation == 1
                else {
                    throw error(
                        node,
                        "does not have \(expected) positions from the border on along an axis of \(extent), "
                            + "as round((n - kernel) / stride) + 1 gives")
                }
            }
        }
        let order = isTransposed ? [0, 1] : [1, 0]
        return OpenFaceModel.MaxPool(
            kernelX: window.kernel[order[0]], kernelY: window.kernel[order[1]], strideX: window.strides[order[0]],
            strideY: window.strides[order[1]])
    }

    mutating func flatten(_ node: Node) throws(OpenFaceError) {
        if let flatten = node.operator as? Flatten, ![1, 1 - axes.count].contains(flatten.axis) {
            throw error(node, "does not keep images apart")
        }
        if node.operator is Reshape {
            guard let shape = graph.initializers[node.inputs.last.flatMap { $0 } ?? ""]?.integers,
                shape.shape.count == 2, [-1, 0, 1].contains(shape.elements[0])
            else { throw error(node, "does not give [N, features]") }
        }
        let place = (x: axes.firstIndex(of: .x) ?? 0, y: axes.firstIndex(of: .y) ?? 0)
        guard !isFlat, axes[0] == .batch, place.y == place.x + 1 else {
            throw error(node, "flattens in another order than x, then y")
        }
        isFlat = true
    }

    /// A MatMul and the Add of its bias, if one follows.
    mutating func readMatMul(_ node: Node) throws(OpenFaceError) {
        let weights = try constant(1, of: node, rank: 2)
        tensor = node.outputs[0]
        let takers = graph.takers(of: tensor)
        var values = [Float](repeating: 0, count: weights.shape[1])
        if takers.count == 1, takers[0].operator as? BinaryArithmetic == .add, takers[0].inputs.count == 2 {
            values = try bias(takers[0].inputs[0] == tensor ? 1 : 0, of: takers[0], count: weights.shape[1])
            tensor = takers[0].outputs[0]
        }
        layers.append(try dense(weights, bias: values, node))
    }

    /// A dense layer from weights [input, output], with inputs in the order of the flattened maps.
    mutating func dense(
        _ weights: Tensor<Float>, bias: [Float], _ node: Node
    ) throws(OpenFaceError) -> OpenFaceModel.Layer {
        let (inputs, outputs) = (weights.shape[0], weights.shape[1])
        guard isFlat, inputs % channels == 0 else {
            throw error(node, "multiplies maps, or \(inputs) numbers where there are \(channels) channels")
        }
        var rows = weights
        if axes.last == .channel {
            rows = weights.reshaped(to: [inputs / channels, channels, outputs]).exchangingAxes(0, with: 1)
                .reshaped(to: [inputs, outputs])
        }
        axes = [.batch, .channel]
        channels = outputs
        return .fullyConnected(.init(weights: rows, bias: bias))
    }
}

// MARK: - Constants

extension OpenFaceGraphReader {
    /// Whether maps [N, channel, ., .] have x before y.
    private func mapsAreTransposed(at node: Node) throws(OpenFaceError) -> Bool {
        switch axes {
        case [.batch, .channel, .x, .y] where !isFlat: return true
        case [.batch, .channel, .y, .x] where !isFlat: return false
        default: throw error(node, "takes no maps [N, channel, ., .]")
        }
    }

    private func constant(_ name: String?, of node: Node) throws(OpenFaceError) -> Tensor<Float> {
        guard let name, case .float32(let values)? = graph.initializers[name] else {
            throw error(node, "takes \(name.map { "\"\($0)\"" } ?? "nothing"), which is not a float32 constant")
        }
        return values
    }

    func constant(_ position: Int, of node: Node, rank: Int) throws(OpenFaceError) -> Tensor<Float> {
        let values = try constant(node.inputs.indices.contains(position) ? node.inputs[position] : nil, of: node)
        guard values.shape.rank == rank, values.shape.count > 0 else {
            throw error(node, "has weights \(values.shape), not of \(rank) axes with elements")
        }
        return values
    }

    /// One number for each output; zeros if that input is omitted.
    func bias(_ position: Int, of node: Node, count: Int) throws(OpenFaceError) -> [Float] {
        guard node.inputs.indices.contains(position), let name = node.inputs[position] else {
            return [Float](repeating: 0, count: count)
        }
        let values = try constant(name, of: node)
        guard values.shape.count == count, values.shape.dimensions.last == count else {
            throw error(node, "has a bias \(values.shape) for \(count) outputs")
        }
        return values.elements
    }

    /// A constant broadcast along all axes except the channel's, as one number for each channel.
    func channelValues(_ name: String, of node: Node) throws(OpenFaceError) -> [Float] {
        let values = try constant(name, of: node)
        let inFront = (node.operator as? PReLU)?.slopesAreChannels == true && !isFlat && values.shape.rank == 1
        let behind = isFlat || inFront ? 0 : axes.count - 1 - (axes.firstIndex(of: .channel) ?? 0)
        let channelAxis = values.shape.rank - 1 - behind
        let count = values.shape.dimensions.indices.contains(channelAxis) ? values.shape[channelAxis] : 1
        guard values.shape.count == count, count == channels || count == 1 else {
            throw error(node, "has slopes \(values.shape), not one for each of \(channels) channels")
        }
        return count == channels ? values.elements : [Float](repeating: values.elements[0], count: channels)
    }
}
