import Files
import Validation

/// A log of all frames that is written in a temporary place, until it goes with the reports.
final class WrittenFrameLog {
    private let place: TemporaryPlace
    private let file: GzipFile
    let log: FrameLog

    /// - Parameter directory: of the reports.
    /// - Throws: ``Files/FileWritingError``.
    init(for directory: String) throws {
        place = try TemporaryPlace(in: directory)
        file = try GzipFile(writing: "\(place.path)/\(FrameLog.name)")
        log = FrameLog(file)
    }

    /// The lines of a run, from those of its shards.
    convenience init(merging shards: [String], sections: [FrameLog.Section], for directory: String) throws {
        try self.init(for: directory)
        try FrameLog.merge(shards.map { "\($0)/\(FrameLog.name)" }, sections: sections, into: file)
        try finish()
    }

    func finish() throws { try file.finish() }

    /// Gives the file to the reports.
    func move(to directory: String) throws { try place.move(FrameLog.name, to: directory) }
}
