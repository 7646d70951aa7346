import NetworkGraph
import Tensors

/// The operations with weights or windows.
extension OperationReader {
    /// - Returns: false for an operation of another kind.
    mutating func readLayer() throws(ProgramFault) -> Bool {
        switch operation.type {
        case "conv":
            let kernel = try tensorConstant("weight").shape.dimensions.dropFirst(2)
            let window = try window(Array(kernel))
            append(
                Convolution(
                    kernel: nil, strides: window.strides, dilations: window.dilations, padding: window.padding,
                    groups: try integer("groups") ?? 1),
                try operands("x", "weight") + optional("bias"))
        case "linear": try readLinear()
        case "matmul": try readMatMul()
        case "prelu":
            guard let rank = try type("x").map({ $0.dimensions.count }), rank >= 3 else {
                throw ProgramFault("its x has less than 3 axes")
            }
            let alpha = try tensorConstant("alpha")
            guard alpha.shape.rank == 1 else { throw ProgramFault("its alpha has shape \(alpha.shape), not [C]") }
            let slopes = try define("alpha", alpha, shape: [alpha.shape[0]] + [Int](repeating: 1, count: rank - 2))
            append(PReLU(), try operands("x") + [slopes])
        case "softmax": append(Softmax(axis: try integer("axis") ?? -1), try operands("x"))
        case "max_pool", "avg_pool", "l2_pool": try readPool()
        case "batch_norm": try readBatchNorm()
        case "conv_transpose": try readTransposedConvolution()
        default: return false
        }
        return true
    }

    private mutating func readLinear() throws(ProgramFault) {
        let weights = try tensorConstant("weight")
        guard weights.shape.rank == 2, let rank = try type("x").map({ $0.dimensions.count }) else {
            throw ProgramFault("its weight has shape \(weights.shape), not [outputs, inputs]")
        }
        if rank == 2 {
            append(Gemm(transposesB: true), try operands("x", "weight") + optional("bias"))
            return
        }
        let turned = try define("weight.transposed", weights.transposedMatrix, shape: nil)
        guard let bias = try optional("bias").first else {
            append(MatMul(), try operands("x") + [turned])
            return
        }
        append(MatMul(), try operands("x") + [turned], giving: "\(output).product")
        append(BinaryArithmetic.add, ["\(output).product", bias])
    }

    private mutating func readMatMul() throws(ProgramFault) {
        var factors = try operands("x", "y")
        for (index, name) in ["x", "y"].enumerated() where try boolean("transpose_\(name)") == true {
            guard let rank = try type(name).map({ $0.dimensions.count }), rank >= 2 else {
                throw ProgramFault("its \(name) is not a matrix")
            }
            let permutation = Array(0..<rank - 2) + [rank - 1, rank - 2]
            append(Transpose(permutation: permutation), [factors[index]], giving: "\(output).\(name).transposed")
            factors[index] = "\(output).\(name).transposed"
        }
        append(MatMul(), factors)
    }

    private mutating func readPool() throws(ProgramFault) {
        guard let kernel = try integers("kernel_sizes") else { throw ProgramFault("it has no kernel_sizes") }
        var window = try window(kernel)
        window.ceilMode = try boolean("ceil_mode") ?? false
        switch operation.type {
        case "max_pool": append(MaxPool(window: window), try operands("x"))
        case "l2_pool": append(NormPool(window: window), try operands("x"))
        default:
            let excludes = try boolean("exclude_padding_from_average") ?? false
            append(AveragePool(window: window, countsPadding: !excludes), try operands("x"))
        }
    }

    private mutating func readBatchNorm() throws(ProgramFault) {
        let mean = try tensorConstant("mean")
        func given(_ name: String, _ value: Double) throws(ProgramFault) -> String {
            if operation.inputs[name] != nil { return try operands(name)[0] }
            let filled = Tensor<Double>(mean.shape, repeating: value)
            return try define(
                name,
                mean.elementType == .float16
                    ? .float16(filled.map { Float16($0) }) : .float32(filled.map { Float($0) }), shape: nil)
        }
        let (gamma, beta) = (try given("gamma", 1), try given("beta", 0))
        append(
            BatchNormalization(epsilon: Float(try number("epsilon") ?? 1e-5)),
            try operands("x") + [gamma, beta] + operands("mean", "variance"))
    }

