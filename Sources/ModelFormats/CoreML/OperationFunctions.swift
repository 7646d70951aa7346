import NetworkGraph
import Tensors

/// The operations that are functions of one number or two, and those that reduce axes.
extension OperationReader {
    static let functions: [String: ActivationFunction] = [
        "abs": .absolute, "ceil": .ceiling, "cos": .cosine, "erf": .errorFunction, "exp": .exponential,
        "floor": .floor, "identity": .identity, "relu": .relu, "round": .round, "sigmoid": .sigmoid, "sign": .sign,
        "sin": .sine, "softplus": .softplus, "softsign": .softsign, "sqrt": .squareRoot, "tanh": .tanh,
    ]
    static let arithmetic: [String: BinaryArithmetic] = [
        "add": .add, "mod": .modulo, "mul": .multiply, "pow": .power, "real_div": .divide, "sub": .subtract,
    ]
    static let comparisons: [String: Comparison] = [
        "equal": .equal, "greater": .greater, "greater_equal": .greaterOrEqual, "less": .less,
        "less_equal": .lessOrEqual,
    ]
    static let logic: [String: Logic] = ["logical_and": .and, "logical_or": .or, "logical_xor": .exclusiveOr]
    static let extremes: [String: VariadicArithmetic] = ["maximum": .maximum, "minimum": .minimum]

    /// - Returns: false for an operation of another kind.
    mutating func readFunction() throws(ProgramFault) -> Bool {
        let plain: (any Operator)? =
            Self.functions[operation.type] ?? (operation.type == "shape" ? ShapeOf() : nil)
        if let function = plain {
            append(function, try operands("x"))
            return true
        }
        let binary: (any Operator)? =
            Self.arithmetic[operation.type] ?? Self.comparisons[operation.type] ?? Self.logic[operation.type]
            ?? Self.extremes[operation.type]
        if let function = binary {
            append(function, try operands("x", "y"))
            return true
        }
        switch operation.type {
        case "elu": append(ActivationFunction.elu(alpha: Float(try number("alpha") ?? 1)), try operands("x"))
        case "sigmoid_hard":
            append(
                ActivationFunction.hardSigmoid(
                    alpha: Float(try number("alpha") ?? 0.2), beta: Float(try number("beta") ?? 0.5)), try operands("x")
            )
        case "silu": append(ActivationFunction.swish(alpha: 1), try operands("x"))
        case "thresholded_relu":
            append(ActivationFunction.thresholdedReLU(alpha: Float(try number("alpha") ?? 1)), try operands("x"))
        case "gelu":
            let mode = try string("mode") ?? "EXACT"
            guard ["EXACT", "TANH_APPROXIMATION"].contains(mode) else {
                throw ProgramFault(unsupported: "mode \(mode) is not supported, only EXACT and TANH_APPROXIMATION")
            }
            append(ActivationFunction.gelu(byTanh: mode != "EXACT"), try operands("x"))
        case "log": append(ActivationFunction.logarithm, [try raised(by: 1e-45)])
        case "inverse": append(ActivationFunction.reciprocal, [try raised(by: 1e-4)])
        case "rsqrt":
            append(ActivationFunction.squareRoot, [try raised(by: 1e-12)], giving: "\(output).root")
            append(ActivationFunction.reciprocal, ["\(output).root"])
        default: return false
        }
        return true
    }

    /// x + epsilon, if epsilon is not 0.
    private mutating func raised(by standard: Double) throws(ProgramFault) -> String {
        let epsilon = try scalar("epsilon", try number("epsilon") ?? standard)
        append(BinaryArithmetic.add, try operands("x") + [epsilon], giving: "\(output).raised")
        return "\(output).raised"
    }

    static let reductions: [String: Reduction.Function] = [
        "reduce_sum": .sum, "reduce_mean": .mean, "reduce_max": .maximum, "reduce_min": .minimum,
        "reduce_prod": .product, "reduce_l1_norm": .l1, "reduce_l2_norm": .l2, "reduce_sum_square": .sumOfSquares,
        "reduce_log_sum": .logarithmOfSum, "reduce_log_sum_exp": .logarithmOfSumOfExponentials,
    ]

    /// - Returns: false for an operation of another kind.
    mutating func readReduction() throws(ProgramFault) -> Bool {
        if ["reduce_argmax", "reduce_argmin"].contains(operation.type) {
            append(
                ArgExtreme(
                    isMaximum: operation.type == "reduce_argmax", axis: try integer("axis") ?? -1,
                    keepsAxis: try boolean("keep_dims") ?? false), try operands("x"))
            return true
        }
        guard let function = Self.reductions[operation.type] else { return false }
        let keepsAxes = try boolean("keep_dims") ?? false
        let rank = try type("x")?.dimensions.count ?? 0
        let axes = try integers("axes")?.map { $0 < 0 ? $0 + rank : $0 }
        if function == .mean, rank == 4, axes?.sorted() == [2, 3] {
            try readMapMean(keepsAxes: keepsAxes)
        } else {
            append(
                Reduction(function, keepsAxes: keepsAxes),
                try operands("x") + (axes == nil ? [] : [integerOperand("axes")]))
        }
        return true
    }

