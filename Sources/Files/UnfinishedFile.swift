import Foundation

/// Writes a file completely or not at all: to a temporary place beside it, then renamed.
///
/// - Throws: ``FileWritingError``.
package func writeAtomically(_ bytes: some Sequence<UInt8>, to path: String) throws(FileWritingError) {
    let file = try UnfinishedFile(path)
    try file.append(bytes)
    try file.finish()
}

/// A file in a temporary place, which is removed unless it is finished. If the target is not a file but a terminal or a
/// pipe, it is written directly.
package final class UnfinishedFile {
    private static let bufferSize = 1 << 16

    private let path: String
    private let handle: FileHandle
    /// Nil if the target is written directly.
    private var replacement: FileReplacement?
    private var buffer = [UInt8]()

    /// - Throws: ``FileWritingError``.
    package init(_ path: String) throws(FileWritingError) {
        self.path = path
        if let stream = ["/dev/stdout": FileHandle.standardOutput, "/dev/stderr": .standardError][path] {
            handle = stream
            return
        }
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        if let type = FileReplacement.type(resolved), type != .typeRegular {
            guard type != .typeDirectory, let handle = FileHandle(forWritingAtPath: resolved) else {
                throw FileWritingError(path: path)
            }
            self.handle = handle
            return
        }
        let replacement = try FileReplacement(path)
        guard FileManager.default.createFile(atPath: replacement.temporaryPath, contents: nil),
            let handle = FileHandle(forWritingAtPath: replacement.temporaryPath)
        else { throw FileWritingError(path: path) }
        self.replacement = replacement
        self.handle = handle
    }

    /// - Throws: ``FileWritingError``.
    package func append(_ bytes: some Sequence<UInt8>) throws(FileWritingError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Gives the file its final name.
    ///
    /// - Throws: ``FileWritingError``.
    package func finish() throws(FileWritingError) {
        try flush()
        guard let replacement else { return }
        guard (try? handle.close()) != nil else { throw FileWritingError(path: path) }
        try replacement.replaceFile()
        self.replacement = nil
    }

    private func flush() throws(FileWritingError) {
        guard (try? handle.write(contentsOf: buffer)) != nil else { throw FileWritingError(path: path) }
        buffer.removeAll(keepingCapacity: true)
    }
}
