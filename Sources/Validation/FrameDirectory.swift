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
    /// Whether a list named them: they may be a part of the frames, or none.
    package let areListed: Bool
    /// The files that a list named; empty without one.
    private let listed: Set<String>

    /// - Parameter list: a file that names the frames to take, a relative path on each line; nil for all.
    /// - Throws: ``FileReadingError``, also for a list that names a frame twice.
    package init(_ path: String, list: String? = nil) throws(FileReadingError) {
        self.path = path
        areListed = list != nil
        if let list {
            files = FrameDirectory.sorted(try FrameDirectory.lines(of: list), by: \.self)
            if let twice = zip(files, files.dropFirst()).first(where: { $0 == $1 })?.0 {
                throw FileReadingError(path: list, reason: "it names \(twice) twice")
            }
        } else {
            files = try inputFiles(in: path, withExtensions: ["jpg", "jpeg", "png"])
        }
        listed = areListed ? Set(files) : []
    }

    /// Whether a file is there, but a list of frames does not name it.
    func leavesOut(_ file: String) -> Bool {
        areListed && !listed.contains(file) && FileManager.default.fileExists(atPath: url(of: file).path)
    }

    private static func lines(of list: String) throws(FileReadingError) -> [String] {
        guard let text = String(validating: try readFile(list), as: UTF8.self) else {
            throw FileReadingError(path: list, reason: "it is not UTF-8")
        }
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    /// In the order of ``files``.
    static func sorted<Element>(_ elements: [Element], by path: (Element) -> String) -> [Element] {
        elements.map { element in
            let path = path(element)
            return (depth: path.utf8.count { $0 == UInt8(ascii: "/") }, path: path, element: element)
        }.sorted { ($0.depth, $0.path) < ($1.depth, $1.path) }.map(\.element)
    }

    /// The frames that a list of faces names, each with its file here, or nil if it is missing.
    ///
    /// - Parameter list: its name, for errors.
    /// - Throws: ``Conformance/ComparisonError`` for a list that names no frame here, or one frame twice.
    package func frames(
        of document: DetectionDocument, named list: String
    ) throws(ComparisonError) -> [(file: String?, frame: DetectedFrame)] {
        let filesByName = Dictionary(grouping: files, by: FrameDirectory.name)
        let frames = document.images.map { frame in
            (file: FrameDirectory.file(listedAs: frame.file, among: filesByName), frame: frame)
        }
        guard areListed || frames.contains(where: { $0.file != nil }) else {
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
    ///
    /// - Parameter filesByName: the frames here, by their last components.
    private static func file(listedAs listed: String, among filesByName: [String: [String]]) -> String? {
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
