import NetworkGraph
import Tensors

/// What a Core ML package states about itself, and what it actually holds.
package struct CoreMLProvenance: Sendable, Equatable {
    package let specificationVersion: Int
    package let opset: String
    /// `source`, `version` and any other notes of its maker.
    package let metadata: [String: String]
    /// An ML Program's operations in order, without constants.
    package let operations: [Operation]
    /// The constants stored with fewer bits than their type has.
    package let compressed: [CompressedConstant]
    /// For each open extent of an input, the permitted values.
    package let flexibility: [String: Flexibility]
    /// The shapes of the inputs, with open extents at their defaults.
    package let defaultShapes: [String: Shape]

    package struct Operation: Sendable, Equatable {
        /// `conv`
        package let type: String
        package let output: String
        /// Nil if it is not a float.
        package let elementType: ElementType?
    }

    package struct CompressedConstant: Sendable, Equatable {
        package let name: String
        /// The number of bits that stored each element.
        package let bits: Int
        /// The way of storing, in words, if the bits alone do not tell: `sparse`.
        package let form: String?

        init(name: String, bits: Int, form: String? = nil) {
            self.name = name
            self.bits = bits
            self.form = form
        }
    }

    package enum Flexibility: Sendable, Equatable {
        case range([ClosedRange<Int>])
        case enumerated([[Int]])
    }
}

/// An ML Program read from a package, with every check of coremltools' loader, and more.
struct CoreMLPackage {
    let graph: Graph
    let provenance: CoreMLProvenance
    /// The types of the floating-point tensors other than constants.
    let floatTypes: [String: ElementType]

    /// The specification version that introduced each set of operations.
    static let opsets = ["CoreML5": 6, "CoreML6": 7, "CoreML7": 8, "CoreML8": 9]

    private static let latestSpecification = 10
    /// The first whose operations accept constants of another precision than they compute in (iOS 17).
    private static let mixedTypesSince = 8

    /// - Throws: ``ModelError``.
    init(_ model: CoreMLModel, _ files: PackageFiles, name: String, file: String) throws(ModelError) {
        do throws(ProgramFault) {
            try self.init(
                model, weights: files.weights.map { bytes throws(ProgramFault) in try WeightFile(bytes) }, name: name)
        } catch {
            throw error.isUnsupported
                ? .unsupported(file: file, reason: error.description)
                : .malformed(file: file, reason: error.description)
        }
    }

    init(_ model: CoreMLModel, weights: WeightFile?, name: String) throws(ProgramFault) {
        guard case .mlProgram(_)? = model.type else {
            guard model.specificationVersion > 0 else { throw ProgramFault("it holds no ML Program") }
            throw ProgramFault(
                unsupported:
                    "it holds no ML Program and no neural network but another kind of model, which is not supported; "
                    + "coremltools converts to a program with convert_to=\"mlprogram\"")
        }
        guard model.mlProgram.version == 1 else {
            throw ProgramFault("program: version \(model.mlProgram.version), where 1 is known")
        }
        guard let main = model.mlProgram.functions["main"] else {
            guard model.mlProgram.functions.isEmpty else {
                throw ProgramFault(
                    unsupported:
                        "program: functions \(model.mlProgram.functions.keys.sorted().joined(separator: ", ")) "
                        + "and no \"main\", which alone is supported")
            }
            throw ProgramFault("program: no function \"main\"")
        }
        guard let since = Self.opsets[main.opset] else {
            throw ProgramFault(
                unsupported: "program: operations \"\(main.opset)\" are not supported; "
                    + "\(Self.opsets.keys.sorted().joined(separator: ", ")) are")
        }
        guard model.specificationVersion >= since else {
            throw ProgramFault(
                "specification version \(model.specificationVersion); operations \(main.opset) came with \(since)")
        }
        guard model.specificationVersion <= Self.latestSpecification else {
            throw ProgramFault(
                unsupported: "specification version \(model.specificationVersion) is not supported; up to "
                    + "\(Self.latestSpecification) are")
        }
        guard let block = main.blockSpecializations[main.opset] else {
            throw ProgramFault("program: no block for operations \(main.opset)")
        }
        var inputs = [String: ProgramType]()
        for input in main.inputs {
            do throws(ProgramFault) {
                guard inputs.updateValue(try ProgramType(input.type), forKey: input.name) == nil else {
                    throw ProgramFault("it is defined twice")
                }
            } catch {
                throw error.at("input \"\(input.name)\"")
            }
        }
        var reader = ProgramReader(inputs: inputs, weights: weights, mayMixTypes: since >= Self.mixedTypesSince)
        for operation in block.operations {
            do throws(ProgramFault) {
                try reader.read(operation)
            } catch {
                throw error.at("operation \"\(operation.outputs.first?.name ?? "")\" (\(operation.type))")
            }
        }
        let description = ProgramDescription(model.description_p)
        let flexibility = try description.flexibility(of: main.inputs, inputs)
        try description.checkOutputs(block.outputs, reader.types)
        do throws(GraphError) {
            graph = try Graph(
                name: name,
                inputs: main.inputs.map { input in
                    let type = inputs[input.name]
                    return Graph.Input(
                        name: input.name, elementType: type?.element.elementType ?? .int32,
                        dimensions: (type?.dimensions ?? []).enumerated().map { index, extent in
                            extent.map { .fixed($0) } ?? .symbolic("d\(index)")
                        }, images: description.images(of: input.name))
                }, outputs: block.outputs, nodes: reader.nodes, initializers: reader.initializers)
        } catch {
            throw ProgramFault("program: \(error)")
        }
        floatTypes = reader.types.filter { reader.constants[$0.key] == nil }.compactMapValues(\.element.floatType)
            .merging(reader.stepTypes) { declared, _ in declared }
        try ProgramTypeCheck(graph, reader.types, mixing: reader.mixing).check(defaultShapes: description.defaultShapes)
        provenance = CoreMLProvenance(
            specificationVersion: Int(model.specificationVersion), opset: main.opset,
            metadata: model.description_p.metadata.userDefined,
            operations: block.operations.filter { reader.constants[$0.outputs.first?.name ?? ""] == nil }.map {
                operation in
                let output = operation.outputs[0].name
                return .init(type: operation.type, output: output, elementType: reader.types[output]?.element.floatType)
            },
            compressed: reader.compressed,
            flexibility: flexibility, defaultShapes: description.defaultShapes.mapValues { Shape($0) })
    }
}

extension CoreMLModel {
    /// - Throws: ``ModelError`` if the bytes are not a Core ML model.
    init(_ bytes: [UInt8], file: String) throws(ModelError) {
        do {
            self = try CoreMLModel(serializedBytes: bytes)
        } catch {
            throw .malformed(file: file, reason: "the model is not a Core ML specification: \(error)")
        }
    }
}

extension Optional {
    /// `map`, with a typed error.
    func map<Other, Failure: Error>(
        _ transform: (Wrapped) throws(Failure) -> Other
    ) throws(Failure) -> Other? {
        switch self {
        case .some(let value): try transform(value)
        case nil: nil
        }
    }
}