    func window(_ kernel: [Int]) throws(ProgramFault) -> SlidingWindow {
        var window = SlidingWindow(
            kernel: kernel, strides: try integers("strides"), dilations: try integers("dilations"))
        guard let name = try string("pad_type") else { throw ProgramFault("it has no pad_type") }
        switch name {
        case "valid": break
        case "same": window.padding = .sameUpper
        case "same_lower": window.padding = .sameLower
        case "custom":
            guard let pad = try integers("pad"), pad.count == 2 * kernel.count else {
                throw ProgramFault("pad_type custom takes a pad of \(2 * kernel.count) numbers")
            }
            window.padding = .explicit(
                begin: kernel.indices.map { pad[2 * $0] }, end: kernel.indices.map { pad[2 * $0 + 1] })
        default: throw ProgramFault("pad_type \"\(name)\" is not known")
        }
        return window
    }

    /// The weights are [C, M / groups, kernel...] as in ONNX.
    private mutating func readTransposedConvolution() throws(ProgramFault) {
        let kernel = Array(try tensorConstant("weight").shape.dimensions.dropFirst(2))
        let strides = try integers("strides") ?? kernel.map { _ in 1 }
        var convolution = TransposedConvolution(
            strides: strides, dilations: try integers("dilations"),
            padding: .init(try window(kernel).padding), groups: try integer("groups") ?? 1)
        if let shape = try integers("output_shape"), let x = try type("x") {
            let extents = x.dimensions.compactMap { $0 }
            guard extents.count == x.dimensions.count, shape.count == extents.count else {
                throw ProgramFault(unsupported: "an output_shape for an input of open extents is not supported")
            }
            convolution.outputPadding = try missing(shape, convolution, extents)
        }
        append(convolution, try operands("x", "weight") + optional("bias"))
    }

    /// The excess of the declared output extent over the convolution's.
    private func missing(
        _ shape: [Int], _ convolution: TransposedConvolution, _ x: [Int]
    ) throws(ProgramFault) -> [Int] {
        let weights = try tensorConstant("weight").shape
        guard let plain = try? convolution.outputTypes(for: [.real(Shape(x)), .real(weights)])[0].shape else {
            throw ProgramFault("its weight \(weights) does not fit its x \(x)")
        }
        let more = zip(shape, plain.dimensions).dropFirst(2).map { $0 - $1 }
        guard more.allSatisfy({ $0 >= 0 }) else {
            throw ProgramFault(
                unsupported: "an output_shape \(shape) smaller than what its pads leave, \(plain), is not supported")
        }
        return more
    }
}

extension OperationWriter {
    /// - Returns: false for an operator of another kind.
    mutating func writeLayer() throws(PackageWritingError) -> Bool {
        switch node.operator {
        case let convolution as Convolution: try write(convolution)
        case let convolution as TransposedConvolution: try write(convolution)
        case let gemm as Gemm: try write(gemm)
        case is MatMul: try writeMatMul()
        case is PReLU: try writePReLU()
        case let softmax as Softmax:
            try writeAlong(softmax) { (writer, x, axis, shape, part) throws(PackageWritingError) in
                try writer.append("softmax", ["x": x, "axis": .integer(axis)], as: part, shape: shape)
            }
        case let logSoftmax as LogSoftmax:
            try writeAlong(logSoftmax.softmax) { (writer, x, axis, shape, part) throws(PackageWritingError) in
                var kept = shape.dimensions
                kept[axis] = 1
                let sum = try writer.append(
                    "reduce_log_sum_exp", ["x": x, "axes": .integers([axis]), "keep_dims": .boolean(true)],
                    as: "log_sum", shape: Shape(kept))
                return try writer.append("sub", ["x": x, "y": sum], as: part, shape: shape)
            }
        case let pool as MaxPool: try write(pool.window, "max_pool", [:])
        case let pool as AveragePool:
            try write(
                pool.window, "avg_pool", ["exclude_padding_from_average": .boolean(!pool.countsPadding)])
        case let pool as NormPool where pool.power == 2: try write(pool.window, "l2_pool", [:])
        case let norm as BatchNormalization: try write(norm)
        default: return false
        }
        return true
    }

    private mutating func write(_ convolution: Convolution) throws(PackageWritingError) {
        let weights = try constant(1, "kernel")
        let axes: [SlidingWindow.Axis]
        do throws(OperatorError) { axes = try convolution.axes(input: shape(0), weights: weights.shape) } catch {
            throw refusal(error.description)
        }
        var arguments = Self.padding(axes.map { ($0.paddingBefore, $0.paddingAfter) })
        arguments["x"] = try operand(0)
        arguments["weight"] = .weights(weights, axis: 0)
        arguments["strides"] = .integers(axes.map(\.stride))
        arguments["dilations"] = .integers(axes.map(\.dilation))
        arguments["groups"] = .integer(convolution.groups)
        if has(2) { arguments["bias"] = .numbers(try constant(2, "bias")) }
        _ = try append("conv", arguments)
    }

