import Foundation

/// The two files of a Caffe network.
struct CaffeFiles {
    let definition: String
    let weights: String

    /// The extensions of definitions and of weights.
    private static let extensions = ["prototxt", "caffemodel"]

    /// - Parameters:
    ///   - path: one of the two; the other has the same name in the same directory. Letter case does not matter.
    ///   - isDefinition: which of the two.
    /// - Throws: ``ModelError/unreadable(file:reason:)`` if the other does not exist.
    init(_ path: String, isDefinition: Bool) throws(ModelError) {
        let given = URL(fileURLWithPath: path)
        let directory = given.deletingLastPathComponent().path
        let name = given.deletingPathExtension().lastPathComponent
        let wanted = "\(name).\(Self.extensions[isDefinition ? 1 : 0])"
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
        guard
            let other = files.first(where: { $0 == wanted })
                ?? files.first(where: { $0.lowercased() == wanted.lowercased() })
        else {
            throw .unreadable(
                file: path,
                reason: "a Caffe network is two files of one name, and there is no \(wanted), with the "
                    + "\(isDefinition ? "weights" : "definition"), beside it")
        }
        definition = isDefinition ? path : "\(directory)/\(other)"
        weights = isDefinition ? "\(directory)/\(other)" : path
    }
}
