import Conformance
import Detection
import Files
import Foundation

/// The frames in a directory and those below it: JPEG and PNG files.
public struct FrameDirectory: Sendable {
    /// As it was given.
    public let path: String
    /// Their paths from the directory: sorted, and those of the directory itself first.
    public let files: [String]
    private let filesByName: [String: [String]]

    /// - Throws: ``FileReadingError``.
    public init(_ path: String) throws(FileReadingError) {
        self.path = path
        files = try inputFiles(in: path, withExtensions: ["jpg", "jpeg", "png"])
        filesByName = Dictionary(grouping: files, by: FrameDirectory.name)
    }

    /// The frames that a list of faces names, each with its file here; nil for one that is not here.
    ///
    /// - Parameter list: its name, for errors.
    /// - Throws: ``Conformance/ComparisonError`` for a list that names none of the frames here, or one of them twice.
    public func frames(
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

    /// The frame that a list of faces means: the one with that path from here or, of a path from elsewhere, the only
    /// one with its last component; nil if there is none.
    private func file(listedAs listed: String) -> String? {
        let named = filesByName[FrameDirectory.name(listed)] ?? []
        // In the directory's own spelling: strings are equal whose accents are composed otherwise.
        return named.first { $0 == listed } ?? (named.count == 1 ? named[0] : nil)
    }

    /// The frame's image.
    public func url(of file: String) -> URL { URL(fileURLWithPath: "\(path)/\(file)") }

    /// The last component of a path, of Windows' too.
    private static func name(_ path: String) -> String {
        path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? path
    }
}
