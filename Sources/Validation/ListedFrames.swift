import Conformance
import Detection
import Files
import Foundation

/// The frames of a directory and those that a list of faces names besides, in the directory's order.
package struct ListedFrames: Sendable {
    package let list: FaceList
    package private(set) var files: PackedNames
    private var places: [FramePlace]
    private let directory: FrameDirectory

    /// - Parameter name: the list's, for errors.
    /// - Throws: ``Detection/DetectionDocumentError``, and ``Conformance/ComparisonError`` for a list that names no
    ///   frame of the directory, or one frame twice.
    package init(listedIn file: URL, named name: String, of directory: FrameDirectory) throws {
        lazy var namesakes = Namesakes(among: directory.files)
        let nothing = (
            places: [FramePlace](repeating: .nowhere, count: directory.files.count), missing: [String: FramePlace]()
        )
        let (list, kept) = try FaceList.read(file, keeping: nothing) { kept, frame, place, list in
            guard let position = directory.position(of: frame.file) ?? namesakes.position(of: frame.file) else {
                guard kept.missing.updateValue(place, forKey: frame.file) == nil else {
                    throw ComparisonError.listedTwice(frame.file, list: name, as: [frame.file, frame.file])
                }
                return
            }
            guard kept.places[position] == .nowhere else {
                let first = try list.frame(at: kept.places[position]).file
                throw ComparisonError.listedTwice(directory.files[position], list: name, as: [first, frame.file])
            }
            kept.places[position] = place
        }
        guard directory.areListed || kept.places.contains(where: { $0 != .nowhere }) else {
            throw ComparisonError.nothingInCommon("\(directory.path) holds none of the frames that \(name) names")
        }
        (self.list, self.directory, files, places) = (list, directory, directory.files, kept.places)
        if !kept.missing.isEmpty { insert(kept.missing.sorted { FrameDirectory.precedes($0.key, $1.key) }) }
    }

    private mutating func insert(_ missing: [(key: String, value: FramePlace)]) {
        var (files, places, rest) = (PackedNames(), [FramePlace](), missing[...])
        func add(_ file: String, _ place: FramePlace) {
            files.append(file)
            places.append(place)
        }
        for (file, place) in zip(self.files, self.places) {
            while let first = rest.first, FrameDirectory.precedes(first.key, file) {
                add(first.key, first.value)
                rest.removeFirst()
            }
            add(file, place)
        }
        for (file, place) in rest { add(file, place) }
        (self.files, self.places) = (files, places)
    }

    /// What the list says of a frame; nil if it does not name it.
    ///
    /// - Throws: ``Detection/DetectionDocumentError`` if the list is not what it was.
    package func faces(at index: Int) throws(DetectionDocumentError) -> DetectedFrame? {
        places[index] == .nowhere ? nil : try list.frame(at: places[index])
    }

    /// All frames of the list, in its order, under the directory's names, and whether they are there.
    ///
    /// - Throws: ``Detection/DetectionDocumentError`` if the list is not what it was.
    package func all() throws(DetectionDocumentError) -> [(frame: DetectedFrame, isThere: Bool)] {
        var found = [(frame: DetectedFrame, isThere: Bool)]()
        for index in files.indices.sorted(by: { places[$0].precedes(places[$1]) }) {
            guard var frame = try faces(at: index) else { continue }
            frame.file = files[index]
            found.append((frame, directory.position(of: files[index]) != nil))
        }
        return found
    }
}

/// The files of a directory by their last components, by which lists from elsewhere mean them.
private struct Namesakes {
    private let files: PackedNames
    /// In the order of the components' hashes, which are equal for equal strings.
    private let positions: [(hash: Int, position: Int)]

    init(among files: PackedNames) {
        self.files = files
        positions = files.indices.map { (Namesakes.name(files[$0]).hashValue, $0) }.sorted { $0 < $1 }
    }

    /// Where the only file with the same last component is; nil if there is none or several.
    func position(of file: String) -> Int? {
        let name = Namesakes.name(file)
        let first = positions.firstPosition { $0.hash >= name.hashValue }
        let alike = positions[first...].prefix { $0.hash == name.hashValue }.map(\.position)
            .filter { Namesakes.name(files[$0]) == name }
        return alike.count == 1 ? alike[0] : nil
    }

    /// The last component of a path, Windows paths included.
    private static func name(_ path: String) -> String {
        path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? path
    }
}
