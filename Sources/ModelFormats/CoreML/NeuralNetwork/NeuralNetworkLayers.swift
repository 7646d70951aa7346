import NetworkGraph
import Tensors

extension NeuralNetworkBuilder {
    /// Adds the nodes that compute a layer as Apple's schema describes it.
    mutating func read(_ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        switch layer.layer {
        case .convolution(let given)?: try read(given, layer)
        case .pooling(let given)?: try read(given, layer)
        case .activation(let given)?: try read(given, layer)
        case .innerProduct(let given)?: try read(given, layer)
        case .batchnorm(let given)?: try read(given, layer)
        case .lrn(let given)?:
            let x = try input(layer)
            guard try channelAxis(of: x.shape) == 1 else {
                throw ProgramFault(unsupported: "it is supported over four axes, not \(x.shape)")
            }
            try finish(
                layer,
                LocalResponseNormalization(
                    size: Int(clamping: given.localSize), alpha: given.alpha, beta: given.beta, bias: given.k), [x.name]
            )
        case .crop(let given)?: try read(given, layer)
        case .padding(let given)?: try read(given, layer)
        case .upsample(let given)?: try read(given, layer)
        case .softmax?:
            let x = try input(layer)
            try finish(layer, Softmax(axis: try channelAxis(of: x.shape)), [x.name])
        case .add(let given)?: try read(.add, number: layer.input.count == 1 ? given.alpha : nil, layer)
        case .multiply(let given)?: try read(.multiply, number: layer.input.count == 1 ? given.alpha : nil, layer)
        case .addBroadcastable?: try read(.add, number: nil, layer)
        case .multiplyBroadcastable?: try read(.multiply, number: nil, layer)
        case .subtractBroadcastable?: try read(.subtract, number: nil, layer)
        case .divideBroadcastable?: try read(.divide, number: nil, layer)
        case .average?: try readAverage(layer)
        case .scale(let given)?: try read(given, layer)
        case .bias(let given)?:
            let x = try input(layer)
            let bias = try placed("bias", given.bias, given.shape, x.shape, layer)
            try finish(layer, BinaryArithmetic.add, [x.name, bias])
        case .reduce(let given)?:
            guard given.mode == 1, given.axis == 1 else {
                throw ProgramFault(unsupported: "it is supported as the mean (1) over height and width (1) alone")
            }
            let x = try input(layer)
            guard x.shape.rank == 4 else {
                throw ProgramFault(unsupported: "it is supported over four axes, not \(x.shape)")
            }
            try finish(layer, GlobalAveragePool(), [x.name])
        case .loadConstant(let given)?: try read(given, isFourAxes: true, layer)
        case .loadConstantNd(let given)?: try read(given, isFourAxes: false, layer)
        case .reshape(let given)?: try read(given, layer)
        case .flatten(let given)?: try read(given, layer)
        case .permute(let given)?:
            let x = try input(layer)
            // The order of sequence, channel, height and width.
            let axes = given.axis.map { Int(clamping: $0) }
            guard x.shape.rank == 4, axes.sorted() == [0, 1, 2, 3], axes[0] == 0 else {
                throw ProgramFault(
                    unsupported: "the order \(axes) for \(x.shape) is not supported, only one that begins with 0")
            }
            try finish(layer, Transpose(permutation: axes), [x.name])
        case .transpose(let given)?:
            let x = try input(layer)
            try finish(layer, Transpose(permutation: given.axes(rank: x.shape.rank)), [x.name])
        case .concat(let given)?:
            guard !given.sequenceConcat else { throw ProgramFault(unsupported: "joining sequences is not supported") }
            try join(layer, axis: try channelAxis(of: input(layer).shape))
        case .concatNd(let given)?:
            guard !given.interleave else { throw ProgramFault(unsupported: "interleave is not supported") }
            try join(layer, axis: Int(clamping: given.axis))
        case .copy?: try finish(layer, ActivationFunction.identity, [try input(layer).name])
        case .clip(let given)?:
            let x = try input(layer).name
            try finish(
                layer, Clip(),
                [x, number("minimum", given.minVal, of: layer), number("maximum", given.maxVal, of: layer)])
        case .softmaxNd(let given)?:
            try finish(layer, Softmax(axis: Int(clamping: given.axis)), [try input(layer).name])
        case .squeeze(let given)?:
            let x = try input(layer).name
            let axes = given.squeezeAll ? [] : [integers("axes", given.axes.map { Int(clamping: $0) }, of: layer)]
            try finish(layer, Squeeze(), [x] + axes)
        case .expandDims(let given)?:
            let x = try input(layer).name
            try finish(layer, Unsqueeze(), [x, integers("axes", given.axes.map { Int(clamping: $0) }, of: layer)])
        case .flattenTo2D(let given)?:
            try finish(layer, Flatten(axis: Int(clamping: given.axis)), [try input(layer).name])
        case .reshapeStatic(let given)?:
            let x = try input(layer).name
            let shape = integers("shape", given.targetShape.map { Int(clamping: $0) }, of: layer)
            try finish(layer, Reshape(), [x, shape])
        case nil: throw ProgramFault(unsupported: "a layer of this kind is not supported")
        }
    }

