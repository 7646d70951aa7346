import NetworkGraph
import Tensors

// Each layer computes what its definition in Caffe says (src/caffe/layers).

extension CaffeGraphBuilder {
    /// Adds the nodes that compute a layer.
    mutating func read(_ layer: CaffeLayerParameter) throws(ModelError) {
        switch layer.type {
        case "BatchNorm": try readBatchNorm(layer)
        case "Bias": try readBias(layer)
        case "Concat": try readConcat(layer)
        case "Convolution", "Deconvolution": try readConvolution(layer)
        // Outside of training, dropout returns its input.
        case "Dropout", "Split":
            for top in layer.top.indices {
                try finish(layer, ActivationFunction.identity, [try tensor(0, of: layer)], top: top)
            }
        case "Eltwise": try readEltwise(layer)
        case "Flatten": try readFlatten(layer)
        case "InnerProduct": try readInnerProduct(layer)
        case "LRN": try readResponseNormalization(layer)
        case "Permute": try readPermute(layer)
        case "Pooling": try readPooling(layer)
        case "Power": try readPower(layer)
        case "PReLU": try readPReLU(layer)
        case "ReLU":
            let slope = layer.reluParam.negativeSlope
            try finish(
                layer, slope == 0 ? ActivationFunction.relu : .leakyReLU(slope: slope), [try tensor(0, of: layer)])
        case "Reshape": try readReshape(layer)
        case "Scale": try readScale(layer)
        case "Sigmoid": try finish(layer, ActivationFunction.sigmoid, [try tensor(0, of: layer)])
        case "Silence": break
        case "Softmax":
            try finish(
                layer, Softmax(axis: try axis(layer.softmaxParam.axis, of: layer)), [try tensor(0, of: layer)])
        default: throw unsupported(layer, "is not supported")
        }
        let given = layer.type == "Split" ? layer.top.count : layer.type == "Silence" ? 0 : 1
        guard layer.top.count == given else {
            throw unsupported(layer, "with \(layer.top.count) outputs is not supported, only with \(given)")
        }
    }

    // MARK: - Sums of products

    private mutating func readConvolution(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.convolutionParam
        let x = try type(0, of: layer).shape
        guard x.rank >= 3, try axis(given.axis, of: layer) == 1 else {
            throw unsupported(layer, "is supported over [N, channels, spatial...], with axis 1")
        }
        let rank = x.rank - 2
        let kernel = try extents(
            given.kernelSize, (given.hasKernelH || given.hasKernelW) ? [given.kernelH, given.kernelW] : nil,
            "kernel_size", rank: rank, of: layer)
        guard let kernel else { throw malformed(layer, "it has no kernel_size") }
        let strides = try extents(
            given.stride, (given.hasStrideH || given.hasStrideW) ? [given.strideH, given.strideW] : nil, "stride",
            rank: rank, of: layer)
        let pads = try extents(
            given.pad, (given.hasPadH || given.hasPadW) ? [given.padH, given.padW] : nil, "pad", rank: rank, of: layer)
        let dilations = try extents(given.dilation, nil, "dilation", rank: rank, of: layer)
        let (outputs, groups) = (Int(given.numOutput), Int(given.group))
        guard groups >= 1, outputs >= 1, x[1] % groups == 0, outputs % groups == 0 else {
            throw malformed(layer, "it has \(outputs) outputs and \(groups) groups for \(x[1]) channels")
        }
        // A deconvolution is the transpose of a convolution: its inputs are that convolution's outputs.
        let isTransposed = layer.type == "Deconvolution"
        let channels = isTransposed ? [x[1], outputs / groups] : [outputs, x[1] / groups]
        var wanted: [(role: String, shape: Shape)] = [("weights", try shape(channels + kernel, of: layer))]
        if given.biasTerm { wanted.append(("biases", [outputs])) }
        var inputs = [try tensor(0, of: layer)]
        for (part, values) in zip(wanted, try weights(of: layer, wanted)) {
            inputs.append(constant(part.role, values, of: layer))
        }
        let padding = pads.map { SlidingWindow.Padding.explicit(begin: $0, end: $0) }
        let operation: any Operator =
            isTransposed
            ? TransposedConvolution(strides: strides, dilations: dilations, padding: .init(padding), groups: groups)
            : Convolution(strides: strides, dilations: dilations, padding: padding, groups: groups)
        try finish(layer, operation, inputs)
    }

