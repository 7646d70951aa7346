import NetworkGraph
import Tensors

/// The nodes of a graph as operations of an ML Program, for inputs of known shapes.
///
/// The code that reads an operation also defines how it is written.
struct OperationWriter {
    typealias Argument = ProgramOperations.Argument

    private(set) var written: ProgramOperations
    let graph: Graph
    let types: [String: TensorType]
    /// What has been written for the graph's tensors.
    private(set) var tensors = [String: (name: String, type: ProgramType)]()
    private var taken = Set<String>()
    /// Constants and casts, keyed by their sources.
    private var made = [String: String]()
    private let form: PackageForm

    // MARK: The current node

    private(set) var node: Node
    /// The name of its result.
    private(set) var output = ""
    /// The type that it computes in.
    private(set) var element: ProgramElement

    /// - Parameter types: the types of all tensors of the graph.
    init(_ graph: Graph, types: [String: TensorType], form: PackageForm) {
        self.graph = graph
        self.types = types
        self.form = form
        written = ProgramOperations(storage: form.weights, expandsWeights: form.expandsWeights)
        node = Node(name: "", operator: ActivationFunction.identity, inputs: [], outputs: [])
        element = form.inputElement
    }

    /// The inputs and outputs of the program under their own names.
    ///
    /// - Throws: ``PackageWritingError`` at the first node without a counterpart.
    mutating func write() throws(PackageWritingError) -> (
        inputs: [(name: String, type: ProgramType)], outputs: [(name: String, type: ProgramType)]
    ) {
        var inputs = [(name: String, type: ProgramType)]()
        for input in graph.inputs {
            guard let type = types[input.name], type.kind != .boolean, type.shape.rank >= 1 else {
                throw PackageWritingError(
                    "input \"\(input.name)\" is a boolean or a single number; Core ML takes tensors of numbers")
            }
            let own = (name: name(input.name), type: try programType(type, form.inputElement))
            tensors[input.name] = own
            inputs.append(own)
        }
        // Outputs get their own names before any inner tensor can take one.
        var outputNames = [String: String]()
        for output in graph.outputs where outputNames[output] == nil { outputNames[output] = name(output) }
        for node in graph.nodes where !node.outputs.allSatisfy(isKnown) {
            self.node = node
            element = form.element(of: node)
            guard let given = node.outputs.first, node.outputs.count == 1 else {
                throw refusal("has \(node.outputs.count) outputs, where one has a counterpart")
            }
            // If an output is cast to the package's type, the cast has the name.
            let isCast = element != form.inputElement && types[given]?.kind == .real
            output = outputNames[given].map { isCast ? name("\($0)_\(element)") : $0 } ?? name(given)
            try writeNode()
        }
        var outputs = [(name: String, type: ProgramType)]()
        for output in graph.outputs where !outputs.contains(where: { $0.name == outputNames[output] }) {
            outputs.append(try writeOutput(output, as: outputNames[output] ?? output))
        }
        return (inputs, outputs)
    }

    private mutating func writeNode() throws(PackageWritingError) {
        for input in node.inputs.compactMap({ $0 }) where (types[input]?.shape.rank ?? 0) > Self.mostAxes {
            throw refusal("takes a tensor of \(types[input]?.shape ?? []), and Core ML's have at most 5 axes")
        }
        if let empty = node.outputs.first, types[empty]?.shape.count == 0 {
            throw refusal("gives a tensor without elements, which Core ML does not have")
        }
        if try writeFunction() { return }
        if try writeLayer() { return }
        if try writeReduction() { return }
        if try writeRearrangement() { return }
        if try writeResampling() { return }
        if try writeNorm() { return }
        throw refusal("has no counterpart in Core ML that is written")
    }

    static let mostAxes = 5

    /// An output of the graph under its name: if its type differs from the package's, it is cast; if it is an input or
    /// a constant, it passes through an operation.
    private mutating func writeOutput(
        _ tensor: String, as name: String
    ) throws(PackageWritingError) -> (name: String, type: ProgramType) {
        guard let type = types[tensor], type.kind != .boolean else {
            throw PackageWritingError("output \"\(tensor)\" holds booleans; Core ML gives numbers")
        }
        let own = tensors[tensor]
        if let own, own.name == name { return own }
        node = Node(name: tensor, operator: ActivationFunction.identity, inputs: [tensor], outputs: [tensor])
        (element, output) = (form.inputElement, name)
        let given = try programType(type, element)
        if let own, own.type != given {
            _ = try append("cast", ["x": .tensor(own.name), "dtype": .string("\(given.element)")])
        } else {
            _ = try append("identity", ["x": operand(0)])
        }
        return (name, given)
    }

    // MARK: Tensors

    /// The type of an input; a scalar's if it is omitted.
    func type(_ position: Int) -> TensorType {
        guard node.inputs.indices.contains(position), let name = node.inputs[position], let type = types[name] else {
            return .real([])
        }
        return type
    }

    func shape(_ position: Int) -> Shape { type(position).shape }

    func has(_ position: Int) -> Bool { node.inputs.indices.contains(position) && node.inputs[position] != nil }

    /// The types of all inputs; nil for an omitted one.
    var inputTypes: [TensorType?] { node.inputs.map { $0.flatMap { types[$0] } } }

