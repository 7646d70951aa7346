import NetworkGraph
import Tensors

/// Which operations of a Core ML package the Neural Engine may run, and likely would: a forecast from rules, not a
/// measurement.
package struct NeuralEngineForecast: Sendable, Equatable {
    package enum Eligibility: String, Sendable {
        case eligible
        case notEligible = "not eligible"
        case unknown
    }

    package struct Operation: Sendable, Equatable {
        package let type: String
        package let output: String
        package let eligibility: Eligibility
        /// The rule that decides.
        package let rule: NeuralEngineRule
        package let isLikelyPreferred: Bool
        /// What makes it slower than necessary.
        package let warnings: [NeuralEngineRule]
        package let multiplyAdds: Int
    }

    package let operations: [Operation]
    /// Conditions of the whole program.
    package let programRules: [NeuralEngineRule]
    /// What to change, most important first.
    package let advice: [String]

    /// The share of operations that are certainly eligible.
    package var eligibleOperations: Double {
        operations.isEmpty ? 0 : Double(operations.count { $0.eligibility == .eligible }) / Double(operations.count)
    }

    /// The share of multiply-adds in eligible operations.
    package var eligibleMultiplyAdds: Double {
        let total = operations.reduce(0.0) { $0 + Double($1.multiplyAdds) }
        let eligible = operations.filter { $0.eligibility == .eligible }.reduce(0.0) {
            $0 + Double($1.multiplyAdds)
        }
        return total > 0 ? eligible / total : 0
    }

    /// The share that the conversion's requirements demand.
    package static let requestedShare = 0.8

    /// Fewer multiply-adds than this run on a CPU core of 100 GFLOP/s in less than the dispatch's 0.23 ms.
    static let fewestPreferred = 11_500_000

    /// - Parameter types: the types of all tensors, for the shapes of the forecast.
    package init(_ graph: Graph, _ provenance: CoreMLProvenance, types: [String: TensorType]) {
        let nodes = Dictionary(
            graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first })
        func work(_ output: String) -> Int {
            guard let node = nodes[output], let type = types[output] else { return 0 }
            return node.operator.multiplyAdds(from: node.inputs.map { $0.flatMap { types[$0] } }, to: type)
        }
        let total = provenance.operations.map { work($0.output) }.saturatingSum
        let elementTypes = provenance.operations.reduce(
            into: graph.inputs.reduce(into: [String: ElementType]()) { $0[$1.name] = $1.elementType }
        ) { $0[$1.output] = $1.elementType }
        operations = provenance.operations.map { operation in
            let node = nodes[operation.output]
            let shape = types[operation.output]?.shape
            // An operation without numeric results, such as a comparison, has the type of its operands.
            let elementType =
                operation.elementType ?? node?.inputs.lazy.compactMap { $0.flatMap { elementTypes[$0] } }.first
            let (eligibility, rule) = NeuralEngineForecast.verdict(operation, elementType, node, types)
            var warnings = [NeuralEngineRule]()
            if let shape, shape.rank == 2 { warnings.append(.rowPadding) }
            if let shape, shape.count * 2 > 2 << 20 { warnings.append(.tiling) }
            return Operation(
                type: operation.type, output: operation.output, eligibility: eligibility, rule: rule,
                isLikelyPreferred: eligibility == .eligible && total >= NeuralEngineForecast.fewestPreferred,
                warnings: warnings, multiplyAdds: work(operation.output))
        }
        var rules = [NeuralEngineRule]()
        var advice = [String]()
        for flexibility in provenance.flexibility.values {
            switch flexibility {
            case .range:
                rules.append(.range)
                advice.append("convert with enumerated shapes (--shapes), the default among them, in place of a range")
            case .enumerated(let shapes) where shapes.count > 128:
                advice.append("list at most 128 shapes; there are \(shapes.count)")
            case .enumerated: rules.append(.enumerated)
            }
        }
        if operations.contains(where: { $0.rule == .float32 }) {
            advice.insert("convert with --precision fp16: float32 operations never reach the Neural Engine", at: 0)
        }
        let sameWithoutCeilMode = operations.filter { operation in
            guard operation.rule == .ceilMode, let node = nodes[operation.output],
                let window = (node.operator as? MaxPool)?.window,
                let extents = node.inputs[0].flatMap({ types[$0] })?.shape.dimensions.dropFirst(2)
            else { return false }
            var floor = window
            floor.ceilMode = false
            let outputs = [window, floor].map { try? $0.axes(over: Array(extents)).map(\.outputExtent) }
            return outputs[0] == outputs[1]
        }
        if !sameWithoutCeilMode.isEmpty {
            advice.append(
                "without ceil_mode \(sameWithoutCeilMode.map(\.output).joined(separator: ", ")) would compute the same at "
                    + "these sizes, and is known to run")
        }
        if total < NeuralEngineForecast.fewestPreferred {
            rules.append(.dispatch)
            advice.append("give larger images or batches: \(total) multiply-adds take less time than a dispatch")
        }
        programRules = rules
        self.advice = advice
    }

    /// Operations without a known limit.
    private static let native: Set<String> = ["softmax", "mul", "greater_equal", "select"]

    /// Operations of a kind known to be native.
    private static let vocabulary: Set<String> = [
        "abs", "add", "batch_norm", "ceil", "clip", "concat", "conv_transpose", "depth_to_space", "elu", "equal", "erf",
        "exp", "expand_dims", "flatten2d", "floor", "gelu", "greater", "instance_norm", "layer_norm", "leaky_relu",
        "less", "less_equal", "linear_activation", "log", "logical_not", "matmul", "maximum", "minimum", "pad",
        "pixel_shuffle", "pow", "real_div", "reduce_l1_norm", "reduce_l2_norm", "reduce_max", "reduce_mean",
        "reduce_min", "reduce_sum", "reduce_sum_square", "relu", "relu6", "round", "rsqrt", "sigmoid", "sigmoid_hard",
        "sign", "silu", "slice_by_index", "slice_by_size", "softplus", "softsign", "space_to_depth", "split", "sqrt",
        "square", "squeeze", "stack", "sub", "tanh", "thresholded_relu", "tile",
    ]

    private static func verdict(
        _ operation: CoreMLProvenance.Operation, _ elementType: ElementType?, _ node: Node?,
        _ types: [String: TensorType]
    ) -> (Eligibility, NeuralEngineRule) {
        let inputs = node?.inputs.compactMap { $0.flatMap { types[$0] }?.shape } ?? []
        let shape = types[operation.output]?.shape ?? []
        if operation.type == "cast" { return (.eligible, .cast) }
        if elementType == .float32 { return (.notEligible, .float32) }
        for shape in inputs.prefix(1) + [shape] where shape.rank == 4 {
            guard shape[2] <= 16384, shape[3] <= 16384, shape[1] <= 65536, shape[0] <= 65536 else {
                return (.notEligible, .extents)
            }
        }
        switch operation.type {
        case "conv":
            guard inputs.count > 1, inputs[1].rank == 4 else { return (.unknown, .unknownOperation) }
            let fits = inputs[1][2] <= 29 && inputs[1][3] <= 13
            return fits ? (.eligible, .native) : (.notEligible, .convolutionKernel)
        case "prelu": return shape.rank >= 3 ? (.eligible, .prelu) : (.notEligible, .prelu)
        case "max_pool", "avg_pool":
            let pool = (node?.operator as? MaxPool)?.window ?? (node?.operator as? AveragePool)?.window
            guard let window = pool else { return (.unknown, .unknownOperation) }
            guard window.kernel.allSatisfy({ $0 <= 13 }), window.strides.allSatisfy({ $0 <= 2 }) else {
                return (.notEligible, .pool)
            }
            return window.ceilMode ? (.unknown, .ceilMode) : (.eligible, .native)
        case "linear": return shape.rank < 5 ? (.eligible, .linear) : (.notEligible, .linear)
        case "reshape": return shape.rank <= 5 ? (.eligible, .reshape) : (.notEligible, .reshape)
        case "transpose":
            let fits = shape.dimensions.allSatisfy { $0 <= 16384 }
            return fits ? (.eligible, .transpose) : (.notEligible, .transpose)
        case "reduce_prod": return (.notEligible, .product)
        case "gather", "gather_along_axis": return (.unknown, .gather)
        case "sin", "cos": return (.unknown, .waves)
        case "upsample_nearest_neighbor", "upsample_bilinear": return (.eligible, .upsampling)
        case "resize_nearest_neighbor", "resize_bilinear": return (.unknown, .resampling)
        case let type where native.contains(type): return (.eligible, .native)
        case let type where vocabulary.contains(type): return (.eligible, .vocabulary)
        default: return (.unknown, .unknownOperation)
        }
    }
}
