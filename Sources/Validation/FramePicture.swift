import Conformance
import Detection
import Engines
import Foundation

/// A frame, reduced for a page.
package struct FramePicture: Sendable, Codable, Equatable {
    package let file: String
    /// The frame's own size, in pixels.
    package let width: Int
    package let height: Int
    /// A JPEG file, in base64.
    package let jpeg: String

    /// The longer side of the picture, in pixels.
    private static let side = 400

    /// - Returns: nil for an unreadable frame, which the report mentions.
    init?(_ file: String, in directory: FrameDirectory, as reading: ImageReading) {
        guard let image = try? DecodedImage(contentsOf: directory.url(of: file), as: reading),
            let bytes = try? image.reduced(toSide: Self.side).encoded(as: .jpeg, file: file, quality: 80)
        else { return nil }
        self.file = file
        (width, height) = (image.width, image.height)
        jpeg = Data(bytes).base64EncodedString()
    }

    /// The pictures of frames, keyed by their names in reports.
    ///
    /// - Throws: ``Files/FileReadingError`` if the directory cannot be read.
    package static func all(
        of files: [String], in directory: String, list: String? = nil, as reading: ImageReading
    ) throws -> [FramePicture] {
        let frames = try FrameDirectory(directory, list: list)
        @Sendable func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
        // Of perhaps millions of frames, those that may be meant.
        let names = Set(files.map(name))
        let candidates = frames.files.filter { names.contains(name($0)) }
        let byName = Dictionary(grouping: candidates, by: name)
        return try concurrentMap(files) { file -> FramePicture? in
            let alike = byName[name(file)] ?? []
            // In the directory's own spelling: strings that compose accents differently are equal.
            let own = alike.first { $0 == file } ?? (alike.count == 1 ? alike[0] : nil)
            guard let path = own else { return nil }
            return FramePicture(path, in: frames, as: reading)?.named(file)
        }.compactMap { $0 }
    }

    private func named(_ file: String) -> FramePicture {
        FramePicture(file: file, width: width, height: height, jpeg: jpeg)
    }

    package init(file: String, width: Int, height: Int, jpeg: String) {
        (self.file, self.width, self.height, self.jpeg) = (file, width, height, jpeg)
    }
}
