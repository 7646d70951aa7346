import Foundation

extension Model {
    /// The model of a name in a directory, in the first of the formats that are known; letter case does not matter.
    ///
    /// A model under one of a format's other names, as `pnet_fp32.mlpackage` or the names that MTCNN's authors gave their
    /// networks, is taken where there is none of the name itself.
    ///
    /// - Parameter formats: those that are known, the preferred first.
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
