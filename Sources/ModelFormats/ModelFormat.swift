/// A format of model files: how to recognise and read it, and what its models state about themselves.
///
/// Each format is a file that defines one value, and a line in ``all``, from which every list of formats is made.
public struct ModelFormat: Sendable {
    /// The known formats; of files with the same name, the earlier format is preferred.
    public static let all: [ModelFormat] = [.onnx, .openFace, .coreMLPackage, .coreMLNetwork, .caffe]

    /// Its unique name in errors and the guide: `ONNX`.
    public let name: String
    /// The extensions under which a directory is searched for models, in lower case.
    public let fileExtensions: [String]
    /// The extensions of a model's other files; each of these files may name the model.
    public let companionExtensions: [String]
    /// Alternative names, in lower case, for a network of a given name in a directory.
    public let otherFileNames: @Sendable (_ network: String) -> [String]
    public let recognition: Recognition
    /// Whether `convert` can write models of the format.
    public let isWritten: Bool
    /// The image layout of the inputs.
    public let layout: Knowledge
    /// The precision of the stored weights and of the layers' computation.
    public let precision: Knowledge
    public let read: @Sendable (ModelSource) throws(ModelError) -> Model.Contents

    /// How to recognise a model of the format by its content.
    public enum Recognition: Sendable {
        /// A file, by its bytes.
        case file(@Sendable ([UInt8]) -> Bool)
        /// A directory, by the name of a file in it.
        case directory(holding: String)
    }

    /// The source of a fact that inputs and weights alone do not tell.
    public enum Knowledge: Sendable {
        /// The file or the format's rules say it, where they can; in words: where.
        case declared(String)
        /// The files do not say; in words: what is assumed.
        case assumed(String)
    }

    public init(
        name: String, fileExtensions: [String], companionExtensions: [String] = [],
        otherFileNames: @escaping @Sendable (_ network: String) -> [String] = { _ in [] }, recognition: Recognition,
        isWritten: Bool = false, layout: Knowledge, precision: Knowledge,
        read: @escaping @Sendable (ModelSource) throws(ModelError) -> Model.Contents
    ) {
        self.name = name
        self.fileExtensions = fileExtensions
        self.companionExtensions = companionExtensions
        self.otherFileNames = otherFileNames
        self.recognition = recognition
        self.isWritten = isWritten
        self.layout = layout
        self.precision = precision
        self.read = read
    }

    /// Whether its models are directories.
    var isOfDirectories: Bool {
        if case .directory = recognition { true } else { false }
    }

    /// Whether a path has one of the format's extensions; letter case does not matter.
    func matchesExtension(of path: String) -> Bool {
        let path = path.lowercased()
        return (fileExtensions + companionExtensions).contains { path.hasSuffix(".\($0)") }
    }
}

extension ModelFormat: Equatable {
    public static func == (one: ModelFormat, other: ModelFormat) -> Bool { one.name == other.name }
}