    /// The axes from `axis` on are joined in order: the first dense layer after maps sums over channel, then row, then
    /// column.
    private mutating func readInnerProduct(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.innerProductParam
        let x = try type(0, of: layer).shape
        let axis = try axis(given.axis, of: layer)
        // The extents after the channels may differ from the image extents in the definition.
        guard (1...2).contains(axis) else {
            throw unsupported(layer, "with axis \(axis) is not supported, only with 1 and 2")
        }
        let inner = x.dimensions[axis...].reduce(1) { $0.saturatingProduct($1) }
        let outputs = Int(given.numOutput)
        guard outputs >= 1 else { throw malformed(layer, "it has no num_output") }
        var wanted: [(role: String, shape: Shape)] = [
            ("weights", try shape(given.transpose ? [inner, outputs] : [outputs, inner], of: layer))
        ]
        if given.biasTerm { wanted.append(("biases", [outputs])) }
        var constants = [String]()
        for (part, values) in zip(wanted, try weights(of: layer, wanted)) {
            constants.append(constant(part.role, values, of: layer))
        }
        var rows = try tensor(0, of: layer)
        if x.rank != 2 || axis != 1 { rows = try step("flattened", Flatten(axis: axis), [rows], of: layer) }
        let product = Gemm(transposesB: !given.transpose)
        if axis == 1 {
            try finish(layer, product, [rows] + constants)
        } else {
            // The leading axes: if their number differs, those of the images come from the input.
            let front = [-1] + x.dimensions[1..<axis] + [outputs]
            let result = try step("rows", product, [rows] + constants, of: layer)
            try finish(layer, Reshape(), [result, integers("shape", front, of: layer)])
        }
    }

    // MARK: - Pools

    /// A pool's positions are counted as in Caffe: rounded up; with padding, a last window that would start after the
    /// input and its leading padding is omitted.
    private mutating func readPooling(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.poolingParam
        let x = try type(0, of: layer).shape
        guard x.rank == 4 else { throw malformed(layer, "it takes \(x), where [N, channels, rows, columns] are right") }
        func pair(
            _ square: UInt32?, _ each: (UInt32, UInt32)?, _ name: String, otherwise: Int?
        ) throws(ModelError) -> [Int] {
            guard square == nil || each == nil else { throw malformed(layer, "it gives its \(name) twice") }
            if let each { return [Int(each.0), Int(each.1)] }
            guard let one = square.map({ Int($0) }) ?? otherwise else { throw malformed(layer, "it has no \(name)") }
            return [one, one]
        }
        let pads = try pair(
            given.hasPad ? given.pad : nil, given.hasPadH || given.hasPadW ? (given.padH, given.padW) : nil, "pad",
            otherwise: 0)
        let strides = try pair(
            given.hasStride ? given.stride : nil,
            given.hasStrideH || given.hasStrideW ? (given.strideH, given.strideW) : nil, "stride", otherwise: 1)
        guard given.pool != .stochastic else { throw unsupported(layer, "STOCHASTIC is not supported") }
        if given.globalPooling {
            guard !given.hasKernelSize, !given.hasKernelH, !given.hasKernelW, pads == [0, 0], strides == [1, 1] else {
                throw malformed(layer, "it is global and has a kernel, strides or padding")
            }
            let operation: any Operator = given.pool == .ave ? GlobalAveragePool() : GlobalMaxPool()
            try finish(layer, operation, [try tensor(0, of: layer)])
            return
        }
        let kernel = try pair(
            given.hasKernelSize ? given.kernelSize : nil,
            given.hasKernelH || given.hasKernelW ? (given.kernelH, given.kernelW) : nil, "kernel_size", otherwise: nil)
        guard zip(pads, kernel).allSatisfy({ $0 < $1 }) else {
            throw malformed(layer, "it has a padding of \(pads) for a kernel of \(kernel), which must be larger")
        }
        let roundsUp = given.roundMode == .ceil
        guard !roundsUp || pads != [0, 0] || zip(strides, kernel).allSatisfy({ $0 <= $1 }) else {
            throw unsupported(
                layer,
                "with strides of \(strides) beyond its kernel of \(kernel) is not supported: Caffe lets the last window "
                    + "lie after the input")
        }
        let window = SlidingWindow(
            kernel: kernel, strides: strides, padding: .explicit(begin: pads, end: pads), ceilMode: roundsUp)
        let operation: any Operator =
            given.pool == .ave ? AveragePool(window: window, countsPadding: true) : MaxPool(window: window)
        try finish(layer, operation, [try tensor(0, of: layer)])
    }

