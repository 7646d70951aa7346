import Files
import Foundation

/// The frames in a directory and its subdirectories: JPEG and PNG files.
package struct FrameDirectory: Sendable {
    /// As given.
    package let path: String
    /// Their paths relative to the directory, sorted, with the directory's own files first.
    package let files: PackedNames
    /// Whether a list named them: they may be a part of the frames, or none.
    package let areListed: Bool

    /// - Parameter list: a file that names the frames to take, a relative path on each line; nil for all.
    /// - Throws: ``FileReadingError``, also for a list that names a frame twice.
    package init(_ path: String, list: String? = nil) throws(FileReadingError) {
        self.path = path
        areListed = list != nil
        if let list {
            let lines = try FrameDirectory.lines(of: list).sorted(by: FrameDirectory.precedes)
            if let twice = zip(lines, lines.dropFirst()).first(where: { $0 == $1 })?.0 {
                throw FileReadingError(path: list, reason: "it names \(twice) twice")
            }
            files = PackedNames(lines)
        } else {
            files = try inputFiles(in: path, withExtensions: ["jpg", "jpeg", "png"])
        }
    }

    /// Whether a file is there, but a list of frames does not name it.
    func leavesOut(_ file: String) -> Bool {
        areListed && position(of: file) == nil && FileManager.default.fileExists(atPath: url(of: file).path)
    }

    private static func lines(of list: String) throws(FileReadingError) -> [String] {
        guard let text = String(validating: try readFile(list), as: UTF8.self) else {
            throw FileReadingError(path: list, reason: "it is not UTF-8")
        }
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Whether a path comes before another in ``files``.
    static func precedes(_ path: String, _ other: String) -> Bool {
        func key(_ path: String) -> (depth: Int, path: String) { (path.utf8.count { $0 == UInt8(ascii: "/") }, path) }
        return key(path) < key(other)
    }

    /// Where a file is among ``files``; nil if it is none of them. Its spelling there may be another: strings that
    /// compose accents differently are equal.
    func position(of file: String) -> Int? {
        let position = files.firstPosition { !FrameDirectory.precedes($0, file) }
        return position < files.count && files[position] == file ? position : nil
    }

    /// The frame's image.
    package func url(of file: String) -> URL { URL(fileURLWithPath: "\(path)/\(file)") }
}

extension RandomAccessCollection where Index == Int {
    /// Where the elements begin for which a condition holds, if all for which it does not come before them.
    func firstPosition(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