    private mutating func write(_ convolution: TransposedConvolution) throws(PackageWritingError) {
        let weights = try constant(1, "kernel")
        let axes: [TransposedConvolution.Axis]
        do throws(OperatorError) { axes = try convolution.axes(input: shape(0), weights: weights.shape) } catch {
            throw refusal(error.description)
        }
        let cuts = axes.map { axis in
            let whole = (axis.inputExtent - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1
            return (axis.cutBefore, whole - axis.cutBefore - axis.outputExtent)
        }
        guard cuts.allSatisfy({ $0.1 >= 0 }) else {
            throw refusal("has more output padding than it cuts at the end, which has no counterpart")
        }
        var arguments = Self.padding(cuts)
        arguments["x"] = try operand(0)
        arguments["weight"] = .weights(weights, axis: 1)
        arguments["strides"] = .integers(axes.map(\.stride))
        arguments["dilations"] = .integers(axes.map(\.dilation))
        arguments["groups"] = .integer(convolution.groups)
        if has(2) { arguments["bias"] = .numbers(try constant(2, "bias")) }
        _ = try append("conv_transpose", arguments)
    }

    /// `same` is written out: the placement of padding then does not depend on the reading program.
    private static func padding(_ pads: [(before: Int, after: Int)]) -> [String: Argument] {
        let isNone = pads.allSatisfy { $0 == (0, 0) }
        return [
            "pad_type": .string(isNone ? "valid" : "custom"), "pad": .integers(pads.flatMap { [$0.before, $0.after] }),
        ]
    }

    private mutating func write(
        _ window: SlidingWindow, _ operation: String, _ further: [String: Argument]
    ) throws(PackageWritingError) {
        guard window.dilations.allSatisfy({ $0 == 1 }) else { throw refusal("has dilations, which has no counterpart") }
        let axes: [SlidingWindow.Axis]
        do throws(OperatorError) { axes = try window.axes(over: Array(shape(0).dimensions.dropFirst(2))) } catch {
            throw refusal(error.description)
        }
        // A last window beyond the padding equals more padding: only a mean that counts padding differs.
        let after = axes.map { max($0.paddingAfter, $0.paddedExtent - $0.inputExtent - $0.paddingBefore) }
        let goesFurther = zip(axes, after).contains { $1 > $0.paddingAfter }
        if case .boolean(false)? = further["exclude_padding_from_average"], goesFurther {
            throw refusal("averages windows that go beyond the padding that it counts, which has no counterpart")
        }
        var arguments = Self.padding(zip(axes, after).map { ($0.paddingBefore, $1) }).merging(further) { $1 }
        arguments["x"] = try operand(0)
        arguments["kernel_sizes"] = .integers(window.kernel)
        arguments["strides"] = .integers(window.strides)
        arguments["ceil_mode"] = .boolean(false)
        _ = try append(operation, arguments)
    }

    /// A dense layer if the second matrix is a constant, otherwise a matrix product.
    private mutating func write(_ gemm: Gemm) throws(PackageWritingError) {
        let columns = outputShape[1]
        let bias = has(2) ? self.bias(columns, times: gemm.beta) : .some(nil)
        if let weights = numbers(1), !gemm.transposesA, let bias {
            let rows = gemm.transposesB ? weights : weights.transposed([1, 0])
            var arguments: [String: Argument] = [
                "x": try operand(0), "weight": .weights(rows.map { gemm.alpha * $0 }, axis: 0),
            ]
            if let bias { arguments["bias"] = .numbers(bias) }
            _ = try append("linear", arguments)
            return
        }
        var product = try append(
            "matmul",
            [
                "x": operand(0), "y": operand(1), "transpose_x": .boolean(gemm.transposesA),
                "transpose_y": .boolean(gemm.transposesB),
            ], as: has(2) || gemm.alpha != 1 ? "product" : nil)
        if gemm.alpha != 1 {
            product = try append("mul", ["x": product, "y": .number(gemm.alpha)], as: has(2) ? "scaled" : nil)
        }
        guard has(2) else { return }
        var shift = try operand(2)
        if gemm.beta != 1 {
            shift = try append("mul", ["x": shift, "y": .number(gemm.beta)], as: "shift", shape: shape(2))
        }
        _ = try append("add", ["x": product, "y": shift])
    }

    /// The third input as one number for each column; nil if it is anything else.
    private func bias(_ columns: Int, times factor: Float) -> Tensor<Float>?? {
        guard let given = numbers(2), given.shape.count == columns || given.shape.count == 1,
            given.shape.dimensions.dropLast().allSatisfy({ $0 == 1 })
        else { return nil }
        let values = (0..<columns).map { factor * given.elements[given.shape.count == 1 ? 0 : $0] }
        return .some(Tensor([columns], values))
    }

    private mutating func writeMatMul() throws(PackageWritingError) {
        guard shape(0).rank >= 2, shape(1).rank >= 2 else {
            throw refusal("multiplies \(shape(0)) by \(shape(1)); matrices have a counterpart")
        }
        var factors = [Argument]()
        for position in 0..<2 {
            if let weights = numbers(position) {
                let axis = weights.shape.rank - (position == 1 ? 1 : 2)
                factors.append(.weights(weights, axis: axis))
            } else {
                factors.append(try operand(position))
            }
        }
        _ = try append(
            "matmul",
            ["x": factors[0], "y": factors[1], "transpose_x": .boolean(false), "transpose_y": .boolean(false)])
    }

    /// Core ML's prelu for per-channel slopes of maps; else x where x >= 0, and slope times x elsewhere.
    private mutating func writePReLU() throws(PackageWritingError) {
        let (x, given) = (shape(0), try constant(1, "slope"))
        let isOfChannels = (node.operator as? PReLU)?.slopesAreChannels == true && given.shape.rank == 1
        let slopes =
            isOfChannels
            ? given.reshaped(to: Shape(given.shape.dimensions + [Int](repeating: 1, count: x.rank - 2))) : given
        let aligned = [Int](repeating: 1, count: max(x.rank - slopes.shape.rank, 0)) + slopes.shape.dimensions
        if x.rank == 4, aligned.enumerated().allSatisfy({ $1 == ($0 == 1 ? x[1] : 1) }) {
            _ = try append("prelu", ["x": operand(0), "alpha": .numbers(slopes.reshaped(to: [x[1]]))])
            return
        }
        let scaled = try append("mul", ["x": operand(0), "y": .numbers(slopes)], as: "scaled")
        let keeps = try append(
            "greater_equal", ["x": operand(0), "y": .number(0)], as: "keeps", kind: .boolean)
        _ = try append("select", ["cond": keeps, "a": operand(0), "b": scaled])
    }

    /// An operation along one axis; several axes are first joined into one.
    private mutating func writeAlong(
        _ softmax: Softmax,
        _ write: (inout OperationWriter, Argument, Int, Shape, String?) throws(PackageWritingError) -> Argument
    ) throws(PackageWritingError) {
        let x = shape(0)
        let axis = x.axis(softmax.axis) ?? x.rank
        let source = try operand(0)
        let following = x.dimensions.dropFirst(axis + 1).reduce(1, *)
        guard axis == x.rank || softmax.spansFollowingAxes && following > 1 else {
            _ = try write(&self, source, axis, x, nil)
            return
        }
        let extents = softmax.extents(of: x)
        let rows: Shape = [extents.outer, extents.summed]
        let flat = try append("reshape", ["x": source, "shape": .integers(rows.dimensions)], as: "rows", shape: rows)
        let made = try write(&self, flat, 1, rows, "along_rows")
        _ = try append("reshape", ["x": made, "shape": .integers(x.dimensions)])
    }

    /// Core ML's operation needs three axes or more.
    private mutating func write(_ norm: BatchNormalization) throws(PackageWritingError) {
        let x = shape(0)
        var arguments: [String: Argument] = ["epsilon": .number(norm.epsilon)]
        for (position, name) in [(1, "gamma"), (2, "beta"), (3, "mean"), (4, "variance")] {
            arguments[name] = .numbers(try constant(position, name))
        }
        guard x.rank == 2 else {
            arguments["x"] = try operand(0)
            _ = try append("batch_norm", arguments)
            return
        }
        let raised = Shape(x.dimensions + [1])
        arguments["x"] = try append(
            "reshape", ["x": operand(0), "shape": .integers(raised.dimensions)], as: "raised", shape: raised)
        let normal = try append("batch_norm", arguments, as: "normal", shape: raised)
        _ = try append("reshape", ["x": normal, "shape": .integers(x.dimensions)])
    }
}

extension AnyTensor {
    /// A matrix with rows and columns exchanged.
    fileprivate var transposedMatrix: AnyTensor { transposed([1, 0]) }
}