    // MARK: - Element by element

    private mutating func readPReLU(_ layer: CaffeLayerParameter) throws(ModelError) {
        let x = try type(0, of: layer).shape
        guard x.rank >= 2 else { throw malformed(layer, "it takes \(x), where [N, channels, ...] are right") }
        let count = layer.preluParam.channelShared ? 1 : x[1]
        let given: Shape = layer.preluParam.channelShared ? [] : [x[1]]
        let slopes = try weights(of: layer, [("slopes", given)])[0]
        let ones = [Int](repeating: 1, count: x.rank - 2)
        let name = constant("slopes", slopes.reshaped(to: Shape([count] + ones)), of: layer)
        try finish(layer, PReLU(), [try tensor(0, of: layer), name])
    }

    /// The statistics are sums, stored with the number of summands.
    private mutating func readBatchNorm(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.batchNormParam
        let x = try type(0, of: layer).shape
        guard !given.hasUseGlobalStats || given.useGlobalStats else {
            throw unsupported(layer, "with the statistics of a batch (use_global_stats: false) is not supported")
        }
        guard x.rank >= 2 else { throw malformed(layer, "it takes \(x), where [N, channels, ...] are right") }
        let parts = try weights(of: layer, [("sums", [x[1]]), ("squares", [x[1]]), ("count", [1])])
        let count = parts[2].elements[0]
        let factor = count == 0 ? 0 : 1 / count
        let constants = [
            constant("scale", Tensor([x[1]], repeating: 1), of: layer),
            constant("shift", Tensor([x[1]], repeating: 0), of: layer),
            constant("mean", parts[0].map { $0 * factor }, of: layer),
            constant("variance", parts[1].map { $0 * factor }, of: layer),
        ]
        try finish(layer, BatchNormalization(epsilon: given.eps), [try tensor(0, of: layer)] + constants)
    }

    /// Across channels x / (k + alpha / size * sum of squares) ^ beta over `size` channels; within a channel x * (1 +
    /// alpha * mean of squares) ^ -beta over a window of `size` rows and columns, whose padding counts.
    private mutating func readResponseNormalization(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.lrnParam
        let x = try type(0, of: layer).shape
        let size = Int(given.localSize)
        guard x.rank == 4 else { throw malformed(layer, "it takes \(x), where [N, channels, rows, columns] are right") }
        guard size % 2 == 1 else { throw malformed(layer, "it has a local_size of \(size), where an odd one is right") }
        let source = try tensor(0, of: layer)
        guard given.normRegion == .withinChannel else {
            let norm = LocalResponseNormalization(
                size: size, alpha: given.alpha, beta: given.beta, bias: given.k)
            return try finish(layer, norm, [source])
        }
        let pads = [size / 2, size / 2]
        let window = SlidingWindow(kernel: [size, size], padding: .explicit(begin: pads, end: pads))
        let squares = try step("squares", BinaryArithmetic.multiply, [source, source], of: layer)
        let means = try step("means", AveragePool(window: window, countsPadding: true), [squares], of: layer)
        func number(_ role: String, _ value: Float) -> String { constant(role, Tensor([], [value]), of: layer) }
        let scaled = try step("scaled", BinaryArithmetic.multiply, [means, number("alpha", given.alpha)], of: layer)
        let raised = try step("raised", BinaryArithmetic.add, [scaled, number("one", 1)], of: layer)
        let factors = try step("factors", BinaryArithmetic.power, [raised, number("power", -given.beta)], of: layer)
        try finish(layer, BinaryArithmetic.multiply, [source, factors])
    }