    var outputShape: Shape { node.outputs.first.flatMap { types[$0]?.shape } ?? [] }

    /// An input that is a constant, as numbers.
    func numbers(_ position: Int) -> Tensor<Float>? {
        guard has(position), let name = node.inputs[position] else { return nil }
        if let constant = graph.initializers[name], constant.elementType.floatFormat != nil {
            return constant.float64.map { Float($0) }
        }
        return types[name].flatMap { type in type.numbers.map { Tensor(type.shape, $0.map { Float($0) }) } }
    }

    /// An input that must be a constant.
    func constant(_ position: Int, _ role: String) throws(PackageWritingError) -> Tensor<Float> {
        guard let numbers = numbers(position) else {
            throw refusal("has a \(role) that is computed, where Core ML takes a constant")
        }
        return numbers
    }

    /// Whether a tensor is a constant, or depends only on shapes.
    private func isKnown(_ tensor: String) -> Bool {
        guard graph.initializers[tensor] == nil else { return true }
        return types[tensor].map { $0.integers != nil || $0.numbers != nil } ?? false
    }

    /// An input as an argument, in the type that the node computes in.
    mutating func operand(_ position: Int) throws(PackageWritingError) -> Argument {
        guard has(position), let name = node.inputs[position], let type = types[name] else {
            throw refusal("has no input \(position)")
        }
        if let own = tensors[name] {
            guard own.type.element.floatType != nil, own.type.element != element else { return .tensor(own.name) }
            return .tensor(try cast(own, to: element))
        }
        let key = "\(name) as \(element)"
        if let constant = made[key] { return .tensor(constant) }
        let constant = self.name(name)
        switch type.kind {
        case .real:
            guard let numbers = numbers(position) else { throw refusal("takes \"\(name)\", which nothing gives") }
            made[key] = try written.constant(constant, numbers, in: element)
        case .integer, .boolean:
            let known = type.integers ?? graph.initializers[name]?.integers?.elements.map { Int($0) }
            guard let integers = known else { throw refusal("takes \"\(name)\", which nothing gives") }
            guard integers.allSatisfy({ Int32(exactly: $0) != nil }) else {
                throw refusal("takes \"\(name)\", which holds an integer of more than 32 bits")
            }
            made[key] =
                type.kind == .integer
                ? written.constant(constant, integers: integers, type.shape.dimensions)
                : written.constant(constant, booleans: integers.map { $0 != 0 }, type.shape.dimensions)
        }
        return .tensor(constant)
    }

    private mutating func cast(
        _ tensor: (name: String, type: ProgramType), to element: ProgramElement
    ) throws(PackageWritingError) -> String {
        let key = "\(tensor.name) cast to \(element)"
        if let cast = made[key] { return cast }
        let cast = name("\(tensor.name)_\(element)")
        let target = try written.names(for: .string("\(element)"), called: name("\(cast)_dtype"), in: element)
        written.append(
            "cast", ["x": [tensor.name], "dtype": target], giving: cast, ProgramType(element, tensor.type.dimensions))
        made[key] = cast
        return cast
    }

    /// Adds an operation.
    ///
    /// - Parameters:
    ///   - part: the operation's role within the node; nil for the one that gives the result.
    ///   - shape: the result's shape; nil for that of the node's result.
    ///   - kind: the kind of its elements; nil for that of the node's result.
    mutating func append(
        _ operation: String, _ arguments: [String: Argument], as part: String? = nil, shape: Shape? = nil,
        kind: TensorType.Kind? = nil
    ) throws(PackageWritingError) -> Argument {
        let name = part.map { self.name("\(output)_\($0)") } ?? output
        var inputs = [String: [String]]()
        for (parameter, argument) in arguments.sorted(by: { $0.key < $1.key }) {
            inputs[parameter] = try written.names(
                for: argument, called: self.name("\(name)_\(parameter)"), in: element)
        }
        let result = node.outputs.first.flatMap { types[$0] } ?? .real([])
        let type = try programType(TensorType(kind ?? result.kind, shape ?? result.shape), element)
        written.append(operation, inputs, giving: name, type)
        if part == nil, let given = node.outputs.first { tensors[given] = (name, type) }
        return .tensor(name)
    }

    private func programType(_ type: TensorType, _ element: ProgramElement) throws(PackageWritingError) -> ProgramType {
        guard type.shape.rank <= Self.mostAxes else {
            throw refusal("gives a tensor of \(type.shape), and Core ML's have at most 5 axes")
        }
        let own: ProgramElement =
            switch type.kind {
            case .real: element
            case .integer: .int32
            case .boolean: .bool
            }
        return ProgramType(own, type.shape.dimensions.map { $0 })
    }

    func refusal(_ reason: String) -> PackageWritingError {
        PackageWritingError("node \"\(node.name)\" (\(node.operator.name)) \(reason)")
    }

    /// A unique name that a program allows (letters, digits and underscores).
    private mutating func name(_ wanted: String) -> String {
        var plain = String(wanted.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        if plain.first?.isNumber ?? true { plain = "_" + plain }
        var name = plain
        var count = 1
        while !taken.insert(name).inserted {
            count += 1
            name = "\(plain)_\(count)"
        }
        return name
    }
}
