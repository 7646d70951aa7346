import NetworkGraph
import Tensors

/// One operation of an ML Program as nodes of a graph
/// (https://apple.github.io/coremltools/source/coremltools.converters.mil.mil.ops.defs.html).
struct OperationReader {
    private(set) var nodes = [Node]()
    private(set) var initializers = [String: AnyTensor]()
    let operation: CoreMLOperation
    let output: String
    let reader: ProgramReader

    init(_ operation: CoreMLOperation, output: String, reader: ProgramReader) {
        self.operation = operation
        self.output = output
        self.reader = reader
    }

    mutating func read() throws(ProgramFault) {
        switch operation.type {
        case "select": append(Where(), try operands("cond", "a", "b"))
        case "logical_not": append(Not(), try operands("x"))
        case "leaky_relu":
            append(ActivationFunction.leakyReLU(slope: Float(try number("alpha") ?? 0.01)), try operands("x"))
        case "linear_activation": try readLinear()
        case "square": append(BinaryArithmetic.multiply, try operands("x") + operands("x"))
        case "relu6": try append(Clip(), operands("x") + [scalar("minimum", 0), scalar("maximum", 6)])
        case "clip":
            guard let lowest = try number("alpha"), let highest = try number("beta") else {
                throw ProgramFault("it has no alpha or no beta")
            }
            try append(Clip(), operands("x") + [scalar("minimum", lowest), scalar("maximum", highest)])
        case "cast": try readCast()
        case "transpose":
            guard let permutation = try integers("perm") else { throw ProgramFault("it has no perm") }
            append(Transpose(permutation: permutation), try operands("x"))
        case "reshape": append(Reshape(), try operands("x") + [integerOperand("shape")])
        case "expand_dims": append(Unsqueeze(), try operands("x") + [integerOperand("axes")])
        case "squeeze":
            let axes = try integers("axes") == nil ? [] : [try integerOperand("axes")]
            append(Squeeze(), try operands("x") + axes)
        case "concat":
            guard try boolean("interleave") != true else {
                throw ProgramFault(unsupported: "interleave is not supported")
            }
            guard let axis = try integer("axis") else { throw ProgramFault("it has no axis") }
            append(Concat(axis: axis), try operands("values"))
        case "stack": try readStack()
        case "flatten2d": append(Flatten(axis: try integer("axis") ?? 1), try operands("x"))
        default:
            guard try readFurther() else {
                throw ProgramFault(unsupported: "operation \(operation.type) is not supported")
            }
        }
        let known: Set<String> = [
            "x", "y", "weight", "bias", "strides", "pad_type", "pad", "dilations", "groups", "transpose_x",
            "transpose_y", "alpha", "cond", "a", "b", "dtype", "axis", "kernel_sizes", "ceil_mode",
            "exclude_padding_from_average", "perm", "shape", "axes", "values", "interleave", "mean", "variance",
            "gamma", "beta", "epsilon", "keep_dims", "mode", "constant_val", "begin", "end", "stride", "begin_mask",
            "end_mask", "squeeze_mask", "size", "num_splits", "split_sizes", "indices", "batch_dims",
            "validate_indices", "output_shape", "scale_factor_height", "scale_factor_width", "align_corners",
            "half_pixel_centers", "target_size_height", "target_size_width", "sampling_mode", "reps", "block_size",
            "upscale_factor", "k", "output_dtype",
        ]
        if let unknown = operation.inputs.keys.sorted().first(where: { !known.contains($0) }) {
            throw ProgramFault("its input \"\(unknown)\" is unknown or not supported")
        }
        for name in operation.inputs.keys.sorted() { _ = try bindings(name) }
    }

    /// - Returns: false for an operation that is not supported.
    private mutating func readFurther() throws(ProgramFault) -> Bool {
        if try readFunction() { return true }
        if try readLayer() { return true }
        if try readReduction() { return true }
        if try readRearrangement() { return true }
        if try readResampling() { return true }
        return try readNorm()
    }

