import Foundation

extension Model {
    /// The model with a given name in a directory, in the first of the known formats; letter case does not matter.
    ///
    /// If there is no model of that exact name, one of a format's alternative names is used: `pnet_fp32.mlpackage`, or
    /// the names that MTCNN's authors gave their networks.
    ///
    /// - Parameter formats: the known formats, the preferred first.
    /// - Throws: ``ModelError``.
    public init(
        named name: String, in directory: String, formats: [ModelFormat] = ModelFormat.all
    ) throws(ModelError) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let own = name.lowercased()
        let extensions = formats.flatMap(\.fileExtensions)
        let wanted = extensions.map { "\(own).\($0)" } + formats.flatMap { $0.otherFileNames(own) }
        let matching = wanted.lazy.compactMap { wanted in files.sorted().first { $0.lowercased() == wanted } }
        guard let file = matching.first else {
            throw .unreadable(
                file: "\(directory)/\(name)",
                reason: "there is no such file with the extension \(extensions.joined(separator: " or "))")
        }
        try self.init(contentsOf: "\(directory)/\(file)", followsPipes: false, formats: formats)
    }
}
