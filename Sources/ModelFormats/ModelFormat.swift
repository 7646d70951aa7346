/// A format of model files: how a file of it is told, how it is read, and what its models say of themselves.
///
/// Each format is a file that defines one value, and a line in ``all``. Whatever lists formats asks the list.
public struct ModelFormat: Sendable {
    /// The formats that are known, in the order in which files of one name are preferred.
    public static let all: [ModelFormat] = [.onnx, .openFace, .coreMLPackage, .coreMLNetwork, .caffe]

    /// What errors and the guide call it: `ONNX`. No two formats have one name.
    public let name: String
    /// The extensions under which a directory is searched for models, in lower case.
    public let fileExtensions: [String]
    /// The extensions of a model's other files, of which each may name the model.
    public let companionExtensions: [String]
    /// Further names, in lower case, under which the network of a name may stand in a directory.
    public let otherFileNames: @Sendable (_ network: String) -> [String]
    public let recognition: Recognition
    /// Whether `convert` writes models of the format.
    public let isWritten: Bool
    /// How images lie in the inputs.
    public let layout: Knowledge
    /// In which precision the weights are stored and the layers computed.
    public let precision: Knowledge
    public let read: @Sendable (ModelSource) throws(ModelError) -> Model.Contents

    /// How a model of the format is told by its content.
    public enum Recognition: Sendable {
        /// A file, by its bytes.
        case file(@Sendable ([UInt8]) -> Bool)
        /// A directory, by the name of a file in it.
        case directory(holding: String)
    }

    /// Where something is known from that inputs and weights alone do not tell.
    public enum Knowledge: Sendable {
        /// The file or the format's rules say it, where they can; in words: where.
        case declared(String)
        /// The files say nothing of it; in words: what is assumed.
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