    // MARK: - Sums of products

    private mutating func read(
        _ given: CoreMLConvolutionLayer, _ layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) {
        let x = try input(layer)
        let groups = max(Int(clamping: given.nGroups), 1)
        let kernel = given.kernelSize.isEmpty ? [3, 3] : given.kernelSize.map { Int(clamping: $0) }
        guard kernel.count == 2, x.shape.rank == 4 else {
            throw ProgramFault("it takes \(x.shape) with a kernel \(kernel), where four axes and two extents are right")
        }
        let padding: SlidingWindow.Padding? =
            switch given.padding {
            case .valid(let valid)?: try valid.padding
            case .same(let same)?: same.padding
            case nil: nil
            }
        let (outputs, channels) = (Int(clamping: given.outputChannels), Int(clamping: given.kernelChannels))
        // A deconvolution's weights are [inputs, outputs / groups, rows, columns].
        let own = given.isDeconvolution ? [channels, outputs / groups] : [outputs, channels]
        var inputs = [x.name, try weights("weights", given.weights, own + kernel, of: layer)]
        if given.hasBias_p { inputs.append(try weights("bias", given.bias, [outputs], of: layer)) }
        guard !given.isDeconvolution else {
            var transposed = TransposedConvolution(
                strides: given.stride.extents, dilations: given.dilationFactor.extents, padding: .init(padding),
                groups: groups)
            try transposed.giveExtents(given.outputShape.map { Int(clamping: $0) })
            return try finish(layer, transposed, inputs)
        }
        try finish(
            layer,
            Convolution(
                strides: given.stride.extents, dilations: given.dilationFactor.extents, padding: padding, groups: groups
            ),
            inputs)
    }

    /// Channel, height and width are joined in this order; with fewer than four axes, the sum is over the last.
    private mutating func read(
        _ given: CoreMLInnerProductLayer, _ layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) {
        guard !given.int8DynamicQuantize else { throw ProgramFault(unsupported: "integer arithmetic is not supported") }
        let x = try input(layer)
        let (inner, outputs) = (Int(clamping: given.inputChannels), Int(clamping: given.outputChannels))
        let matrix = try weights("weights", given.weights, [outputs, inner], of: layer)
        var operands = [matrix]
        if given.hasBias_p { operands.append(try weights("bias", given.bias, [outputs], of: layer)) }
        switch x.shape.rank {
        case 2: try finish(layer, Gemm(transposesB: true), [x.name] + operands)
        case 4:
            let rows = try step("flattened", Flatten(), [x.name], of: layer)
            let product = try step("product", Gemm(transposesB: true), [rows] + operands, of: layer)
            try finish(layer, Unsqueeze(), [product, integers("axes", [2, 3], of: layer)])
        default: throw ProgramFault(unsupported: "it is supported over two and four axes, not \(x.shape)")
        }
    }

    // MARK: - Pools

    private mutating func read(_ given: CoreMLPoolingLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let x = try input(layer)
        guard x.shape.rank == 4 else {
            throw ProgramFault(unsupported: "it is supported over four axes, not \(x.shape)")
        }
        guard given.type == 0 || given.type == 1 else { throw ProgramFault(unsupported: "L2 is not supported") }
        if given.globalPooling {
            let operation: any Operator = given.type == 1 ? GlobalAveragePool() : GlobalMaxPool()
            return try finish(layer, operation, [x.name])
        }
        var window = SlidingWindow(
            kernel: given.kernelSize.extents ?? [3, 3], strides: given.stride.extents ?? [1, 1])
        switch given.padding {
        case .valid(let valid)?: window.padding = try valid.padding ?? window.padding
        case .same(let same)?: window.padding = same.padding
        case .includeLastPixel(let amounts)?:
            // The number of positions is rounded up, as in Caffe.
            let pads = amounts.paddingAmounts.map { Int(clamping: $0) }
            guard pads.isEmpty || pads.count == 2 else {
                throw ProgramFault("it has \(pads.count) paddings for two axes")
            }
            if !pads.isEmpty { window.padding = .explicit(begin: pads, end: pads) }
            window.ceilMode = true
        case nil: break
        }
        let operation: any Operator =
            given.type == 0
            ? MaxPool(window: window) : AveragePool(window: window, countsPadding: !given.avgPoolExcludePadding)
        try finish(layer, operation, [x.name])
    }