    private mutating func readScale(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.scaleParam
        let placed = try operands(of: layer, axis: given.axis, count: given.numAxes, bias: given.biasTerm, "factors")
        let x = try tensor(0, of: layer)
        guard placed.count == 2 else {
            return try finish(layer, BinaryArithmetic.multiply, [x, placed[0]])
        }
        let product = try step("product", BinaryArithmetic.multiply, [x, placed[0]], of: layer)
        try finish(layer, BinaryArithmetic.add, [product, placed[1]])
    }

    private mutating func readBias(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.biasParam
        let placed = try operands(of: layer, axis: given.axis, count: given.numAxes, bias: false, "biases")
        try finish(layer, BinaryArithmetic.add, [try tensor(0, of: layer), placed[0]])
    }

    /// The second operand of a scale or a bias, and the bias after it: the second input, or weights over `count` axes
    /// from `axis` on; trailing axes of extent 1 broadcast them over the first input's other axes.
    private mutating func operands(
        of layer: CaffeLayerParameter, axis first: Int32, count: Int32, bias: Bool, _ role: String
    ) throws(ModelError) -> [String] {
        let x = try type(0, of: layer).shape
        let isGiven = layer.bottom.count > 1
        var extents = [Int]()
        let start: Int
        if isGiven {
            start = try axis(first, of: layer, mayBeEnd: true)
            let other = try type(1, of: layer).shape
            extents = other.dimensions
            guard start + extents.count <= x.rank, Array(x.dimensions[start..<start + extents.count]) == extents else {
                throw malformed(
                    layer, "its second input has shape \(other), which is not that of \(x) from axis \(start) on")
            }
        } else {
            start = try axis(first, of: layer, mayBeEnd: count == 0)
            let end = count < 0 ? x.rank : start + Int(count)
            guard end <= x.rank else { throw malformed(layer, "it has \(count) axes from \(start) on for \(x)") }
            extents = Array(x.dimensions[start..<end])
        }
        let behind = x.rank - start - extents.count
        let own = try shape(extents, of: layer)
        var wanted = [(role: String, shape: Shape)]()
        if !isGiven { wanted.append((role, own)) }
        if bias { wanted.append(("biases", own)) }
        var placed = [String]()
        if isGiven {
            let axes = (0..<behind).map { extents.count + $0 }
            let second = try tensor(1, of: layer)
            placed.append(
                behind == 0
                    ? second
                    : try step("second", Unsqueeze(), [second, integers("axes", axes, of: layer)], of: layer))
        }
        guard !wanted.isEmpty else { return placed }
        for (part, values) in zip(wanted, try weights(of: layer, wanted)) {
            let shape = Shape(extents + [Int](repeating: 1, count: behind))
            placed.append(constant(part.role, values.reshaped(to: shape), of: layer))
        }
        return placed
    }

    /// (shift + scale * x) ^ power, with power 1.
    private mutating func readPower(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.powerParam
        guard given.power == 1 else {
            throw unsupported(layer, "with power \(given.power) is not supported, only with 1")
        }
        let scale = constant("scale", Tensor([], [given.scale]), of: layer)
        let shift = constant("shift", Tensor([], [given.shift]), of: layer)
        let product = try step("product", BinaryArithmetic.multiply, [try tensor(0, of: layer), scale], of: layer)
        try finish(layer, BinaryArithmetic.add, [product, shift])
    }

    private mutating func readEltwise(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.eltwiseParam
        let shape = try type(0, of: layer).shape
        guard layer.bottom.count >= 2 else { throw malformed(layer, "it takes one blob, where two or more are right") }
        for index in layer.bottom.indices {
            let other = try type(index, of: layer).shape
            guard other == shape else {
                throw malformed(layer, "it takes blobs of shapes \(shape) and \(other), where one shape is right")
            }
        }
        guard given.coeff.isEmpty || given.operation == .sum && given.coeff.count == layer.bottom.count else {
            throw malformed(layer, "it has \(given.coeff.count) factors for \(layer.bottom.count) blobs")
        }
        let operation: BinaryArithmetic
        switch given.operation {
        case .prod: operation = .multiply
        case .sum: operation = .add
        case .max:
            var blobs = [String]()
            for index in layer.bottom.indices { blobs.append(try tensor(index, of: layer)) }
            return try finish(layer, VariadicArithmetic.maximum, blobs)
        }
        var terms = [String]()
        for index in layer.bottom.indices {
            var term = try tensor(index, of: layer)
            if given.coeff.indices.contains(index), given.coeff[index] != 1 {
                let factor = constant("factor\(index)", Tensor([], [given.coeff[index]]), of: layer)
                term = try step("term\(index)", BinaryArithmetic.multiply, [term, factor], of: layer)
            }
            terms.append(term)
        }
        var sum = terms[0]
        for index in terms.indices.dropFirst().dropLast() {
            sum = try step("first\(index + 1)", operation, [sum, terms[index]], of: layer)
        }
        try finish(layer, operation, [sum, terms[terms.count - 1]])
    }

