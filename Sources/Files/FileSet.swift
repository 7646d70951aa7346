import Foundation

/// Files of one directory that belong together, such as the reports of a run. Whoever opens them at any moment sees
/// all of the old or all of the new, and so it is after a kill. A name that is looked up in the moment in which the old
/// files go may not be found: whoever opens it again finds the new file.
///
/// For this each name becomes, for the time of the exchange, a symbolic link that leads through one other link, the
/// switch: first to the old file and then, when that one link is renamed over, to the new. After that the names become
/// the new files themselves. A run that is killed on the way leaves links that lead to all of one set, and a directory
/// that holds it; the next run makes files of them: ``settle(_:)``. On a file system without links the old files are
/// taken away first, and the new ones then named one by one.
public struct FileSet: Sendable, Hashable {
    private let directory: String
    /// Every name that a set may have.
    private let names: [String]

    /// - Parameter directory: which is there.
    public init(_ names: [String], in directory: String) {
        self.names = names
        self.directory = directory
    }

    /// The one file at a path; of a symbolic link, what it leads to is meant.
    public init(file path: String) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        self.init([url.lastPathComponent], in: url.deletingLastPathComponent().path)
    }

    /// Clears what killed runs left in the directory, and checks that the files can be written.
    ///
    /// - Throws: ``FileWritingError`` where the directory takes no files, or where one of the names is a directory's or
    ///   a device's.
    public func prepare() throws(FileWritingError) {
        WorkDirectory.clearLeftovers(in: directory)
        _ = try WorkDirectory(in: directory, for: names.count == 1 ? "\(directory)/\(names[0])" : directory)
        for name in names { try check(name) }
    }

    /// Puts other files in place of those of the set.
    ///
    /// - Parameter write: writes the new ones, some or all of the names, to the directory whose path it is given.
    /// - Throws: ``FileWritingError``, and what `write` throws; then the old ones stand as they did.
    public func replace(writing write: (_ directory: String) throws -> Void) throws {
        let work = try WorkDirectory(in: directory, for: directory)
        let new = "\(work.path)/new"
        guard mkdir(new, 0o700) == 0 else { throw FileWritingError(path: directory) }
        try write(new)
        try WorkDirectory.withLock(on: directory) {
            FileSet.settle(directory)
            for name in names { try check(name) }
            guard exchange(work) else {
                // Where that was before the switch, the old stand again.
                FileSet.settle(directory)
                try nameOneByOne(new)
                return
            }
            FileSet.settle(directory)
        }
    }

    /// Takes the files away.
    public func remove() {
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

    /// - Returns: false where a link could not be made.
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
            // Made under another name, so that it takes the place of what is there in one step.
            let made = "\(work.path)/link"
            return symlink(target, made) == 0 && rename(made, "\(directory)/\(name)") == 0
        }
        return link(Self.switchName, to: "\(work.name)/old")
            && names.allSatisfy { link($0, to: "\(Self.switchName)/\($0)") }
            && link(Self.switchName, to: "\(work.name)/new")
    }

    /// Makes files of the names that an exchange made links of: of the set that the switch leads to.
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
