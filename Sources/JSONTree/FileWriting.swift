import Foundation

/// Writes a file whole or not at all: under a temporary name beside it, which is then given its own.
///
/// - Throws: ``FileWritingError``.
public func writeAtomically(_ bytes: some Sequence<UInt8>, to path: String) throws(FileWritingError) {
    do {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
        throw FileWritingError(path: path)
    }
}

/// A file that could not be written.
public struct FileWritingError: Error, Equatable, CustomStringConvertible {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    public var description: String {
        "\(path): cannot be written: the directory must exist, be writable and have room"
    }
}
