import Foundation
import Tensors

/// The bytes of a file or a pipe.
///
/// - Parameter followsPipes: whether to read a pipe of the process, such as `/dev/stdin` or a shell's `<(command)`. A
///   named pipe in a directory is never read: it might have no writer.
/// - Throws: ``FileReadingError``, also for more bytes than ``Tensors/MemoryLimit/bytes``, and for a device or a
///   socket.
package func readFile(_ path: String, followsPipes: Bool = true) throws(FileReadingError) -> [UInt8] {
    let file = try FileParts(path, followsPipes: followsPipes)
    var bytes = [UInt8]()
    bytes.reserveCapacity(file.size)
    while true {
        let part = try file.next(readingStep)
        if part.isEmpty { return bytes }
        guard part.count <= MemoryLimit.bytes - bytes.count else { throw FileReadingError(tooLarge: path) }
        bytes += part
    }
}

/// A file or a pipe that is read part by part.
package struct FileParts {
    private let path: String
    private let handle: FileHandle
    /// In bytes; 0 of a pipe.
    let size: Int
    /// Whether it can be read again.
    package let isFile: Bool

    /// - Parameter offset: where in a file to begin.
    /// - Throws: ``FileReadingError`` as ``readFile(_:followsPipes:)`` does.
    package init(_ path: String, from offset: Int = 0, followsPipes: Bool = true) throws(FileReadingError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw FileReadingError(path: path, reason: errno == EACCES ? "it may not be read" : "no such file")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileReadingError(path: path, reason: "it is a directory")
        case S_IFIFO where followsPipes && isDescriptor(path): break
        case S_IFIFO: throw FileReadingError(path: path, reason: "it is a pipe, not a file")
        case S_IFSOCK: throw FileReadingError(path: path, reason: "it is a socket, not a file")
        default: throw FileReadingError(path: path, reason: "it is a device, not a file")
        }
        size = Int(status.st_size)
        isFile = status.st_mode & S_IFMT == S_IFREG
        guard size <= MemoryLimit.bytes else { throw FileReadingError(tooLarge: path) }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw FileReadingError(path: path, reason: "it may not be read")
        }
        self.path = path
        self.handle = handle
        if offset > 0, (try? handle.seek(toOffset: UInt64(offset))) == nil {
            throw FileReadingError(path: path, reason: "it may not be read")
        }
    }

    /// The bytes that follow, at most so many; none at the end.
    ///
    /// - Throws: ``FileReadingError``.
    package func next(_ count: Int) throws(FileReadingError) -> [UInt8] {
        // The end of the file is nil, or no bytes.
        guard let part = try? handle.read(upToCount: count) ?? Data() else {
            throw FileReadingError(path: path, reason: "it may not be read")
        }
        return Array(part)
    }
}

private func isDescriptor(_ path: String) -> Bool {
    path == "/dev/stdin" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
}

/// The number of bytes in one read.
private let readingStep = 1 << 22

/// A file or directory that cannot be read. The reason has the same words on every system.
package struct FileReadingError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let reason: String
    /// Whether it exists and exceeds the limit.
    package let isTooLarge: Bool

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
        isTooLarge = false
    }

    /// A file of more than ``Tensors/MemoryLimit/bytes``.
    init(tooLarge path: String) {
        self.path = path
        reason = "it holds more than the limit of \(MemoryLimit.bytes) bytes, which --max-memory sets"
        isTooLarge = true
    }

    package var description: String { "\(path): cannot be read: \(reason)" }
}