    /// The mean over the last two of four axes.
    private mutating func readMapMean(keepsAxes: Bool) throws(ProgramFault) {
        guard !keepsAxes else { return append(GlobalAveragePool(), try operands("x")) }
        append(GlobalAveragePool(), try operands("x"), giving: "\(output).mean")
        append(Squeeze(), ["\(output).mean", try define("axes", .int64(Tensor([2], [2, 3])), shape: nil)])
    }

    /// - Returns: false for an operation of another kind.
    mutating func readNorm() throws(ProgramFault) -> Bool {
        let epsilon = Float(try number("epsilon") ?? 1e-5)
        switch operation.type {
        case "layer_norm":
            guard let rank = try type("x")?.dimensions.count else { throw ProgramFault("its x is a constant") }
            let axes = try (integers("axes") ?? Array(0..<rank)).map { $0 < 0 ? $0 + rank : $0 }.sorted()
            guard let first = axes.first, axes == Array(first..<rank) else {
                throw ProgramFault(unsupported: "it is supported over the last axes, and not over \(axes) of \(rank)")
            }
            let gamma = try operation.inputs["gamma"] == nil ? [scalar("gamma", 1)] : operands("gamma")
            append(
                Normalization(.layer(axis: first), epsilon: epsilon),
                try operands("x") + gamma + optional("beta"))
        case "instance_norm":
            guard let channels = try type("x")?.dimensions.dropFirst().first ?? nil else {
                throw ProgramFault(unsupported: "it is supported for a known number of channels")
            }
            let gamma =
                try operation.inputs["gamma"] == nil
                ? [numbers("gamma", [Double](repeating: 1, count: channels))] : operands("gamma")
            append(Normalization(.instance, epsilon: epsilon), try operands("x") + gamma + optional("beta"))
        case "local_response_norm":
            guard let size = try integer("size") else { throw ProgramFault("it has no size") }
            append(
                LocalResponseNormalization(
                    size: size, alpha: Float(try number("alpha") ?? 1e-4), beta: Float(try number("beta") ?? 0.75),
                    bias: Float(try number("k") ?? 1)), try operands("x"))
        default: return false
        }
        return true
    }
}

extension OperationWriter {
    /// - Returns: false for an operator of another kind.
    mutating func writeFunction() throws(PackageWritingError) -> Bool {
        switch node.operator {
        case let function as ActivationFunction: try write(function)
        case let operation as BinaryArithmetic:
            guard let name = Self.key(of: operation, in: OperationReader.arithmetic) else { return false }
            guard type(0).kind == .real || operation != .divide else {
                throw refusal("divides integers, which Core ML rounds otherwise")
            }
            _ = try append(name, ["x": operand(0), "y": operand(1)])
        case let comparison as Comparison:
            guard let name = Self.key(of: comparison, in: OperationReader.comparisons) else { return false }
            _ = try append(name, ["x": operand(0), "y": operand(1)])
        case let logic as Logic:
            guard let name = Self.key(of: logic, in: OperationReader.logic) else { return false }
            _ = try append(name, ["x": operand(0), "y": operand(1)])
        case is Not: _ = try append("logical_not", ["x": operand(0)])
        case is Where: _ = try append("select", ["cond": operand(0), "a": operand(1), "b": operand(2)])
        case let variadic as VariadicArithmetic: try write(variadic)
        case is Clip: try writeClip()
        case let cast as Cast: try write(cast)
        default: return false
        }
        return true
    }

    static func key<Value: Equatable>(of value: Value, in names: [String: Value]) -> String? {
        names.filter { $0.value == value }.keys.min()
    }

