import Foundation
import Synchronization

/// A run's temporary directory, beside the output: on the same file system, so that renaming is one step. It is removed
/// with the value.
///
/// It is locked while in use. The system releases a killed run's lock, so the next run recognises leftovers:
/// ``clearLeftovers(in:)``.
final class WorkDirectory: Sendable {
    /// The common prefix of all their names.
    static let prefix = ".mtcnn-validate."

    let name: String
    let path: String
    private let descriptor: Int32
    /// The paths in use, for a run that is interrupted.
    private static let inUse = Mutex<Set<String>>([])

    /// - Throws: ``FileWritingError`` for `target` if no directory can be created.
    init(in directory: String, for target: String) throws(FileWritingError) {
        while true {
            let name = "\(Self.prefix)\(UUID().uuidString)"
            let path = "\(directory)/\(name)"
            guard mkdir(path, 0o700) == 0 else { throw FileWritingError(path: target) }
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else {
                rmdir(path)
                throw FileWritingError(path: target)
            }
            // On a file system without locks, nothing counts as a leftover.
            _ = flock(descriptor, LOCK_EX)
            // Until it is locked, another run could take it for a leftover.
            guard access(path, F_OK) == 0 else {
                close(descriptor)
                continue
            }
            (self.name, self.path, self.descriptor) = (name, path, descriptor)
            Self.inUse.withLock { _ = $0.insert(path) }
            return
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        Self.inUse.withLock { _ = $0.remove(path) }
        close(descriptor)
    }

    /// Removes what killed runs left in a directory, after completing any exchange of files that one of them left
    /// unfinished.
    static func clearLeftovers(in directory: String) {
        withLock(on: directory) {
            FileSet.settle(directory)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            where name.hasPrefix(prefix) {
                let path = "\(directory)/\(name)"
                let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                guard descriptor >= 0 else { continue }
                defer { close(descriptor) }
                guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { continue }
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }

    /// Removes all directories in use.
    static func removeAll() {
        for path in inUse.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Runs `body` while no other run exchanges files in a directory or clears it.
    static func withLock<Result, Failure: Error>(
        on directory: String, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        if descriptor >= 0 { _ = flock(descriptor, LOCK_EX) }
        return try body()
    }
}
