import Conformance
import Detection
import Files
import Foundation

/// The frames in a directory and its subdirectories: JPEG and PNG files.
package struct FrameDirectory: Sendable {
    /// As given.
    package let path: String
    /// Their paths relative to the directory, sorted, with the directory's own files first.
    package let files: [String]
    private let filesByName: [String: [String]]

    /// - Throws: ``FileReadingError``.
    package init(_ path: String) throws(FileReadingError) {
        self.path = path
        files = try inputFiles(in: path, withExtensions: ["jpg", "jpeg", "png"])
        filesByName = Dictionary(grouping: files, by: FrameDirectory.name)
    }

    /// The frames that a list of faces names, each with its file here, or nil if it is missing.
    ///
    /// - Parameter list: its name, for errors.
    /// - Throws: ``Conformance/ComparisonError`` for a list that names no frame here, or one frame twice.
    package func frames(
        of document: DetectionDocument, named list: String
    ) throws(ComparisonError) -> [(file: String?, frame: DetectedFrame)] {
        let frames = document.images.map { (file: file(listedAs: $0.file), frame: $0) }
        guard frames.contains(where: { $0.file != nil }) else {
            throw .nothingInCommon("\(path) holds none of the frames that \(list) names")
        }
        var listed = [String: String]()
        for case (let file?, let frame) in frames {
            if let first = listed.updateValue(frame.file, forKey: file) {
                throw .listedTwice(file, list: list, as: [first, frame.file])
            }
        }
        return frames
    }

    /// The frame that a list of faces means: the one at that relative path or, for a path from elsewhere, the only one
    /// with the same last component; nil if there is none.
    private func file(listedAs listed: String) -> String? {
        let named = filesByName[FrameDirectory.name(listed)] ?? []
        // In the directory's own spelling: strings that compose accents differently are equal.
        return named.first { $0 == listed } ?? (named.count == 1 ? named[0] : nil)
    }

    /// The frame's image.
    package func url(of file: String) -> URL { URL(fileURLWithPath: "\(path)/\(file)") }

    /// The last component of a path, Windows paths included.
    private static func name(_ path: String) -> String {
        path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? path
    }
}
