import Foundation

/// Writes a file whole or not at all: under a temporary name beside it, which is then given its own.
///
/// - Throws: ``FileWritingError``.
public func writeAtomically(_ bytes: some Sequence<UInt8>, to path: String) throws(FileWritingError) {
    let file = try UnfinishedFile(path)
    try file.append(bytes)
    try file.finish()
}

/// Writes a value as JSON, the text that ``JSON/text()`` gives, part by part: the memory for it does not grow with the
/// value. The file is written whole or not at all.
///
/// - Throws: ``FileWritingError``, and what the value's own encoding throws.
public func writeAtomically(encoding value: some Encodable, to path: String) throws {
    let file = try UnfinishedFile(path)
    try JSONStream(into: file).write(value)
    try file.append("\n".utf8)
    try file.finish()
}

/// A file that could not be written.
public struct FileWritingError: Error, Equatable, CustomStringConvertible {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    public var description: String {
        "\(path): cannot be written: its directory must exist, be writable and have room, and it may be no directory"
    }
}

/// A file under a temporary name, which is gone again unless it is finished. What is no file, such as a terminal or a
/// pipe, is written as it stands; of a symbolic link, the file that it leads to is meant.
final class UnfinishedFile {
    private static let bufferSize = 1 << 16

    private let path: String
    private let temporaryPath: String?
    private let handle: FileHandle
    private var buffer = [UInt8]()

    init(_ path: String) throws(FileWritingError) {
        if let stream = ["/dev/stdout": FileHandle.standardOutput, "/dev/stderr": .standardError][path] {
            (self.path, temporaryPath, handle) = (path, nil, stream)
            return
        }
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        self.path = url.path
        let type = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
        if let type, type != .typeRegular {
            guard type != .typeDirectory, let handle = FileHandle(forWritingAtPath: url.path) else {
                throw FileWritingError(path: path)
            }
            temporaryPath = nil
            self.handle = handle
            return
        }
        let name = ".\(url.lastPathComponent).\(UUID().uuidString)"
        let temporaryPath = url.deletingLastPathComponent().appendingPathComponent(name).path
        self.temporaryPath = temporaryPath
        guard FileManager.default.createFile(atPath: temporaryPath, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporaryPath)
        else { throw FileWritingError(path: path) }
        self.handle = handle
    }

    deinit {
        if let temporaryPath { try? FileManager.default.removeItem(atPath: temporaryPath) }
    }

    func append(_ bytes: some Sequence<UInt8>) throws(FileWritingError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Gives the file its name.
    func finish() throws(FileWritingError) {
        try flush()
        guard let temporaryPath else { return }
        guard (try? handle.close()) != nil, rename(temporaryPath, path) == 0 else { throw FileWritingError(path: path) }
    }

    private func flush() throws(FileWritingError) {
        guard (try? handle.write(contentsOf: buffer)) != nil else { throw FileWritingError(path: path) }
        buffer.removeAll(keepingCapacity: true)
    }
}
