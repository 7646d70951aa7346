import NetworkGraph
import Tensors

/// Follows the operations of an ML Program and builds a graph of them.
struct ProgramReader {
    /// The tensors that are constants.
    private(set) var constants = [String: ProgramConstant]()
    private(set) var types = [String: ProgramType]()
    private(set) var nodes = [Node]()
    private(set) var initializers = [String: AnyTensor]()
    /// The constants stored with fewer bits than their type has, and with how many.
    private(set) var compressed = [CoreMLProvenance.CompressedConstant]()
    /// The outputs of operations whose constants may have another precision than they compute in.
    private(set) var mixing = Set<String>()
    /// The types of tensors between the nodes of one operation.
    private(set) var stepTypes = [String: ElementType]()
    private let weights: WeightFile?
    private let mayMixTypes: Bool
    /// The expanded size of the compressed constants.
    private var expandedBytes = 0

    init(inputs: [String: ProgramType], weights: WeightFile?, mayMixTypes: Bool) {
        types = inputs
        self.weights = weights
        self.mayMixTypes = mayMixTypes
    }

    /// The operations whose constants may have a different type since iOS 17
    /// (coremltools/converters/mil/mil/ops/defs/iOS17).
    private static let mixingOperations: Set<String> = ["batch_norm", "conv", "linear", "matmul", "prelu"]

    /// - Throws: ``ProgramFault`` without the operation's name, which the caller adds.
    mutating func read(_ operation: CoreMLOperation) throws(ProgramFault) {
        if PackedConstant.kinds.contains(operation.type), !operation.inputs.isEmpty {
            return try readPacked(operation)
        }
        guard operation.outputs.count <= 1 || operation.type == "split" else {
            throw ProgramFault(unsupported: "operation \(operation.type) is not supported: it has more than one output")
        }
        guard let output = operation.outputs.first, !output.name.isEmpty else {
            throw ProgramFault("it has 0 outputs, where one is needed, or one without a name")
        }
        guard types[output.name] == nil else { throw ProgramFault("\"\(output.name)\" is defined twice") }
        guard operation.blocks.isEmpty else {
            throw ProgramFault(
                unsupported: "operation \(operation.type) is not supported: it holds blocks of operations")
        }
        guard operation.attributes["name"]?.immediateValue.tensor.strings.values.count == 1 else {
            throw ProgramFault("it has no attribute \"name\"")
        }
        let type = try ProgramType(output.type)
        types[output.name] = type
        for further in operation.outputs.dropFirst() {
            guard !further.name.isEmpty, types.updateValue(try ProgramType(further.type), forKey: further.name) == nil
            else { throw ProgramFault("\"\(further.name)\" is defined twice, or has no name") }
        }
        switch operation.type {
        case "const":
            guard let value = operation.attributes["val"] else { throw ProgramFault("it has no attribute \"val\"") }
            guard try ProgramType(value.type) == type else {
                throw ProgramFault("its value has type \(try ProgramType(value.type)), its output \(type)")
            }
            constants[output.name] = try ProgramConstant(value, weights)
        case let kind where CompressedConstant.kinds.contains(kind):
            try count(type)
            let (tensor, bits) = try CompressedConstant(operation.type, attributes(operation)).tensor(type)
            constants[output.name] = .tensor(tensor)
            compressed.append(.init(name: output.name, bits: bits))
        default:
            let (nodes, initializers) = try parts(of: operation, output: output.name)
            self.nodes += nodes
            for step in nodes.flatMap(\.outputs) where types[step] == nil { stepTypes[step] = type.element.floatType }
            self.initializers.merge(initializers) { first, _ in first }
            if mayMixTypes, Self.mixingOperations.contains(operation.type) {
                mixing.formUnion(nodes.flatMap(\.outputs))
            }
        }
    }

    /// Adds a compressed constant's expanded size.
    private mutating func count(_ type: ProgramType) throws(ProgramFault) {
        expandedBytes = [expandedBytes, type.count?.saturatingProduct(4) ?? 0].saturatingSum
        guard expandedBytes <= MemoryLimit.bytes else {
            throw ProgramFault(
                unsupported:
                    "its output \(type) and the compressed constants before it take \(expandedBytes) bytes: "
                    + "more than the limit of \(MemoryLimit.bytes) bytes, which --max-memory sets")
        }
    }

    /// A compressed constant of iOS 18, whose parts are earlier constants.
    private mutating func readPacked(_ operation: CoreMLOperation) throws(ProgramFault) {
        var outputs = [ProgramType]()
        for output in operation.outputs {
            guard !output.name.isEmpty, types[output.name] == nil else {
                throw ProgramFault("\"\(output.name)\" is defined twice, or has no name")
            }
            let type = try ProgramType(output.type)
            types[output.name] = type
            outputs.append(type)
            try count(type)
        }
        var parts = [String: PackedConstant.Part]()
        for (name, argument) in operation.inputs {
            let constant: ProgramConstant?
            let type: ProgramType?
            switch argument.arguments.first?.binding {
            case .name(let tensor)?: (constant, type) = (constants[tensor], types[tensor])
            case .value(let value)?:
                (constant, type) = (try ProgramConstant(value, weights), try ProgramType(value.type))
            default: (constant, type) = (nil, nil)
            }
            guard case .tensor(let tensor)? = constant, let type else {
                throw ProgramFault("its \(name) is not a constant")
            }
            parts[name] = (tensor, type)
        }
        let (tensors, bits, form) = try PackedConstant(operation.type, parts).tensors(outputs)
        for (output, tensor) in zip(operation.outputs, tensors) { constants[output.name] = .tensor(tensor) }
        compressed.append(.init(name: operation.outputs.last?.name ?? "", bits: bits, form: form))
    }

    /// What an operation adds to the graph. By the time it is added, the reader with a copy of this one is gone, so
    /// that nothing is copied.
    private func parts(
        of operation: CoreMLOperation, output: String
    ) throws(ProgramFault) -> ([Node], [String: AnyTensor]) {
        var builder = OperationReader(operation, output: output, reader: self)
        try builder.read()
        return (builder.nodes, builder.initializers)
    }

    private func attributes(_ operation: CoreMLOperation) throws(ProgramFault) -> [String: AnyTensor] {
        var tensors = [String: AnyTensor]()
        for (name, value) in operation.attributes where name != "name" {
            guard case .tensor(let tensor) = try ProgramConstant(value, weights) else { continue }
            tensors[name] = tensor
        }
        return tensors
    }

    func constant(_ value: CoreMLValue) throws(ProgramFault) -> ProgramConstant { try ProgramConstant(value, weights) }
}
