import NetworkGraph
import Tensors

/// The operations that are functions of one number or two, and those that reduce axes.
extension OperationReader {
    /// - Returns: false for an operation of another kind.
    mutating func readFunction() throws(ProgramFault) -> Bool {
        let plain: [String: any Operator] = [
            "abs": ActivationFunction.absolute, "ceil": ActivationFunction.ceiling, "cos": ActivationFunction.cosine,
            "erf": ActivationFunction.errorFunction, "exp": ActivationFunction.exponential,
            "floor": ActivationFunction.floor, "round": ActivationFunction.round, "sign": ActivationFunction.sign,
            "sin": ActivationFunction.sine, "softplus": ActivationFunction.softplus,
            "softsign": ActivationFunction.softsign, "sqrt": ActivationFunction.squareRoot,
            "tanh": ActivationFunction.tanh, "shape": ShapeOf(),
        ]
        let binary: [String: any Operator] = [
            "pow": BinaryArithmetic.power, "mod": BinaryArithmetic.modulo, "maximum": VariadicArithmetic.maximum,
            "minimum": VariadicArithmetic.minimum, "equal": Comparison.equal, "logical_and": Logic.and,
            "logical_or": Logic.or, "logical_xor": Logic.exclusiveOr,
        ]
        if let function = plain[operation.type] {
            append(function, try operands("x"))
            return true
        }
        if let function = binary[operation.type] {
            append(function, try operands("x", "y"))
            return true
        }
        switch operation.type {
        case "elu": append(ActivationFunction.elu(alpha: Float(try number("alpha") ?? 1)), try operands("x"))
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

    /// x + epsilon, where that is not 0.
    private mutating func raised(by standard: Double) throws(ProgramFault) -> String {
        let epsilon = try scalar("epsilon", try number("epsilon") ?? standard)
        append(BinaryArithmetic.add, try operands("x") + [epsilon], giving: "\(output).raised")
        return "\(output).raised"
    }

    /// - Returns: false for an operation of another kind.
    mutating func readReduction() throws(ProgramFault) -> Bool {
        let functions: [String: Reduction.Function] = [
            "reduce_sum": .sum, "reduce_mean": .mean, "reduce_max": .maximum, "reduce_min": .minimum,
            "reduce_prod": .product, "reduce_l1_norm": .l1, "reduce_l2_norm": .l2, "reduce_sum_square": .sumOfSquares,
            "reduce_log_sum": .logarithmOfSum, "reduce_log_sum_exp": .logarithmOfSumOfExponentials,
        ]
        if ["reduce_argmax", "reduce_argmin"].contains(operation.type) {
            append(
                ArgExtreme(
                    isMaximum: operation.type == "reduce_argmax", axis: try integer("axis") ?? -1,
                    keepsAxis: try boolean("keep_dims") ?? false), try operands("x"))
            return true
        }
        guard let function = functions[operation.type] else { return false }
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

extension ProgramElement {
    /// What a cast to this type gives; nil where none is computed.
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
