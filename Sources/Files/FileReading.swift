import Foundation
import Tensors

/// The bytes of a file or a pipe.
///
/// - Parameter followsPipes: whether to read a pipe of the process, such as `/dev/stdin` or a shell's `<(command)`. A
///   named pipe in a directory is never read: it might have no writer.
/// - Throws: ``FileReadingError``, also for more bytes than ``Tensors/MemoryLimit/bytes``, and for a device or a
///   socket.
package func readFile(_ path: String, followsPipes: Bool = true) throws(FileReadingError) -> [UInt8] {
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
    guard Int(status.st_size) <= MemoryLimit.bytes else { throw FileReadingError(tooLarge: path) }
    guard let handle = FileHandle(forReadingAtPath: path) else {
        throw FileReadingError(path: path, reason: "it may not be read")
    }
    defer { try? handle.close() }
    var bytes = [UInt8]()
    bytes.reserveCapacity(Int(status.st_size))
    while true {
        // The end of the file is nil, or no bytes.
        guard let part = try? handle.read(upToCount: readingStep) ?? Data() else {
            throw FileReadingError(path: path, reason: "it may not be read")
        }
        if part.isEmpty { return bytes }
        guard part.count <= MemoryLimit.bytes - bytes.count else { throw FileReadingError(tooLarge: path) }
        bytes += part
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