    // MARK: Operations

    /// alpha * x + beta
    private mutating func readLinear() throws(ProgramFault) {
        guard let alpha = try number("alpha") else { throw ProgramFault("it has no alpha") }
        append(
            BinaryArithmetic.multiply, try operands("x") + [scalar("alpha", alpha)], giving: "\(output).product")
        append(BinaryArithmetic.add, ["\(output).product", try scalar("beta", number("beta") ?? 0)])
    }

    private mutating func readStack() throws(ProgramFault) {
        guard let axis = try integer("axis") else { throw ProgramFault("it has no axis") }
        let place = try define("axes", .int64(Tensor([1], [Int64(axis)])), shape: nil)
        var parts = [String]()
        for (index, value) in try operands("values").enumerated() {
            append(Unsqueeze(), [value, place], giving: "\(output).\(index)")
            parts.append("\(output).\(index)")
        }
        append(Concat(axis: axis), parts)
    }

    private mutating func readCast() throws(ProgramFault) {
        guard let name = try string("dtype") else { throw ProgramFault("it has no dtype") }
        guard let type = reader.types[output]?.element, type.description == name else {
            throw ProgramFault("it casts to \(name), its output is declared as another type")
        }
        let isBetweenFloats = try self.type("x")?.element.floatType != nil && type.floatType != nil
        guard let target = type.castTarget else {
            throw ProgramFault(unsupported: "a cast to \(name) is not supported")
        }
        // A cast between floats only changes the precision, which the program's types declare.
        if isBetweenFloats {
            append(ActivationFunction.identity, try operands("x"))
        } else {
            append(Cast(to: target), try operands("x"))
        }
    }

    // MARK: Inputs

    func bindings(_ name: String) throws(ProgramFault) -> [CoreMLArgument.Binding] {
        guard let bindings = operation.inputs[name]?.arguments, !bindings.isEmpty else {
            throw ProgramFault("it has no input \"\(name)\"")
        }
        for binding in bindings {
            if case .name(let tensor)? = binding.binding, reader.types[tensor] == nil || tensor == output {
                throw ProgramFault("its input \"\(name)\" is \"\(tensor)\", which is not defined before it")
            }
        }
        return bindings
    }

    /// The names of tensors; constants are added to the graph's.
    mutating func operands(_ names: String...) throws(ProgramFault) -> [String] {
        var tensors = [String]()
        for name in names {
            for (index, binding) in try bindings(name).enumerated() {
                switch binding.binding {
                case .name(let tensor)?:
                    if case .tensor(let constant)? = reader.constants[tensor] { initializers[tensor] = constant }
                    tensors.append(tensor)
                case .value(let value)?:
                    guard case .tensor(let constant) = try reader.constant(value) else {
                        throw ProgramFault("its input \"\(name)\" is not a tensor")
                    }
                    tensors.append(try define("\(name)\(index)", constant, shape: nil))
                default: throw ProgramFault("its input \"\(name)\" is bound to nothing")
                }
            }
        }
        return tensors
    }

    mutating func optional(_ name: String) throws(ProgramFault) -> [String] {
        operation.inputs[name] == nil ? [] : try operands(name)
    }

    /// An input that must be a constant; nil if omitted.
    private func parameter(_ name: String) throws(ProgramFault) -> ProgramConstant? {
        guard operation.inputs[name] != nil else { return nil }
        switch try bindings(name)[0].binding {
        case .name(let tensor)?:
            guard let constant = reader.constants[tensor] else { throw ProgramFault("its \(name) is not a constant") }
            return constant
        case .value(let value)?: return try reader.constant(value)
        default: throw ProgramFault("its \(name) is bound to nothing")
        }
    }

