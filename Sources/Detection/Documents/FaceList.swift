import Files
import Foundation
import JSONTree

/// A list of faces whose frames stay in its file until they are needed, if it is one that `detect --json` writes.
package struct FaceList: Sendable {
    /// What it says of its detector; without frames.
    package let header: DetectionDocument
    private let frames: Frames

    private enum Frames {
        case inFile(String)
        case read([DetectedFrame])
    }

    private init(_ header: DetectionDocument, _ frames: Frames) {
        self.header = header
        self.frames = frames
    }

    /// Reads a list once, so that all of it is known to be right.
    ///
    /// - Parameters:
    ///   - nothing: what is kept of a list without frames.
    ///   - keep: adds a frame, in the list's order; the list has the frames before it.
    /// - Throws: ``DetectionDocumentError`` as ``DetectionDocument/init(contentsOf:)`` does, and errors of `keep`.
    package static func read<Kept>(
        _ file: URL, keeping nothing: Kept,
        _ keep: (inout Kept, DetectedFrame, FramePlace, FaceList) throws -> Void
    ) throws -> (list: FaceList, kept: Kept) {
        var kept = nothing
        if !DetectionDocument.isSeparated(file), let parts = try? FileParts(file.path), parts.isFile {
            let unread = DetectionDocument(source: nil, minFaceSize: nil, scoreThresholds: nil, images: [])
            let list = FaceList(unread, .inFile(file.path))
            let header = DetectionDocument(parts: { try parts.next(readingStep) }) { frame, text, offset in
                try keep(&kept, frame, FramePlace(of: text, at: offset), list)
            }
            if let header { return (FaceList(header, list.frames), kept) }
        }
        // Of a list in another layout. What is wrong with a list is told here, too.
        var document = try DetectionDocument(contentsOf: file)
        let frames = document.images
        document.images = []
        let list = FaceList(document, .read(frames))
        kept = nothing
        for (index, frame) in frames.enumerated() { try keep(&kept, frame, FramePlace(of: [], at: index), list) }
        return (list, kept)
    }

    /// - Throws: ``DetectionDocumentError`` if the file is not what it was when the list was read.
    package func frame(at place: FramePlace) throws(DetectionDocumentError) -> DetectedFrame {
        switch frames {
        case .read(let frames): return frames[place.offset]
        case .inFile(let file):
            let text: [UInt8]
            do { text = try FileParts(file, from: place.offset).next(Int(place.length)) } catch {
                throw .unreadable(file: file, reason: error.reason)
            }
            guard FramePlace(of: text, at: place.offset) == place,
                let frame: DetectedFrame = try? JSON(parsing: text, file: file, atDepth: 2).decode()
            else { throw .malformed(file: file, at: "byte \(place.offset)", reason: "it changed after it was read") }
            return frame
        }
    }
}

/// Where a frame is in a list of faces.
package struct FramePlace: Sendable, Equatable {
    /// In bytes or, of a list that is not left in its file, in frames.
    fileprivate let offset: Int
    /// Of the frame's text, and its hash, so that another text is noticed.
    fileprivate let length: UInt32
    private let hash: UInt32

    /// That of a frame which the list does not name. An optional place would take a half more.
    package static let nowhere = FramePlace(of: [], at: -1)

    fileprivate init(of text: [UInt8], at offset: Int) {
        self.offset = offset
        length = UInt32(text.count)
        hash = UInt32(truncatingIfNeeded: text.hashValue)
    }

    package func precedes(_ other: FramePlace) -> Bool { offset < other.offset }
}