    // MARK: - Arrangement

    private mutating func readConcat(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.concatParam
        let axis = try axis(given.hasConcatDim ? Int32(clamping: given.concatDim) : given.axis, of: layer)
        var inputs = [String]()
        for index in layer.bottom.indices { inputs.append(try tensor(index, of: layer)) }
        try finish(layer, Concat(axis: axis), inputs)
    }

    /// Joins the axes from `axis` to `end_axis`.
    private mutating func readFlatten(_ layer: CaffeLayerParameter) throws(ModelError) {
        let x = try type(0, of: layer).shape
        let first = try axis(layer.flattenParam.axis, of: layer)
        guard try axis(layer.flattenParam.endAxis, of: layer) == x.rank - 1 else {
            throw unsupported(layer, "with an end_axis before the last is not supported")
        }
        let source = try tensor(0, of: layer)
        guard first != 1 else { return try finish(layer, Flatten(), [source]) }
        let kept = [Int](repeating: 0, count: first) + [-1]
        try finish(layer, Reshape(), [source, integers("shape", kept, of: layer)])
    }

    /// In the new extents, 0 stands for the input's extent and -1 for the rest; axes before `axis` stay.
    private mutating func readReshape(_ layer: CaffeLayerParameter) throws(ModelError) {
        let given = layer.reshapeParam
        guard given.numAxes == -1 else { throw unsupported(layer, "with num_axes is not supported") }
        let rank = try type(0, of: layer).shape.rank
        let start = given.axis < 0 ? Int(given.axis) + rank + 1 : Int(given.axis)
        guard (0...rank).contains(start) else { throw malformed(layer, "it has axis \(given.axis) for \(rank) axes") }
        let extents = given.shape.dim.map { Int($0) }
        guard extents.allSatisfy({ $0 >= -1 }), extents.count(where: { $0 == -1 }) <= 1 else {
            throw malformed(layer, "it has the new extents \(extents), of which at most one may be open")
        }
        let shape = [Int](repeating: 0, count: start) + extents
        try finish(layer, Reshape(), [try tensor(0, of: layer), integers("shape", shape, of: layer)])
    }

    /// Axes that are not named come last, in order.
    private mutating func readPermute(_ layer: CaffeLayerParameter) throws(ModelError) {
        let rank = try type(0, of: layer).shape.rank
        let named = layer.permuteParam.order.map { Int($0) }
        let order = named + (0..<rank).filter { !named.contains($0) }
        guard order.sorted() == Array(0..<rank) else {
            throw malformed(layer, "it has the order \(named) for \(rank) axes")
        }
        try finish(layer, Transpose(permutation: order), [try tensor(0, of: layer)])
    }

    // MARK: - Parameters

    /// One extent for each spatial axis, given as one number for all, as a list, or for rows and columns; nil if not
    /// given.
    private func extents(
        _ list: [UInt32], _ each: [UInt32]?, _ name: String, rank: Int, of layer: CaffeLayerParameter
    ) throws(ModelError) -> [Int]? {
        guard list.isEmpty || each == nil else { throw malformed(layer, "it gives its \(name) twice") }
        let values = (each ?? list).map { Int($0) }
        guard values.count != 1 else { return [Int](repeating: values[0], count: rank) }
        guard values.isEmpty || values.count == rank else {
            throw malformed(layer, "it has \(values.count) numbers for its \(name), where \(rank) are right")
        }
        return values.isEmpty ? nil : values
    }

    /// A shape that a tensor can have.
    private func shape(_ extents: [Int], of layer: CaffeLayerParameter) throws(ModelError) -> Shape {
        do { return try Shape(checking: extents) } catch { throw malformed(layer, "\(error)") }
    }
}
