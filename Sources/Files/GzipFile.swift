import CZlib
import Foundation

/// Writes a gzip file. Equal bytes give equal files with one version of zlib: the header holds neither a time nor a name.
package final class GzipFile {
    private let path: String
    private let file: gzFile
    private var isOpen = true

    /// - Parameter path: an existing file is written over.
    /// - Throws: ``FileWritingError``.
    package init(writing path: String) throws(FileWritingError) {
        guard let file = gzopen(path, "wb6") else { throw FileWritingError(path: path) }
        self.path = path
        self.file = file
    }

    deinit { if isOpen { gzclose(file) } }

    /// - Throws: ``FileWritingError``.
    package func append(_ bytes: some Collection<UInt8>) throws(FileWritingError) {
        let bytes = Array(bytes)
        guard bytes.isEmpty || gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count) else {
            throw FileWritingError(path: path)
        }
    }

    /// - Throws: ``FileWritingError``.
    package func finish() throws(FileWritingError) {
        isOpen = false
        guard gzclose(file) == Z_OK else { throw FileWritingError(path: path) }
    }

    /// The longest line that is read, in bytes.
    private static let longestLine = 1 << 28

    /// Reads a gzip file line by line.
    ///
    /// - Parameter take: called with each line and its newline.
    /// - Throws: ``FileReadingError`` for a file that is missing or damaged, and the errors of `take`.
    package static func readLines(of path: String, _ take: ([UInt8]) throws -> Void) throws {
        func refused(_ reason: String) -> FileReadingError { FileReadingError(path: path, reason: reason) }
        guard access(path, F_OK) == 0 else { throw refused("no such file") }
        guard let file = gzopen(path, "rb") else { throw refused("it may not be read") }
        var line = [UInt8]()
        do {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = gzread(file, &buffer, UInt32(buffer.count))
                guard count >= 0 else { throw refused("it is no whole gzip file") }
                if count == 0 { break }
                for byte in buffer.prefix(Int(count)) {
                    line.append(byte)
                    guard byte == UInt8(ascii: "\n") else { continue }
                    try take(line)
                    line.removeAll(keepingCapacity: true)
                }
                guard line.count <= longestLine else { throw refused("it holds no lines") }
            }
            // zlib also reads what is not compressed.
            guard gzdirect(file) == 0 else { throw refused("it is no gzip file") }
        } catch {
            gzclose(file)
            throw error
        }
        // Only closing it tells that the file ends too early.
        guard gzclose(file) == Z_OK, line.isEmpty else { throw refused("it is no whole gzip file") }
    }
}