    // MARK: - Element by element

    private mutating func read(_ given: CoreMLActivation, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let x = try input(layer)
        switch given.function {
        case .linear(let numbers)?:
            let product = try step(
                "product", BinaryArithmetic.multiply, [x.name, number("alpha", numbers.alpha, of: layer)], of: layer)
            try finish(layer, BinaryArithmetic.add, [product, number("beta", numbers.beta, of: layer)])
        case .relu?: try finish(layer, ActivationFunction.relu, [x.name])
        case .leakyRelu(let slope)?:
            try finish(layer, ActivationFunction.leakyReLU(slope: slope.alpha), [x.name])
        case .prelu(let slopes)?:
            let channels = x.shape[try channelAxis(of: x.shape)]
            // A single value for all is stored as one number.
            let count = slopes.alpha.floatValue.count == 1 || slopes.alpha.float16Value.count == 2 ? 1 : channels
            let name = try weights("slopes", slopes.alpha, [count], as: [count, 1, 1], of: layer)
            try finish(layer, PReLU(), [x.name, name])
        case .sigmoid?: try finish(layer, ActivationFunction.sigmoid, [x.name])
        case .sigmoidHard(let numbers)?:
            let product = try step(
                "product", BinaryArithmetic.multiply, [x.name, number("alpha", numbers.alpha, of: layer)], of: layer)
            let sum = try step(
                "sum", BinaryArithmetic.add, [product, number("beta", numbers.beta, of: layer)], of: layer)
            try finish(layer, Clip(), [sum, number("minimum", 0, of: layer), number("maximum", 1, of: layer)])
        case nil: throw ProgramFault(unsupported: "this function is not supported")
        }
    }

    private mutating func read(_ given: CoreMLBatchnormLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        guard !given.computeMeanVar, !given.instanceNormalization else {
            throw ProgramFault(unsupported: "with the statistics of what comes in it is not supported")
        }
        let x = try input(layer)
        let channels = Int(clamping: given.channels)
        guard try channelAxis(of: x.shape) == 1 else {
            throw ProgramFault(unsupported: "it is supported over four axes, not \(x.shape)")
        }
        var inputs = [x.name]
        for (role, part) in [
            ("gamma", given.gamma), ("beta", given.beta), ("mean", given.mean), ("variance", given.variance),
        ] { inputs.append(try weights(role, part, [channels], of: layer)) }
        try finish(layer, BatchNormalization(epsilon: given.epsilon), inputs)
    }

    /// An operation on all inputs in sequence, or on a single input and a number.
    private mutating func read(
        _ operation: BinaryArithmetic, number other: Float?, _ layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) {
        let first = try input(layer).name
        if let other {
            return try finish(layer, operation, [first, number("alpha", other, of: layer)])
        }
        let last = try input(layer, max(layer.input.count - 1, 1)).name
        var result = first
        for position in 1..<layer.input.count - 1 {
            result = try step("first\(position + 1)", operation, [result, try input(layer, position).name], of: layer)
        }
        try finish(layer, operation, [result, last])
    }

    private mutating func readAverage(_ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        guard layer.input.count > 1 else { throw ProgramFault("it takes one input, where two or more are right") }
        var sum = try input(layer).name
        for position in 1..<layer.input.count {
            sum = try step("first\(position + 1)", BinaryArithmetic.add, [sum, input(layer, position).name], of: layer)
        }
        try finish(layer, BinaryArithmetic.divide, [sum, number("count", Float(layer.input.count), of: layer)])
    }

    private mutating func read(_ given: CoreMLScaleLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let x = try input(layer)
        let scale = try placed("scale", given.scale, given.shapeScale, x.shape, layer)
        guard given.hasBias_p else { return try finish(layer, BinaryArithmetic.multiply, [x.name, scale]) }
        let product = try step("product", BinaryArithmetic.multiply, [x.name, scale], of: layer)
        let bias = try placed("bias", given.bias, given.shapeBias, x.shape, layer)
        try finish(layer, BinaryArithmetic.add, [product, bias])
    }

