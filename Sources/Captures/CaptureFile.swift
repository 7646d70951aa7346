import CHDF5
import Foundation
import Tensors

/// A recording of what an engine computed, in the layout of `validation/CAPTURE_FORMAT.md`.
///
/// Cases are read one at a time, so that memory does not grow with their number.
public struct CaptureFile: Sendable {
    public let path: String
    public let header: CaptureHeader
    /// Sorted.
    public let caseNames: [String]

    /// - Throws: ``CaptureError`` for a file that is missing, damaged, of another layout, or without cases.
    public init(contentsOf path: String) throws(CaptureError) {
        self.path = path
        (header, caseNames) = try CaptureFile.reading(path) { (file) throws(HDF5Error) in
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
            let cases = try HDF5Handle(H5Gopen2(file, "cases", 0), H5Gclose, or: "cases", "the group is missing")
            let names = try memberNames(of: cases.id, place: "cases")
            guard !names.isEmpty else { throw HDF5Error(place: "cases", reason: "the group is empty") }
            return (header, names)
        }
    }

    /// - Throws: ``CaptureError``: for inputs that no longer have the hash recorded with them, among others.
    public func readCase(_ name: String) throws(CaptureError) -> CaptureCase {
        try CaptureFile.reading(path) { (file) throws(HDF5Error) in
            let place = "case \"\(name)\""
            let group = try HDF5Handle(H5Gopen2(file, "cases/\(name)", 0), H5Gclose, or: place, "there is no such case")
            let inputs = try CaptureFile.members("inputs", of: group.id, in: place) {
                (dataset, place, attribute) throws(HDF5Error) in
                let values = try readTensor(dataset, place: place)
                guard try attribute("sha256") == sha256Hex(values.littleEndianBytes) else {
                    throw HDF5Error(place: place, reason: "its elements do not have the sha256 recorded with them")
                }
                return CaptureCase.Input(name: try attribute("name"), values: values)
            }
            let tensors = try CaptureFile.members("tensors", of: group.id, in: place) {
                (dataset, place, attribute) throws(HDF5Error) in
                CaptureCase.Output(
                    name: try attribute("name"), node: try attribute("node"), operator: try attribute("operator"),
                    isGraphOutput: try requiredInteger("graph_output", of: dataset, place: place) == 1,
                    values: try readTensor(dataset, place: place))
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
        _ name: String, of parent: hid_t, in place: String,
        _ read: (hid_t, _ place: String, _ attribute: (String) throws(HDF5Error) -> String) throws(HDF5Error) -> Member
    ) throws(HDF5Error) -> [Member] {
        let group = try HDF5Handle(H5Gopen2(parent, name, 0), H5Gclose, or: place, "group \(name) is missing")
        var members = [Member]()
        for member in try memberNames(of: group.id, place: place) {
            let place = "\(place), \(name)/\(member)"
            let dataset = try HDF5Handle(H5Dopen2(group.id, member, 0), H5Dclose, or: place, "is no data set")
            let id = dataset.id
            members.append(
                try read(id, place) { (attribute) throws(HDF5Error) in
                    try requiredString(attribute, of: id, place: place)
                })
        }
        guard !members.isEmpty else { throw HDF5Error(place: place, reason: "group \(name) is empty") }
        return members
    }

    private static func reading<Result>(
        _ path: String, _ body: (hid_t) throws(HDF5Error) -> Result
    ) throws(CaptureError) -> Result {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw .missing(file: path)
        }
        do throws(HDF5Error) {
            return try withHDF5 { () throws(HDF5Error) in
                let file = try HDF5Handle(
                    H5Fopen(path, hdf5_read_only(), 0), H5Fclose, or: "", "it is no HDF5 file, or a part of one")
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