    private mutating func write(_ function: ActivationFunction) throws(PackageWritingError) {
        let x = try operand(0)
        if let name = Self.key(of: function, in: OperationReader.functions) {
            _ = try append(name, ["x": x])
            return
        }
        switch function {
        case .celu(1): _ = try append("elu", ["x": x, "alpha": .number(1)])
        case .elu(let alpha): _ = try append("elu", ["x": x, "alpha": .number(alpha)])
        case .gelu(let byTanh):
            _ = try append("gelu", ["x": x, "mode": .string(byTanh ? "TANH_APPROXIMATION" : "EXACT")])
        case .hardSigmoid(let alpha, let beta):
            _ = try append("sigmoid_hard", ["x": x, "alpha": .number(alpha), "beta": .number(beta)])
        case .hardSwish:
            let share = try append(
                "sigmoid_hard", ["x": x, "alpha": .number(1 / 6), "beta": .number(0.5)], as: "share")
            _ = try append("mul", ["x": x, "y": share])
        case .leakyReLU(let slope): _ = try append("leaky_relu", ["x": x, "alpha": .number(slope)])
        case .logarithm: _ = try append("log", ["x": x, "epsilon": .number(0)])
        case .mish:
            let soft = try append("tanh", ["x": append("softplus", ["x": x], as: "softplus")], as: "tanh")
            _ = try append("mul", ["x": x, "y": soft])
        case .negation:
            guard type(0).kind == .real else { throw refusal("negates integers, which has no counterpart") }
            _ = try append("mul", ["x": x, "y": .number(-1)])
        case .reciprocal: _ = try append("real_div", ["x": .numbers(Tensor([], [1])), "y": x])
        case .selu(let alpha, let gamma):
            let elu = try append("elu", ["x": x, "alpha": .number(alpha)], as: "elu")
            _ = try append("mul", ["x": elu, "y": .number(gamma)])
        case .swish(1): _ = try append("silu", ["x": x])
        case .thresholdedReLU(let alpha): _ = try append("thresholded_relu", ["x": x, "alpha": .number(alpha)])
        default: throw refusal("has no counterpart in Core ML with these attributes")
        }
    }

    private mutating func write(_ variadic: VariadicArithmetic) throws(PackageWritingError) {
        let name = Self.key(of: variadic, in: OperationReader.extremes) ?? "add"
        var (sum, shape) = (try operand(0), shape(0))
        let count = node.inputs.count
        guard count > 1 else {
            _ = try append("identity", ["x": sum])
            return
        }
        for position in 1..<count {
            let isLast = position == count - 1 && variadic != .mean
            do throws(OperatorError) { shape = try .broadcast(shape, self.shape(position)) } catch {
                throw refusal(error.description)
            }
            sum = try append(
                name, ["x": sum, "y": operand(position)], as: isLast ? nil : "of_\(position + 1)", shape: shape)
        }
        if variadic == .mean { _ = try append("real_div", ["x": sum, "y": .number(Float(count))]) }
    }

    private mutating func writeClip() throws(PackageWritingError) {
        func limit(_ position: Int) throws(PackageWritingError) -> Float? {
            guard has(position) else { return nil }
            let limit = try constant(position, "limit").elements.first
            // A limit beyond the type's largest number has no effect.
            return limit.flatMap { abs($0) > (element == .float16 ? 65504 : .greatestFiniteMagnitude) ? nil : $0 }
        }
        let (x, lowest, highest) = (try operand(0), try limit(1), try limit(2))
        switch (lowest, highest) {
        case (let lowest?, let highest?) where lowest <= highest:
            _ = try append("clip", ["x": x, "alpha": .number(lowest), "beta": .number(highest)])
        case (let lowest?, nil): _ = try append("maximum", ["x": x, "y": .number(lowest)])
        case (nil, let highest?): _ = try append("minimum", ["x": x, "y": .number(highest)])
        case (nil, nil): _ = try append("identity", ["x": x])
        default: throw refusal("has a least number above the largest")
        }
    }

    private mutating func write(_ cast: Cast) throws(PackageWritingError) {
        let x = try operand(0)
        switch cast.target {
        case .float(let format):
            guard format == .binary16 || format == .binary32 || format == .binary64 else {
                throw refusal("casts to a type that Core ML does not have")
            }
            guard type(0).kind != .real else {
                guard format != .binary16 || element == .float16 else {
                    throw refusal("rounds to float16 among float32, which is not written")
                }
                _ = try append("identity", ["x": x])
                return
            }
            _ = try append("cast", ["x": x, "dtype": .string("\(element)")])
        case .integer(let bits, let isSigned):
            guard isSigned, bits >= 32 else { throw refusal("casts to integers of \(bits) bits, not to int32") }
            _ = try append(
                type(0).kind == .integer ? "identity" : "cast",
                type(0).kind == .integer ? ["x": x] : ["x": x, "dtype": .string("int32")])
        case .boolean: _ = try append("cast", ["x": x, "dtype": .string("bool")])
        }
    }

