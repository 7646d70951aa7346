import Captures
import Conformance
import Engines
import Files
import Foundation
import Synchronization

/// The captures of a directory, each opened only once, however often a run asks for it: where a process of its own reads a
/// capture, that process starts once.
package final class CaptureLibrary: Sendable {
    /// As given.
    package let directory: String
    private let opened = Mutex([String: CaptureFile]())

    package init(_ directory: String) { self.directory = directory }

    /// The captures in the directory and its subdirectories: their paths relative to it, the directory's own first.
    ///
    /// - Throws: ``Files/FileReadingError``.
    package var paths: PackedNames {
        get throws(FileReadingError) { try inputFiles(in: directory, withExtensions: ["h5"]) }
    }

    /// Whether there is a capture of a network, such as `pnet`, or `theirs/pnet`.
    func holds(_ network: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(directory)/\(network).h5")
    }

    /// The error that there is no capture of some networks.
    func lacksCaptures(of networks: [String]) -> ComparisonError {
        let names = networks.joined(separator: ", ")
        return .nothingInCommon("\(directory) holds no capture of \(names), from which inputs are taken")
    }

    /// - Parameter path: relative to the directory, such as `pnet.h5`.
    /// - Throws: ``Captures/CaptureError``.
    func capture(at path: String) throws(CaptureError) -> CaptureFile {
        if let capture = opened.withLock({ $0[path] }) { return capture }
        let capture = try CaptureFile(contentsOf: "\(directory)/\(path)")
        opened.withLock { $0[path] = capture }
        return capture
    }

    /// Several captures, opened at once.
    ///
    /// - Throws: the error of the first that cannot be read, a ``Captures/CaptureError``.
    func captures(at paths: [String]) throws -> [CaptureFile] { try concurrentMap(paths, capture(at:)) }

    /// A network's capture.
    ///
    /// - Throws: ``Captures/CaptureError``.
    func capture(of network: String) throws(CaptureError) -> CaptureFile { try capture(at: "\(network).h5") }
}
