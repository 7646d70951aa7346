import Tensors

/// The operations of an ML Program and their constants, in the order of writing.
struct ProgramOperations {
    /// An input of an operation.
    enum Argument {
        /// The result of an earlier operation.
        case tensor(String)
        case tensors([String])
        case integer(Int)
        case integers([Int])
        case arranged([Int], Shape)
        case boolean(Bool)
        case booleans([Bool])
        case string(String)
        /// Numbers in the element type of the operation.
        case numbers(Tensor<Float>)
        /// Weights of a layer, which may be stored with fewer bits; the axis is the layer's output axis.
        case weights(Tensor<Float>, axis: Int)

        static func number(_ number: Float) -> Argument { .numbers(Tensor([], [number])) }
    }

    static let opset = "CoreML6"
    static let specificationVersion: Int32 = 7
    /// coremltools keeps shorter constants in the program.
    private static let shortestBlob = 10

    private(set) var operations = [CoreMLOperation]()
    private(set) var weights = WeightFileBuilder()
    private let storage: WeightStorage
    private let expandsWeights: Bool

    init(storage: WeightStorage = .plain, expandsWeights: Bool = false) {
        self.storage = storage
        self.expandsWeights = expandsWeights
    }

    /// A program of only these operations.
    func program(_ inputs: [(name: String, type: ProgramType)], outputs: [String]) -> CoreMLProgram {
        let block = CoreMLBlock.with {
            $0.operations = operations
            $0.outputs = outputs
        }
        return .with {
            $0.version = 1
            $0.functions = [
                "main": .with {
                    $0.inputs = inputs.map { named($0.name, $0.type) }
                    $0.opset = Self.opset
                    $0.blockSpecializations = [Self.opset: block]
                }
            ]
        }
    }

    /// - Parameter inputs: keyed by the names of the operation's parameters.
    mutating func append(
        _ operation: String, _ inputs: [String: [String]], giving output: String, _ type: ProgramType
    ) {
        operations.append(
            .with {
                $0.type = operation
                $0.inputs = inputs.mapValues { names in
                    .with { $0.arguments = names.map { name in .with { $0.name = name } } }
                }
                $0.outputs = [named(output, type)]
                $0.attributes = ["name": string(output)]
            })
    }

    /// The names of an argument's tensors; constants get new names.
    ///
    /// - Throws: ``PackageWritingError`` for a number that the element type cannot hold.
    mutating func names(
        for argument: Argument, called name: String, in element: ProgramElement
    ) throws(PackageWritingError) -> [String] {
        switch argument {
        case .tensor(let tensor): return [tensor]
        case .tensors(let tensors): return tensors
        case .integer(let integer): return [constant(name, integer: integer)]
        case .integers(let integers): return [constant(name, integers: integers)]
        case .arranged(let integers, let shape): return [constant(name, integers: integers, shape.dimensions)]
        case .boolean(let boolean): return [constant(name, booleans: [boolean], [])]
        case .booleans(let booleans): return [constant(name, booleans: booleans, [booleans.count])]
        case .string(let text): return [constant(name, string: text)]
        case .numbers(let numbers): return [try constant(name, numbers, in: element)]
        case .weights(let weights, let axis):
            guard let stored = storage.stored(weights, axis: axis, as: element) else {
                return [try constant(name, weights, in: element)]
            }
            guard !expandsWeights else { return [try constant(name, stored.expanded, in: element)] }
            append(stored, as: name, weights.shape, element)
            return [name]
        }
    }

    // MARK: Constants

    mutating func constant(
        _ name: String, _ numbers: Tensor<Float>, in element: ProgramElement
    ) throws(PackageWritingError) -> String {
        let stored: AnyTensor
        if element == .float16 {
            let half = numbers.map { Float16($0) }
            guard zip(half.elements, numbers.elements).allSatisfy({ $0.isFinite || !$1.isFinite }) else {
                throw PackageWritingError("\(name): an element is beyond 65504, float16's largest")
            }
            stored = .float16(half)
        } else {
            stored = .float32(numbers)
        }
        let type = ProgramType(element, numbers.shape.dimensions.map { $0 })
        return define(name, type, value(type, stored))
    }

    mutating func constant(_ name: String, integers: [Int], _ shape: [Int]? = nil) -> String {
        let type = ProgramType(.int32, shape ?? [integers.count])
        return define(
            name, type,
            .with {
                $0.type = type.proto
                $0.immediateValue.tensor.ints.values = integers.map { Int32(clamping: $0) }
            })
    }

    mutating func constant(_ name: String, integer: Int) -> String { constant(name, integers: [integer], []) }

    mutating func constant(_ name: String, booleans: [Bool], _ shape: [Int]) -> String {
        let type = ProgramType(.bool, shape)
        return define(
            name, type,
            .with {
                $0.type = type.proto
                $0.immediateValue.tensor.bools.values = booleans
            })
    }

    mutating func constant(_ name: String, string text: String) -> String {
        define(name, ProgramType(.string, []), string(text))
    }

    /// Weights stored with fewer bits, as an operation that expands them when a package is loaded.
    private mutating func append(
        _ stored: StoredWeights, as name: String, _ shape: Shape, _ element: ProgramElement
    ) {
        let type = ProgramType(element, shape.dimensions.map { $0 })
        var attributes = ["name": string(name)]
        for (attribute, constant) in stored.attributes.sorted(by: { $0.key < $1.key }) {
            let type = ProgramType(constant.element, constant.tensor.shape.dimensions.map { $0 })
            attributes[attribute] = value(type, constant.tensor)
        }
        operations.append(
            .with {
                $0.type = stored.operation
                $0.outputs = [named(name, type)]
                $0.attributes = attributes
            })
    }

    /// A constant's value, in the weight file if it is long.
    private mutating func value(_ type: ProgramType, _ tensor: AnyTensor) -> CoreMLValue {
        .with {
            $0.type = type.proto
            if tensor.shape.count >= Self.shortestBlob, let code = type.element.blobCode {
                $0.blobFileValue = .with {
                    $0.fileName = "@model_path/\(PackageFiles.weightsPath)"
                    $0.offset = weights.append(tensor, code)
                }
            } else if type.element == .float32, case .float32(let numbers) = tensor {
                $0.immediateValue.tensor.floats.values = numbers.elements
            } else if type.element == .int32, let integers = tensor.integers {
                $0.immediateValue.tensor.ints.values = integers.elements.map { Int32(clamping: $0) }
            } else {
                $0.immediateValue.tensor.bytes.values = .init(tensor.littleEndianBytes)
            }
        }
    }

    private mutating func define(_ name: String, _ type: ProgramType, _ value: CoreMLValue) -> String {
        operations.append(
            .with {
                $0.type = "const"
                $0.outputs = [named(name, type)]
                $0.attributes = ["name": string(name), "val": value]
            })
        return name
    }

    private func named(_ name: String, _ type: ProgramType) -> CoreMLNamedValueType {
        .with {
            $0.name = name
            $0.type = type.proto
        }
    }

    private func string(_ text: String) -> CoreMLValue {
        .with {
            $0.type = ProgramType(.string, []).proto
            $0.immediateValue.tensor.strings.values = [text]
        }
    }
}
