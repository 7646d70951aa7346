import CHDF5
import Files
import Tensors

/// Writes a capture, case by case: under a temporary name until ``finish()`` gives it its own.
public struct CaptureWriter: ~Copyable {
    private let path: String
    private let compression: CaptureCompression
    private let replacement: FileReplacement
    private let file: hid_t
    private let cases: hid_t
    private var isOpen = true

    /// - Throws: ``CaptureError/unwritable(file:reason:)``.
    public init(
        _ header: CaptureHeader, compression: CaptureCompression = .fast, to path: String
    ) throws(CaptureError) {
        let replacement = try CaptureWriter.naming(path) { () throws(FileWritingError) in try FileReplacement(path) }
        let (file, cases) = try CaptureWriter.writing(path) { () throws(HDF5Error) in
            let properties = try HDF5Handle(H5Pcreate(hdf5_file_creation()), H5Pclose, or: "the file", "no properties")
            _ = H5Pset_obj_track_times(properties.id, false)
            let access = try unlockedAccess()
            _ = H5Pset_libver_bounds(access.id, H5F_LIBVER_V110, H5F_LIBVER_V110)
            let file = H5Fcreate(replacement.temporaryPath, hdf5_truncate(), properties.id, access.id)
            guard file >= 0 else {
                throw HDF5Error(place: "the file", reason: "the directory must exist, be writable and have room")
            }
            for (name, value) in header.attributes { try writeString(value, as: name, of: file, place: "the file") }
            _ = try makeGroup("cases", in: file)
            let group = H5Gopen2(file, "cases", 0)
            guard group >= 0 else { throw HDF5Error(place: "cases", reason: "cannot be made") }
            return (file, group)
        }
        self.path = path
        self.compression = compression
        self.replacement = replacement
        self.file = file
        self.cases = cases
    }

    deinit {
        guard isOpen else { return }
        // The file is unfinished and useless.
        _ = CaptureWriter.close(cases, file)
        replacement.discard()
    }

    private static func close(_ cases: hid_t, _ file: hid_t) -> Bool {
        withHDF5 { H5Gclose(cases) >= 0 && H5Fclose(file) >= 0 }
    }

    /// - Throws: ``CaptureError/unwritable(file:reason:)``.
    public func append(_ recorded: CaptureCase) throws(CaptureError) {
        let inputs = recorded.inputs.map {
            (name: $0.name, values: StoredTensor($0.values, compression, identifies: true))
        }
        var open = try begin(
            recorded.name, source: recorded.source, inputs: inputs, tensorCount: recorded.tensors.count)
        for tensor in recorded.tensors {
            try append(tensor.about, StoredTensor(tensor.values, compression), to: &open)
        }
    }

    /// A case of which more tensors follow.
    package struct OpenCase: ~Copyable {
        fileprivate let tensors: hid_t
        fileprivate let place: String
        fileprivate let tensorCount: Int
        fileprivate var written = 0

        deinit { _ = withHDF5 { H5Gclose(tensors) } }
    }

    /// Begins a case.
    ///
    /// - Parameter tensorCount: how many tensors will follow.
    /// - Throws: ``CaptureError/unwritable(file:reason:)``.
    package func begin(
        _ name: String, source: String, inputs: [(name: String, values: StoredTensor)], tensorCount: Int
    ) throws(CaptureError) -> OpenCase {
        try CaptureWriter.writing(path) { () throws(HDF5Error) in
            let place = "case \"\(name)\""
            let group = try makeGroup(name, in: cases)
            try writeString(source, as: "source", of: group.id, place: place)
            let inputGroup = try makeGroup("inputs", in: group.id)
            for (index, input) in inputs.enumerated() {
                let dataset = try makeTensor(
                    input.values, named: number(index, of: inputs.count), in: inputGroup.id, place: place)
                try writeString(input.name, as: "name", of: dataset.id, place: place)
            }
            _ = try makeGroup("tensors", in: group.id)
            let tensors = H5Gopen2(group.id, "tensors", 0)
            guard tensors >= 0 else { throw HDF5Error(place: place, reason: "its tensors cannot be written") }
            return OpenCase(tensors: tensors, place: place, tensorCount: tensorCount)
        }
    }

    /// The next tensor of a case.
    ///
    /// - Throws: ``CaptureError/unwritable(file:reason:)``.
    package func append(
        _ about: CaptureCase.OutputDescription, _ tensor: StoredTensor, to open: inout OpenCase
    ) throws(CaptureError) {
        let index = open.written
        open.written += 1
        try CaptureWriter.writing(path) { () throws(HDF5Error) in
            let dataset = try makeTensor(
                tensor, named: number(index, of: open.tensorCount), in: open.tensors, place: open.place)
            try writeString(about.name, as: "name", of: dataset.id, place: open.place)
            try writeString(about.node, as: "node", of: dataset.id, place: open.place)
            try writeString(about.operator, as: "operator", of: dataset.id, place: open.place)
            try writeInteger(about.isGraphOutput ? 1 : 0, as: "graph_output", of: dataset.id, place: open.place)
        }
    }

    /// Gives the file its name.
    ///
    /// - Throws: ``CaptureError/unwritable(file:reason:)``.
    public consuming func finish() throws(CaptureError) {
        isOpen = false
        guard CaptureWriter.close(cases, file) else {
            replacement.discard()
            throw .unwritable(file: path, reason: "the file cannot be completed")
        }
        try CaptureWriter.naming(path) { () throws(FileWritingError) in try replacement.replaceFile() }
    }

    /// An index with as many digits as the last one has, so that names sort as numbers.
    private func number(_ index: Int, of count: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(4, String(count - 1).count) - digits.count) + digits
    }

    private static func naming<Result>(
        _ path: String, _ body: () throws(FileWritingError) -> Result
    ) throws(CaptureError) -> Result {
        do throws(FileWritingError) {
            return try body()
        } catch {
            throw .unwritable(file: path, reason: error.reason)
        }
    }

    private static func writing<Result: ~Copyable>(
        _ path: String, _ body: () throws(HDF5Error) -> Result
    ) throws(CaptureError) -> Result {
        do throws(HDF5Error) {
            return try withHDF5(body)
        } catch {
            throw .unwritable(file: path, reason: "\(error.place): \(error.reason)")
        }
    }
}

extension CaptureHeader {
    fileprivate var attributes: [(String, String)] {
        let required = [
            ("schema", CaptureHeader.schema), ("engine", engine), ("engine_version", engineVersion),
            ("arithmetic", arithmetic), ("model_name", modelName), ("model_sha256", modelSHA256), ("adapter", adapter),
        ]
        let optional = [("device", device), ("notes", notes)]
        return required + optional.compactMap { name, value in value.map { (name, $0) } }
    }
}
