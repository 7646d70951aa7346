import Tensors

/// The header of a capture file.
public struct CaptureHeader: Sendable, Equatable, Codable {
    /// The version of the layout that `validation/CAPTURE_FORMAT.md` describes.
    public static let schema = "mtcnn-validate/capture/1"

    /// What computed the tensors: `onnxruntime`, `mtcnn-validate`.
    public var engine: String
    public var engineVersion: String
    /// The arithmetic, by the name that this project gives it.
    public var arithmetic: String
    /// The model file's name without its extension.
    public var modelName: String
    /// Of the model file's bytes.
    public var modelSHA256: String
    /// What wrote the file.
    public var adapter: String
    public var device: String?
    public var notes: String?

    public init(
        engine: String, engineVersion: String, arithmetic: String, modelName: String, modelSHA256: String,
        adapter: String, device: String? = nil, notes: String? = nil
    ) {
        self.engine = engine
        self.engineVersion = engineVersion
        self.arithmetic = arithmetic
        self.modelName = modelName
        self.modelSHA256 = modelSHA256
        self.adapter = adapter
        self.device = device
        self.notes = notes
    }
}

/// The tensors of one run of a model.
public struct CaptureCase: Sendable, Equatable {
    public struct Input: Sendable, Equatable {
        public let name: String
        public let values: AnyTensor

        public init(name: String, values: AnyTensor) {
            self.name = name
            self.values = values
        }
    }

    /// A tensor that a node gave.
    public struct Output: Sendable, Equatable {
        public let name: String
        public let node: String
        public let `operator`: String
        /// Whether it is an output of the network.
        public let isGraphOutput: Bool
        public let values: AnyTensor

        public init(name: String, node: String, operator: String, isGraphOutput: Bool, values: AnyTensor) {
            self.name = name
            self.node = node
            self.operator = `operator`
            self.isGraphOutput = isGraphOutput
            self.values = values
        }

        package var about: OutputDescription {
            OutputDescription(name: name, node: node, operator: `operator`, isGraphOutput: isGraphOutput)
        }
    }

    /// What a capture says of a tensor besides its elements.
    package struct OutputDescription: Sendable {
        let name: String
        let node: String
        let `operator`: String
        let isGraphOutput: Bool
    }

    public let name: String
    /// Where the inputs come from, in words.
    public let source: String
    public let inputs: [Input]
    /// In the order of computation.
    public let tensors: [Output]

    public init(name: String, source: String, inputs: [Input], tensors: [Output]) {
        self.name = name
        self.source = source
        self.inputs = inputs
        self.tensors = tensors
    }
}