    func tensorConstant(_ name: String) throws(ProgramFault) -> AnyTensor {
        if case .name(let given)? = try bindings(name)[0].binding, reader.constants[given] == nil {
            throw ProgramFault(unsupported: "its \(name) is not a constant; only constants are supported")
        }
        guard case .tensor(let tensor)? = try parameter(name) else { throw ProgramFault("its \(name) is not a tensor") }
        return tensor
    }

    func integers(_ name: String) throws(ProgramFault) -> [Int]? {
        guard let parameter = try parameter(name) else { return nil }
        guard case .tensor(let given) = parameter, let tensor = given.integers else {
            throw ProgramFault("its \(name) are not integers")
        }
        return tensor.elements.map { Int($0) }
    }

    func integer(_ name: String) throws(ProgramFault) -> Int? {
        try integers(name).map { values throws(ProgramFault) in try single(values, name) }
    }

    func boolean(_ name: String) throws(ProgramFault) -> Bool? {
        guard let parameter = try parameter(name) else { return nil }
        guard case .tensor(.bool(let tensor)) = parameter else { throw ProgramFault("its \(name) is not a boolean") }
        return try single(tensor.elements, name)
    }

    func booleans(_ name: String) throws(ProgramFault) -> [Bool]? {
        guard let parameter = try parameter(name) else { return nil }
        guard case .tensor(.bool(let tensor)) = parameter else { throw ProgramFault("its \(name) are not booleans") }
        return tensor.elements
    }

    func string(_ name: String) throws(ProgramFault) -> String? {
        guard case .strings(let strings)? = try parameter(name) else { return nil }
        return try single(strings, name)
    }

    private func single<Element>(_ elements: [Element], _ name: String) throws(ProgramFault) -> Element {
        guard let only = elements.first, elements.count == 1 else {
            throw ProgramFault("its \(name) has \(elements.count) values, where one is right")
        }
        return only
    }

    func number(_ name: String) throws(ProgramFault) -> Double? {
        guard let parameter = try parameter(name) else { return nil }
        guard case .tensor(let tensor) = parameter, tensor.elementType.floatFormat != nil else {
            throw ProgramFault("its \(name) is not a number")
        }
        return try single(tensor.float64.elements, name)
    }

    func type(_ name: String) throws(ProgramFault) -> ProgramType? {
        guard case .name(let tensor)? = try bindings(name)[0].binding else { return nil }
        return reader.types[tensor]
    }

    // MARK: Nodes

    mutating func integerOperand(_ name: String) throws(ProgramFault) -> String {
        guard let values = try integers(name) else { throw ProgramFault("it has no \(name)") }
        return try define(name, .int64(Tensor([values.count], values.map { Int64($0) })), shape: nil)
    }

    /// A number in the type of the operation's result.
    mutating func scalar(_ role: String, _ value: Double) throws(ProgramFault) -> String {
        try define(role, number(Tensor([], [value])), shape: nil)
    }

    /// Numbers in the type of the operation's result.
    mutating func numbers(_ role: String, _ values: [Double]) throws(ProgramFault) -> String {
        try define(role, number(Tensor([values.count], values)), shape: nil)
    }

    private func number(_ values: Tensor<Double>) throws(ProgramFault) -> AnyTensor {
        switch reader.types[output]?.element {
        case .float16?: return .float16(values.map { Float16($0) })
        case .float32?: return .float32(values.map { Float($0) })
        default: throw ProgramFault("its result is not a floating-point tensor")
        }
    }

    mutating func define(_ role: String, _ tensor: AnyTensor, shape: [Int]?) throws(ProgramFault) -> String {
        let name = "\(output).\(role)"
        initializers[name] = shape.map { tensor.reshaped(to: Shape($0)) } ?? tensor
        return name
    }

    mutating func append(_ operation: any Operator, _ inputs: [String?], giving tensor: String? = nil) {
        let tensor = tensor ?? output
        nodes.append(Node(name: tensor, operator: operation, inputs: inputs, outputs: [tensor]))
    }
}
