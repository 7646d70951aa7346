import Foundation

/// Files of one directory that belong together, such as the reports of a run. A reader sees either all old or all new
/// files at any moment, even after a kill. A name looked up at the moment of the exchange may be missing; opening it
/// again finds the new file.
///
/// During the exchange, each name becomes a symbolic link that leads through one common link, the switch: first to the
/// old file and then, when the switch is replaced by one rename, to the new. After that the names become the new files
/// themselves. A run killed in between leaves links that all lead to one set, and a directory that holds it; the next
/// run turns them into files: ``settle(_:)``. On a file system without links, the old files are removed first, and then
/// the new ones are renamed one by one.
package struct FileSet: Sendable, Hashable {
    private let directory: String
    /// Every name that a set may have.
    private let names: [String]

    /// - Parameter directory: must exist.
    package init(_ names: [String], in directory: String) {
        self.names = names
        self.directory = directory
    }

    /// A single file at a path; for a symbolic link, its target.
    package init(file path: String) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        self.init([url.lastPathComponent], in: url.deletingLastPathComponent().path)
    }

    /// Removes what killed runs left in the directory, and checks that the files can be written.
    ///
    /// - Throws: ``FileWritingError`` if the directory is not writable, or if one of the names belongs to a directory
    ///   or a device.
    package func prepare() throws(FileWritingError) {
        WorkDirectory.clearLeftovers(in: directory)
        _ = try WorkDirectory(in: directory, for: names.count == 1 ? "\(directory)/\(names[0])" : directory)
        for name in names { try check(name) }
    }

    /// Replaces the files of the set by others.
    ///
    /// - Parameter write: writes the new files, under some or all of the names, to the directory at the given path.
    /// - Throws: ``FileWritingError``, and any error of `write`; then the old files are unchanged.
    package func replace(writing write: (_ directory: String) throws -> Void) throws {
        let work = try WorkDirectory(in: directory, for: directory)
        let new = "\(work.path)/new"
        guard mkdir(new, 0o700) == 0 else { throw FileWritingError(path: directory) }
        try write(new)
        try WorkDirectory.withLock(on: directory) {
            FileSet.settle(directory)
            for name in names { try check(name) }
            guard exchange(work) else {
                // If that was before the switch, the old files are restored.
                FileSet.settle(directory)
                try nameOneByOne(new)
                return
            }
            FileSet.settle(directory)
        }
    }

    /// Removes the files.
    package func remove() {
        guard names.contains(where: { FileReplacement.type("\(directory)/\($0)") != nil }) else { return }
        if (try? replace(writing: { _ in })) == nil {
            for name in names where (try? check(name)) != nil { unlink("\(directory)/\(name)") }
        }
    }

    private func check(_ name: String) throws(FileWritingError) {
        let path = "\(directory)/\(name)"
        guard [nil, .typeRegular, .typeSymbolicLink].contains(FileReplacement.type(path)) else {
            throw FileWritingError(path: path)
        }
    }

    // MARK: - The exchange

    private static let switchName = "\(WorkDirectory.prefix)switch"

    /// - Returns: false if a link could not be made.
    private func exchange(_ work: WorkDirectory) -> Bool {
        let old = "\(work.path)/old"
        guard mkdir(old, 0o700) == 0 else { return false }
        for name in names where FileReplacement.type("\(directory)/\(name)") != nil {
            guard
                linkat(AT_FDCWD, "\(directory)/\(name)", AT_FDCWD, "\(old)/\(name)", AT_SYMLINK_FOLLOW) == 0
                    || access("\(directory)/\(name)", F_OK) != 0
            else { return false }
        }
        func link(_ name: String, to target: String) -> Bool {
            // Made under another name, so that it replaces the existing entry in one step.
            let made = "\(work.path)/link"
            return symlink(target, made) == 0 && rename(made, "\(directory)/\(name)") == 0
        }
        return link(Self.switchName, to: "\(work.name)/old")
            && names.allSatisfy { link($0, to: "\(Self.switchName)/\($0)") }
            && link(Self.switchName, to: "\(work.name)/new")
    }

    /// Turns the links of an exchange into files: those of the set that the switch leads to.
    static func settle(_ directory: String) {
        let manager = FileManager.default
        let switched = "\(directory)/\(switchName)"
        guard let set = try? manager.destinationOfSymbolicLink(atPath: switched) else { return }
        for name in (try? manager.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            guard (try? manager.destinationOfSymbolicLink(atPath: path)) == "\(switchName)/\(name)" else { continue }
            if rename("\(directory)/\(set)/\(name)", path) != 0, errno == ENOENT { unlink(path) }
        }
        unlink(switched)
    }

    private func nameOneByOne(_ new: String) throws(FileWritingError) {
        for name in names { unlink("\(directory)/\(name)") }
        for name in names where FileReplacement.type("\(new)/\(name)") != nil {
            guard rename("\(new)/\(name)", "\(directory)/\(name)") == 0 else {
                throw FileWritingError(path: "\(directory)/\(name)")
            }
        }
    }
}