    /// - Returns: false for an operator of another kind.
    mutating func writeReduction() throws(PackageWritingError) -> Bool {
        switch node.operator {
        case let reduction as Reduction:
            guard let name = Self.key(of: reduction.function, in: OperationReader.reductions) else { return false }
            let axes: Set<Int>
            do throws(OperatorError) { axes = try reduction.axes(of: inputTypes) } catch {
                throw refusal(error.description)
            }
            let x = try operand(0)
            guard !axes.isEmpty else {
                _ = try append("identity", ["x": x])
                return true
            }
            _ = try append(
                name, ["x": x, "axes": .integers(axes.sorted()), "keep_dims": .boolean(reduction.keepsAxes)])
        case let extreme as ArgExtreme:
            guard !extreme.takesLast else { throw refusal("takes the last of equals; Core ML takes the first") }
            _ = try append(
                extreme.isMaximum ? "reduce_argmax" : "reduce_argmin",
                [
                    "x": operand(0), "axis": .integer(shape(0).axis(extreme.axis) ?? 0),
                    "keep_dims": .boolean(extreme.keepsAxis),
                ])
        case is GlobalAveragePool, is GlobalMaxPool:
            _ = try append(
                node.operator is GlobalMaxPool ? "reduce_max" : "reduce_mean",
                [
                    "x": operand(0), "axes": .integers(Array(2..<max(shape(0).rank, 2))), "keep_dims": .boolean(true),
                ])
        default: return false
        }
        return true
    }

    /// - Returns: false for an operator of another kind.
    mutating func writeNorm() throws(PackageWritingError) -> Bool {
        switch node.operator {
        case let norm as Normalization: try write(norm)
        case let norm as LocalResponseNormalization:
            _ = try append(
                "local_response_norm",
                [
                    "x": operand(0), "size": .integer(norm.size), "alpha": .number(norm.alpha),
                    "beta": .number(norm.beta), "k": .number(norm.bias),
                ])
        case let division as NormDivision:
            let axis = shape(0).axis(division.axis) ?? 0
            var kept = shape(0).dimensions
            kept[axis] = 1
            let norm = try append(
                division.isOfMagnitudes ? "reduce_l1_norm" : "reduce_l2_norm",
                ["x": operand(0), "axes": .integers([axis]), "keep_dims": .boolean(true)], as: "norm",
                shape: Shape(kept))
            _ = try append("real_div", ["x": operand(0), "y": norm])
        default: return false
        }
        return true
    }

    private mutating func write(_ norm: Normalization) throws(PackageWritingError) {
        guard norm.result == .normalized else { throw refusal("gives more than the normalised tensor") }
        let (x, epsilon) = (shape(0), Argument.number(norm.epsilon))
        let (scale, shift) = (try constant(1, "scale"), has(2) ? try constant(2, "shift") : nil)
        switch norm.extent {
        case .layer(let axis):
            let axes = Array((x.axis(axis) ?? 0)..<x.rank)
            let extents = axes.map { x[$0] }
            var arguments: [String: Argument] = ["x": try operand(0), "axes": .integers(axes), "epsilon": epsilon]
            for (name, factor) in [("gamma", scale), ("beta", shift)] {
                guard let factor else { continue }
                guard factor.shape.count == extents.reduce(1, *) else {
                    throw refusal("has a factor of \(factor.shape) for \(Shape(extents))")
                }
                arguments[name] = .numbers(factor.reshaped(to: Shape(extents)))
            }
            _ = try append("layer_norm", arguments)
        case .instance:
            guard x.rank == 3 || x.rank == 4 else { throw refusal("is of \(x.rank) axes, where 3 or 4 are taken") }
            var arguments: [String: Argument] = ["x": try operand(0), "gamma": .numbers(scale), "epsilon": epsilon]
            if let shift { arguments["beta"] = .numbers(shift) }
            _ = try append("instance_norm", arguments)
        case .group(let count):
            let groups: Shape = [x[0], count, x.dimensions.dropFirst().reduce(1, *) / max(count, 1)]
            let rows = try append(
                "reshape", ["x": operand(0), "shape": .integers(groups.dimensions)], as: "groups", shape: groups)
            let normal = try append(
                "layer_norm", ["x": rows, "axes": .integers([2]), "epsilon": epsilon], as: "normal", shape: groups)
            let back = try append(
                "reshape", ["x": normal, "shape": .integers(x.dimensions)], as: "back", shape: x)
            func factor(_ values: Tensor<Float>) -> Argument {
                .numbers(values.reshaped(to: norm.broadcastShape(of: values.shape, for: x)))
            }
            let scaled = try append(
                "mul", ["x": back, "y": factor(scale)], as: shift == nil ? nil : "scaled", shape: x)
            if let shift { _ = try append("add", ["x": scaled, "y": factor(shift)]) }
        }
    }
}

extension ProgramElement {
    /// The result of a cast to this type; nil if no engine computes it.
    var castTarget: Cast.Target? {
        switch self {
        case .float16: .float(.binary16)
        case .float32: .float(.binary32)
        case .int8: .integer(bits: 8, isSigned: true)
        case .uint8: .integer(bits: 8, isSigned: false)
        case .int16: .integer(bits: 16, isSigned: true)
        case .uint16: .integer(bits: 16, isSigned: false)
        case .int32: .integer(bits: 32, isSigned: true)
        case .bool: .boolean
        default: nil
        }
    }
}
