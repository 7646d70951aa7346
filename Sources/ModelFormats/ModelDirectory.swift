import Foundation

extension Model {
    /// The model of a name in a directory, in the first of the formats that are known; letter case does not matter.
    ///
    /// - Throws: ``ModelError``.
    public init(named name: String, in directory: String) throws(ModelError) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let matching = Model.fileExtensions.lazy.compactMap { wanted in
            files.sorted().first { $0.lowercased() == "\(name).\(wanted)" }
        }
        guard let file = matching.first else {
            throw .unreadable(
                file: "\(directory)/\(name)",
                reason: "there is no such file with the extension \(Model.fileExtensions.joined(separator: " or "))")
        }
        try self.init(contentsOf: "\(directory)/\(file)")
    }
}
