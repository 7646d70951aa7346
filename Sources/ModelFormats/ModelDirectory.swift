import Foundation

extension Model {
    /// The model of a name in a directory, in the first of the formats that are known; letter case does not matter.
    ///
    /// A Core ML package may say its precision behind the name: `pnet_fp32.mlpackage` is taken where there is no
    /// other. The networks of MTCNN's authors are also found under the names that they gave them.
    ///
    /// - Throws: ``ModelError``.
    public init(named name: String, in directory: String) throws(ModelError) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let own = name.lowercased()
        let wanted =
            Model.fileExtensions.map { "\(own).\($0)" } + ["\(own)_fp32.mlpackage", "\(own)_fp16.mlpackage"]
            + (CaffeOrigin.fileNames[own].map { ["\($0).caffemodel"] } ?? [])
        let matching = wanted.lazy.compactMap { wanted in files.sorted().first { $0.lowercased() == wanted } }
        guard let file = matching.first else {
            throw .unreadable(
                file: "\(directory)/\(name)",
                reason: "there is no such file with the extension \(Model.fileExtensions.joined(separator: " or "))")
        }
        try self.init(contentsOf: "\(directory)/\(file)", followsPipes: false)
    }
}
