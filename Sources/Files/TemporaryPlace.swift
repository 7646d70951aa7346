import Foundation

/// A place for a file that takes long to write, until it goes with others. It is removed with the value, and what a killed
/// run leaves of it the next run clears.
package final class TemporaryPlace {
    private let directory: WorkDirectory
    private let target: String

    /// - Parameter target: the directory that the file is for.
    /// - Throws: ``FileWritingError``.
    package init(in target: String) throws(FileWritingError) {
        directory = try WorkDirectory(in: target, for: target)
        self.target = target
    }

    package var path: String { directory.path }

    /// Moves a file of the place to a directory of the same file system.
    ///
    /// - Throws: ``FileWritingError``.
    package func move(_ name: String, to other: String) throws(FileWritingError) {
        guard rename("\(path)/\(name)", "\(other)/\(name)") == 0 else { throw FileWritingError(path: target) }
    }
}
