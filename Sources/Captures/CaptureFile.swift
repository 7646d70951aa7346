import Synchronization

/// A recording of what an engine computed, in the layout of `validation/CAPTURE_FORMAT.md`.
///
/// Cases are read one at a time, so that memory does not grow with their number.
public struct CaptureFile: Sendable {
    public let path: String
    private let reader: any CaptureReader

    /// - Throws: ``CaptureError`` for a file that is missing, damaged, of another layout, or without cases.
    public init(contentsOf path: String, reading: CaptureReading = .standard) throws(CaptureError) {
        self.path = path
        if case .inChild(let command) = reading, let child = try ChildCapture(path, command: command) {
            reader = child
        } else {
            reader = try HDF5Capture(path)
        }
    }

    /// A recording that was made just now and lies in memory.
    ///
    /// - Parameter path: what errors call it.
    public init(_ header: CaptureHeader, cases: [CaptureCase], path: String) {
        self.path = path
        reader = CaptureInMemory(path: path, header: header, cases: cases)
    }

    public var header: CaptureHeader { reader.header }
    /// Sorted.
    public var caseNames: [String] { reader.caseNames }

    /// - Throws: ``CaptureError``: for elements that no longer have the hash recorded with them, among others.
    public func readCase(_ name: String) throws(CaptureError) -> CaptureCase {
        try reader.readCase(name, inputsOnly: false)
    }

    /// A case without the tensors that were computed, which are not read.
    ///
    /// - Throws: ``CaptureError``.
    package func readInputs(of name: String) throws(CaptureError) -> CaptureCase {
        try reader.readCase(name, inputsOnly: true)
    }

    /// How many computed tensors each case holds, in the order of ``caseNames``, found without reading them.
    package var tensorCounts: [Int] { reader.tensorCounts }
}

/// Where captures are read. The HDF5 library can crash, hang or take all memory on a file that is made to do that, so
/// what comes from others is read in a process that may die.
public enum CaptureReading: Sendable, Equatable {
    case inProcess
    /// In a child process with limits on memory and time. The command, with `--max-memory BYTES -- FILE` behind it,
    /// runs ``serveCapture(_:)``. Where no more processes can be started, captures are read in this one.
    case inChild(command: [String])

    private static let chosen = Mutex(CaptureReading.inProcess)

    /// Where captures are read if nothing else is said. No result depends on it but for damaged files.
    public static var standard: CaptureReading {
        get { chosen.withLock { $0 } }
        set { chosen.withLock { $0 = newValue } }
    }
}

/// What reads one capture.
protocol CaptureReader: Sendable {
    var header: CaptureHeader { get }
    /// Sorted.
    var caseNames: [String] { get }
    /// Of the cases, in their order.
    var tensorCounts: [Int] { get }

    /// - Parameter inputsOnly: whether to leave out the tensors that were computed.
    func readCase(_ name: String, inputsOnly: Bool) throws(CaptureError) -> CaptureCase
}

private struct CaptureInMemory: CaptureReader {
    let path: String
    let header: CaptureHeader
    private let cases: [CaptureCase]

    init(path: String, header: CaptureHeader, cases: [CaptureCase]) {
        self.path = path
        self.header = header
        self.cases = cases.sorted { $0.name < $1.name }
    }

    var caseNames: [String] { cases.map(\.name) }
    var tensorCounts: [Int] { cases.map(\.tensors.count) }

    func readCase(_ name: String, inputsOnly: Bool) throws(CaptureError) -> CaptureCase {
        guard let found = cases.first(where: { $0.name == name }) else {
            throw .malformed(file: path, place: name, reason: "there is no such case")
        }
        return CaptureCase(
            name: found.name, source: found.source, inputs: found.inputs, tensors: inputsOnly ? [] : found.tensors)
    }
}