    /// Weights of shape [1], [channel] or [channel, height, width], broadcast over an input.
    private mutating func placed(
        _ role: String, _ given: CoreMLWeightParams, _ shape: [UInt64], _ x: Shape, _ layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) -> String {
        let own = shape.map { Int(clamping: $0) }
        guard own.count == 1 || own.count == 3, x.rank >= 3 else {
            throw ProgramFault("its \(role) has shape \(own) for \(x), where [1], [channel] or three extents are right")
        }
        return try weights(role, given, own, as: own.count == 1 ? own + [1, 1] : own, of: layer)
    }

    private mutating func read(
        _ given: CoreMLConstantLayer, isFourAxes: Bool, _ layer: CoreMLNeuralNetworkLayer
    ) throws(ProgramFault) {
        let own = given.shape.map { Int(clamping: $0) }
        let name = try weights("data", given.data, own, as: isFourAxes ? [1] + own : own, of: layer)
        try finish(layer, ActivationFunction.identity, [name])
    }

    // MARK: - Arrangement

    private mutating func join(_ layer: CoreMLNeuralNetworkLayer, axis: Int) throws(ProgramFault) {
        var inputs = [String]()
        for position in layer.input.indices { inputs.append(try input(layer, position).name) }
        try finish(layer, Concat(axis: axis), inputs)
    }

    private mutating func read(_ given: CoreMLReshapeLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let x = try input(layer)
        var target = given.targetShape.map { Int(clamping: $0) }
        if target.count == 4, target[0] == 1 { target.removeFirst() }
        guard target.count == 3, x.shape.rank == 4 else {
            throw ProgramFault(
                unsupported: "the shape \(target) for \(x.shape) is not supported, only [channel, height, width]")
        }
        guard given.mode == 1 else {
            return try finish(layer, Reshape(), [x.name, integers("shape", [0] + target, of: layer)])
        }
        let last = try step("last", Transpose(permutation: [0, 2, 3, 1]), [x.name], of: layer)
        let shape = integers("shape", [0, target[1], target[2], target[0]], of: layer)
        let reshaped = try step("reshaped", Reshape(), [last, shape], of: layer)
        try finish(layer, Transpose(permutation: [0, 3, 1, 2]), [reshaped])
    }

    /// To [N, features, 1, 1], in the order channel, height, width or height, width, channel.
    private mutating func read(_ given: CoreMLFlattenLayer, _ layer: CoreMLNeuralNetworkLayer) throws(ProgramFault) {
        let x = try input(layer)
        guard x.shape.rank == 4 else {
            throw ProgramFault(unsupported: "it is supported over four axes, not \(x.shape)")
        }
        var source = x.name
        if given.mode == 1 { source = try step("last", Transpose(permutation: [0, 2, 3, 1]), [source], of: layer) }
        try finish(layer, Reshape(), [source, integers("shape", [0, -1, 1, 1], of: layer)])
    }
}

extension CoreMLPermuteLayer {
    fileprivate func axes(rank: Int) -> [Int] { axis.map { Int(clamping: $0) } }
}

extension [UInt64] {
    /// Extents along two axes; nil if not given.
    var extents: [Int]? { isEmpty ? nil : map { Int(clamping: $0) } }
}

extension CoreMLValidPadding {
    /// Nil if no amounts are given.
    fileprivate var padding: SlidingWindow.Padding? {
        get throws(ProgramFault) {
            let amounts = paddingAmounts.borderAmounts
            guard !amounts.isEmpty else { return nil }
            guard amounts.count == 2 else { throw ProgramFault("it has \(amounts.count) paddings for two axes") }
            return .explicit(
                begin: amounts.map { Int(clamping: $0.startEdgeSize) },
                end: amounts.map { Int(clamping: $0.endEdgeSize) })
        }
    }
}

extension CoreMLSamePadding {
    fileprivate var padding: SlidingWindow.Padding { asymmetryMode == 1 ? .sameLower : .sameUpper }
}

extension TransposedConvolution {
    /// The extents of the output, if they are given: `same` cuts as much as they require, the larger part at the end.
    fileprivate mutating func giveExtents(_ extents: [Int]) throws(ProgramFault) {
        guard !extents.isEmpty else { return }
        switch padding {
        case .sameUpper?: padding = .outputShape(extents, isLower: false)
        case .sameLower?: padding = .outputShape(extents, isLower: true)
        default:
            throw ProgramFault(
                unsupported: "an outputShape \(extents) is supported with padding of the kind same alone")
        }
    }
}
