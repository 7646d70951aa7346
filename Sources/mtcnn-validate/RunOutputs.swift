import Files
import JSONTree
import Reporting
import Synchronization

/// What this run is to write and has not written yet. A run that ends without it, in an error or because it is
/// interrupted, takes away what stands there: nobody takes an older verdict for its own.
enum RunOutputs {
    private static let unwritten = Mutex<Set<FileSet>>([])

    /// Says before anything is computed that a file is to be written.
    ///
    /// - Parameter path: nil if nothing is written; a device or a pipe is left alone.
    /// - Throws: ``Files/FileWritingError`` where it cannot be written.
    static func expect(file path: String?) throws(FileWritingError) {
        guard let path, !isStream(path) else { return }
        do {
            try expect(FileSet(file: path))
        } catch {
            throw FileWritingError(path: path)
        }
    }

    /// Files of one directory that are written one by one.
    ///
    /// - Throws: ``Files/FileWritingError`` where one of them cannot be written.
    static func expect(files names: [String], in directory: String) throws(FileWritingError) {
        try FileSet(names, in: directory).prepare()
        let files = names.map { FileSet(file: "\(directory)/\($0)") }
        unwritten.withLock { $0.formUnion(files) }
    }

    /// - Throws: ``Files/FileWritingError`` where one of the files cannot be written.
    static func expect(_ set: FileSet) throws(FileWritingError) {
        try set.prepare()
        unwritten.withLock { _ = $0.insert(set) }
    }

    /// Writes a document that was expected.
    ///
    /// - Throws: ``Files/FileWritingError``, and what the value's own encoding throws.
    static func write(_ document: some Encodable, to path: String) throws {
        try writeAtomically(encoding: document, to: path)
        written(path)
    }

    /// Writes a page that was expected.
    ///
    /// - Throws: ``Files/FileWritingError``.
    static func write(_ page: Page, to path: String) throws {
        try writeAtomically(page.text.utf8, to: path)
        written(path)
    }

    /// Writes a set of files that was expected.
    static func write(_ set: FileSet, by write: (_ directory: String) throws -> Void) throws {
        try set.replace(writing: write)
        written(set)
    }

    static func written(_ path: String) { written(FileSet(file: path)) }

    private static func written(_ set: FileSet) { unwritten.withLock { _ = $0.remove(set) } }

    /// Removes old files at output paths that were not written, and partial files.
    static func end() {
        for set in unwritten.withLock({ $0 }) { set.remove() }
        FileReplacement.discardAll()
    }
}
