import CHDF5
import Foundation
import Tensors

/// A capture that is read with the HDF5 library in this process.
struct HDF5Capture: CaptureReader {
    let path: String
    let header: CaptureHeader
    let caseNames: [String]
    let tensorCounts: [Int]

    init(_ path: String) throws(CaptureError) {
        self.path = path
        (header, caseNames, tensorCounts) = try HDF5Capture.reading(path) { (file) throws(HDF5Error) in
            func attribute(_ name: String) throws(HDF5Error) -> String {
                try requiredString(name, of: file, place: "the file")
            }
            let schema = try attribute("schema")
            guard schema == CaptureHeader.schema else {
                throw HDF5Error(
                    place: "the file", reason: "is of layout \"\(schema)\", not \"\(CaptureHeader.schema)\"")
            }
            let header = CaptureHeader(
                engine: try attribute("engine"), engineVersion: try attribute("engine_version"),
                arithmetic: try attribute("arithmetic"), modelName: try attribute("model_name"),
                modelSHA256: try attribute("model_sha256"), adapter: try attribute("adapter"),
                device: try readString("device", of: file, place: "the file"),
                notes: try readString("notes", of: file, place: "the file"))
            let cases = try HDF5Links.group("cases", in: file, place: "cases", or: "the group is missing")
            let names = try HDF5Links.names(of: cases.id, place: "cases")
            guard !names.isEmpty else { throw HDF5Error(place: "cases", reason: "the group is empty") }
            var counts = [Int]()
            for name in names { counts.append(HDF5Capture.tensorCount(of: name, in: cases.id)) }
            return (header, names, counts)
        }
    }

    /// Without reading one; 0 where the group is damaged, which reading the case reports.
    private static func tensorCount(of name: String, in cases: hid_t) -> Int {
        do throws(HDF5Error) {
            let group = try HDF5Links.group(name, in: cases, place: name, or: "there is no such case")
            let tensors = try HDF5Links.group("tensors", in: group.id, place: name, or: "it has no tensors")
            var info = H5G_info_t()
            return H5Gget_info(tensors.id, &info) >= 0 ? Int(clamping: info.nlinks) : 0
        } catch {
            return 0
        }
    }

    func readCase(_ name: String, inputsOnly: Bool) throws(CaptureError) -> CaptureCase {
        try readCase(name, inputsOnly: inputsOnly) { _ in }
    }

    /// - Parameters:
    ///   - inputsOnly: whether to leave out the tensors that were computed.
    ///   - willRead: is told, before each tensor, how many bytes the case's tensors take up to and with it.
    func readCase(
        _ name: String, inputsOnly: Bool = false, willRead: (_ byteCount: Int) -> Void
    ) throws(CaptureError) -> CaptureCase {
        try HDF5Capture.reading(path) { (file) throws(HDF5Error) in
            let place = "case \"\(name)\""
            let cases = try HDF5Links.group("cases", in: file, place: "cases", or: "the group is missing")
            let group = try HDF5Links.group(name, in: cases.id, place: place, or: "there is no such case")
            var byteCount = 0
            func tensor(_ dataset: HDF5Member) throws(HDF5Error) -> AnyTensor {
                let (values, bytes) = try readTensor(dataset.id, place: dataset.place) { (count) throws(HDF5Error) in
                    byteCount = [byteCount, count].saturatingSum
                    guard byteCount <= MemoryLimit.bytes else {
                        throw HDF5Error(
                            place: place,
                            reason: "its tensors take more than the limit of \(MemoryLimit.bytes) bytes, which "
                                + "--max-memory sets")
                    }
                    willRead(byteCount)
                }
                // Elements without a hash have the checksum of a filter, or are of an older capture.
                let sha256 = try readString("sha256", of: dataset.id, place: dataset.place)
                guard sha256 == nil || sha256 == sha256Hex(bytes) else {
                    throw HDF5Error(
                        place: dataset.place, reason: "its elements do not have the sha256 recorded with them")
                }
                return values
            }
            let inputs = try HDF5Capture.members("inputs", of: group.id, in: place) { (dataset) throws(HDF5Error) in
                _ = try dataset.attribute("sha256")
                return CaptureCase.Input(name: try dataset.attribute("name"), values: try tensor(dataset))
            }
            let tensors =
                inputsOnly
                ? []
                : try HDF5Capture.members("tensors", of: group.id, in: place) { (dataset) throws(HDF5Error) in
                    CaptureCase.Output(
                        name: try dataset.attribute("name"), node: try dataset.attribute("node"),
                        operator: try dataset.attribute("operator"),
                        isGraphOutput: try requiredInteger("graph_output", of: dataset.id, place: dataset.place) == 1,
                        values: try tensor(dataset))
                }
            for names in [inputs.map(\.name), tensors.map(\.name)] where Set(names).count < names.count {
                throw HDF5Error(place: place, reason: "two tensors have one name")
            }
            return CaptureCase(
                name: name, source: try requiredString("source", of: group.id, place: place), inputs: inputs,
                tensors: tensors)
        }
    }

    /// The data sets of a group, in the order of their names.
    private static func members<Member>(
        _ name: String, of parent: hid_t, in place: String, _ read: (HDF5Member) throws(HDF5Error) -> Member
    ) throws(HDF5Error) -> [Member] {
        let group = try HDF5Links.group(name, in: parent, place: "\(place), \(name)", or: "group \(name) is missing")
        var members = [Member]()
        for member in try HDF5Links.names(of: group.id, place: "\(place), \(name)") {
            let place = "\(place), \(name)/\(member)"
            let dataset = try HDF5Handle(H5Dopen2(group.id, member, 0), H5Dclose, or: place, "is no data set")
            members.append(try read(HDF5Member(id: dataset.id, place: place)))
        }
        guard !members.isEmpty else { throw HDF5Error(place: place, reason: "group \(name) is empty") }
        return members
    }

    private static func reading<Result>(
        _ path: String, _ body: (hid_t) throws(HDF5Error) -> Result
    ) throws(CaptureError) -> Result {
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else { throw .missing(file: path) }
        // The library would wait for ever for the bytes of a pipe.
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: path, reason: "it is a directory, a pipe or a device, not a file")
        }
        do throws(HDF5Error) {
            return try withHDF5 { () throws(HDF5Error) in
                let access = try unlockedAccess()
                let file = try HDF5Handle(
                    H5Fopen(path, hdf5_read_only(), access.id), H5Fclose, or: "", "it is no HDF5 file, or a part of one"
                )
                // Older files carry no checksums of their structure, and a damaged one can crash the library.
                var info = H5F_info2_t()
                guard H5Fget_info2(file.id, &info) >= 0, info.super.version >= 2 else {
                    throw HDF5Error(
                        place: "",
                        reason: "it is in the file format of HDF5 1.6; HDF5 1.10's is needed (h5py: libver=\"v110\")")
                }
                return try body(file.id)
            }
        } catch {
            if error.place.isEmpty { throw .unreadable(file: path, reason: error.reason) }
            throw .malformed(file: path, place: error.place, reason: error.reason)
        }
    }
}

/// A data set of a group, while it is open.
private struct HDF5Member {
    let id: hid_t
    let place: String

    /// A string attribute that must be there.
    func attribute(_ name: String) throws(HDF5Error) -> String {
        try requiredString(name, of: id, place: place)
    }
}
