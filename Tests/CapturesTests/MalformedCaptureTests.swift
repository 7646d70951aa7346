import CHDF5
import Tensors
import TestSupport
import Testing

@testable import Captures

@Suite struct MalformedCaptureTests {
    /// The error of reading a sound capture of one case after a change with the HDF5 library; nil if it is read.
    private func errorOfReading(after change: (hid_t) -> Void) throws -> String? {
        try withTemporaryDirectory { directory in
            let path = directory + "/c.h5"
            let header = CaptureHeader(
                engine: "test", engineVersion: "1", arithmetic: "fp32", modelName: "net", modelSHA256: "00",
                adapter: "tests")
            let values = AnyTensor.float32(Tensor([2], [1, 2]))
            let writer = try CaptureWriter(header, to: path)
            try writer.append(
                CaptureCase(
                    name: "case", source: "by hand", inputs: [.init(name: "x", values: values)],
                    tensors: [.init(name: "y", node: "n", operator: "Relu", isGraphOutput: true, values: values)]))
            try writer.finish()
            withHDF5 {
                let file = H5Fopen(path, 1, 0)  // 1: reading and writing
                change(file)
                H5Fclose(file)
            }
            do {
                _ = try CaptureFile(contentsOf: path).readCase("case")
                return nil
            } catch let error as CaptureError {
                return error.description
            }
        }
    }

    @Test("A capture that nobody changed is read")
    func unchanged() throws {
        #expect(try errorOfReading { _ in } == nil)
    }

    @Test(
        "An attribute that is missing is named with its place",
        arguments: [
            (".", ["schema", "engine", "engine_version", "arithmetic", "model_name", "model_sha256", "adapter"]),
            ("cases/case", ["source"]), ("cases/case/inputs/0000", ["name", "sha256"]),
            ("cases/case/tensors/0000", ["name", "operator", "node", "graph_output"]),
        ])
    func missingAttributes(place: String, names: [String]) throws {
        for name in names {
            let error = try errorOfReading { H5Adelete_by_name($0, place, name, 0) }
            #expect(error?.contains("attribute \(name) is missing") == true, "\(error ?? "no error")")
        }
    }

    @Test(
        "A group that is missing or empty is named",
        arguments: [
            ("cases", "cases: the group is missing"), ("cases/case", "cases: the group is empty"),
            ("cases/case/inputs", "group inputs is missing"), ("cases/case/inputs/0000", "group inputs is empty"),
            ("cases/case/tensors", "group tensors is missing"), ("cases/case/tensors/0000", "group tensors is empty"),
        ])
    func missingMembers(path: String, reason: String) throws {
        let error = try errorOfReading { H5Ldelete($0, path, 0) }
        #expect(error?.contains(reason) == true, "\(error ?? "no error")")
    }

    @Test("What the HDF5 library says of a failure is kept in the error")
    func libraryMessage() throws {
        let error = try errorOfReading { H5Ldelete($0, "cases/case/inputs", 0) }
        #expect(error?.contains("(HDF5: object 'inputs' doesn't exist)") == true, "\(error ?? "no error")")
    }

    @Test("Inputs that are not those whose hash was recorded are refused")
    func staleInput() throws {
        let error = try errorOfReading { file in
            let dataset = H5Dopen2(file, "cases/case/inputs/0000", 0)
            H5Dwrite(dataset, hdf5_float32(), hdf5_whole_space(), hdf5_whole_space(), 0, [Float(1), 3])
            H5Dclose(dataset)
        }
        #expect(error?.contains("do not have the sha256 recorded with them") == true, "\(error ?? "no error")")
    }

    @Test("Two tensors of one name are refused")
    func duplicateName() throws {
        let error = try errorOfReading {
            H5Ocopy($0, "cases/case/tensors/0000", $0, "cases/case/tensors/0001", 0, 0)
        }
        #expect(error?.contains("two tensors have one name") == true, "\(error ?? "no error")")
    }

    @Test(
        "Extents without the elements to fill them are refused before anything is allocated",
        arguments: [([1 << 31], "needs 8589934592 bytes"), ([1 << 40], "more than"), ([1 << 60], "more than")]
            as [([hsize_t], String)])
    func absurdExtents(extents: [hsize_t], reason: String) throws {
        let error = try errorOfReading { file in
            H5Ldelete(file, "cases/case/tensors/0000", 0)
            let space = H5Screate_simple(Int32(extents.count), extents, nil)
            let properties = H5Pcreate(hdf5_dataset_creation())
            H5Pset_chunk(properties, 1, [1024])
            let dataset = H5Dcreate2(file, "cases/case/tensors/0000", hdf5_float32(), space, 0, properties, 0)
            for name in ["name", "operator", "node"] {
                try? writeString("y", as: name, of: dataset, place: "")
            }
            try? writeInteger(1, as: "graph_output", of: dataset, place: "")
            H5Dclose(dataset)
            H5Pclose(properties)
            H5Sclose(space)
        }
        #expect(error?.contains(reason) == true, "\(error ?? "no error")")
    }

    /// Types that no tensor has, by what they are called.
    private enum ForeignType: String, CaseIterable {
        case strings
        case shortIntegers = "integers of 12 bits in 16"
        case oddIntegers = "integers of 24 bits in 24"
        case bfloat16 = "floating-point numbers of 16 bits in another format than IEEE 754's"
        case enumeration = "an enumeration that is not of FALSE and TRUE"

        func make() -> hid_t {
            switch self {
            case .strings: return H5Tcopy(hdf5_c_string())
            case .shortIntegers:
                let type = H5Tcopy(hdf5_int16())
                H5Tset_precision(type, 12)
                return type
            case .oddIntegers:
                let type = H5Tcopy(hdf5_int32())
                H5Tset_size(type, 3)
                return type
            case .bfloat16:
                let type = H5Tcopy(hdf5_float32())
                H5Tset_fields(type, 15, 7, 8, 0, 7)
                H5Tset_size(type, 2)
                H5Tset_ebias(type, 127)
                return type
            case .enumeration:
                let type = H5Tenum_create(hdf5_int8())
                for (name, value) in [("FALSE", Int8(0)), ("MAYBE", 1)] {
                    _ = withUnsafePointer(to: value) { H5Tenum_insert(type, name, $0) }
                }
                return type
            }
        }
    }

    @Test("Elements of a type that is not supported are refused by its name", arguments: ForeignType.allCases)
    private func elementTypes(foreign: ForeignType) throws {
        let error = try errorOfReading { file in
            H5Ldelete(file, "cases/case/tensors/0000", 0)
            let (space, type) = (H5Screate(H5S_SCALAR), foreign.make())
            let dataset = H5Dcreate2(file, "cases/case/tensors/0000", type, space, 0, 0, 0)
            for name in ["name", "operator", "node"] { try? writeString("y", as: name, of: dataset, place: "") }
            try? writeInteger(1, as: "graph_output", of: dataset, place: "")
            H5Dclose(dataset)
            H5Tclose(type)
            H5Sclose(space)
        }
        #expect(error?.contains("has \(foreign.rawValue)") == true, "\(error ?? "no error")")
    }

    @Test("A capture that Python wrote is read: the input's hash, the outputs' flags")
    func fromPython() throws {
        let file = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/nchw/pnet.h5").path)
        #expect(file.header.engine == "onnxruntime")
        #expect(file.header.modelName == "pnet")
        let recorded = try file.readCase(file.caseNames[0])
        #expect(recorded.inputs.map(\.name) == ["input"])
        #expect(recorded.tensors.filter(\.isGraphOutput).map(\.name) == ["output"])
    }

    @Test("Strings of variable length, as older captures have them, are read")
    func olderCaptures() throws {
        let error = try errorOfReading { file in
            rename(file, to: "y")
        }
        #expect(error == nil)
    }

    @Test("A link that is not hard is refused wherever it stands, and not followed")
    func links() throws {
        for place in ["cases", "cases/case", "cases/case/inputs", "cases/case/tensors", "cases/case/tensors/0000"] {
            for isExternal in [true, false] {
                let error = try errorOfReading { file in
                    H5Lmove(file, place, file, "moved", 0, 0)
                    if isExternal {
                        H5Lcreate_external("c.h5", "/moved", file, place, 0, 0)
                    } else {
                        H5Lcreate_soft("/moved", file, place, 0, 0)
                    }
                }
                #expect(error?.contains("is a soft or external link") == true, "\(place): \(error ?? "no error")")
            }
        }
    }

    /// Puts another data set in a tensor's place, with its attributes; its elements are not written.
    private func errorOfReading(
        extents: [hsize_t], maximum: [hsize_t]? = nil, write: (hid_t) -> Void = { _ in }, _ change: (hid_t) -> Void
    ) throws -> String? {
        try errorOfReading { file in
            H5Ldelete(file, "cases/case/tensors/0000", 0)
            let space = extents.isEmpty ? H5Screate(H5S_NULL) : H5Screate_simple(Int32(extents.count), extents, maximum)
            let properties = H5Pcreate(hdf5_dataset_creation())
            change(properties)
            let dataset = H5Dcreate2(file, "cases/case/tensors/0000", hdf5_float32(), space, 0, properties, 0)
            for name in ["name", "operator", "node"] { try? writeString("y", as: name, of: dataset, place: "") }
            try? writeInteger(1, as: "graph_output", of: dataset, place: "")
            write(dataset)
            H5Dclose(dataset)
            H5Pclose(properties)
            H5Sclose(space)
        }
    }

    private func writeOnes(_ count: Int) -> (hid_t) -> Void {
        { dataset in
            let ones = [Float](repeating: 1, count: count)
            _ = H5Dwrite(dataset, hdf5_float32(), hdf5_whole_space(), hdf5_whole_space(), 0, ones)
        }
    }

    @Test("What was not recorded is not zero: null dataspaces, and data that were never written, are refused")
    func notRecorded() throws {
        #expect(try errorOfReading(extents: []) { _ in }?.contains("null dataspace") == true)
        #expect(try errorOfReading(extents: [3]) { _ in }?.contains("was never written") == true)
        let chunked = try errorOfReading(extents: [3]) { H5Pset_chunk($0, 1, [3]) }
        #expect(chunked?.contains("was never written") == true)
        let partly = try errorOfReading(
            extents: [6], maximum: [9],
            write: { dataset in
                writeOnes(6)(dataset)
                H5Dset_extent(dataset, [9])
            }
        ) { H5Pset_chunk($0, 1, [3]) }
        #expect(partly?.contains("2 of its 3 chunks were written") == true, "\(partly ?? "no error")")
    }

    @Test("Elements in other files are refused before any is read")
    func otherFiles() throws {
        let external = try errorOfReading(extents: [3]) { H5Pset_external($0, "/dev/zero", 0, 12) }
        #expect(external?.contains("keeps its elements in another file") == true, "\(external ?? "no error")")
        let virtual = try errorOfReading(extents: [3]) { properties in
            let space = H5Screate_simple(1, [3], nil)
            H5Pset_virtual(properties, space, "other.h5", "x", space)
            H5Sclose(space)
        }
        #expect(virtual?.contains("is a virtual data set") == true, "\(virtual ?? "no error")")
    }

    @Test("Filters other than deflate, shuffle and Fletcher's checksum are refused by number; those are read")
    func filters() throws {
        let error = try errorOfReading(extents: [3], write: writeOnes(3)) {
            H5Pset_chunk($0, 1, [3])
            H5Pset_scaleoffset($0, H5Z_SO_FLOAT_DSCALE, 2)
        }
        #expect(
            error?.contains("is stored with filter 6; deflate, shuffle and fletcher32 are read") == true,
            "\(error ?? "no error")")
        let read = try errorOfReading(extents: [3], write: writeOnes(3)) {
            H5Pset_chunk($0, 1, [3])
            H5Pset_shuffle($0)
            H5Pset_deflate($0, 1)
            H5Pset_fletcher32($0)
        }
        #expect(read == nil)
    }

    @Test("Chunks that contradict the extent are refused: larger ones, and ones that hold more than they may")
    func chunks() throws {
        let large = try errorOfReading(extents: [3], maximum: [1 << 40], write: writeOnes(3)) {
            H5Pset_chunk($0, 1, [1 << 29])
            H5Pset_deflate($0, 1)
        }
        #expect(large?.contains("chunks of 2147483648 bytes, which contradicts its extent of 12 bytes") == true)
        let full = try errorOfReading(
            extents: [3],
            write: { H5Dwrite_chunk($0, 0, 0, [0], 9000, [UInt8](repeating: 0, count: 9000)) }
        ) {
            H5Pset_chunk($0, 1, [3])
            H5Pset_deflate($0, 1)
        }
        #expect(full?.contains("holds 9000 stored bytes, which contradicts its extent of 12 bytes") == true)
    }

    @Test("Compressed chunks may take a 64th and 1024 bytes more than their elements, and no byte beyond that")
    func spareBytes() throws {
        // 16640 bytes of elements: 260 and 1024 more.
        for (stored, reason) in [(17924, "its data are damaged"), (17925, "holds 17925 stored bytes")] {
            let error = try errorOfReading(
                extents: [4160],
                write: { H5Dwrite_chunk($0, 0, 0, [0], stored, [UInt8](repeating: 0, count: stored)) }
            ) {
                H5Pset_chunk($0, 1, [4160])
                H5Pset_deflate($0, 1)
            }
            #expect(error?.contains(reason) == true, "\(error ?? "no error")")
        }
    }

    /// Gives a tensor's name, of variable length, another value.
    private func rename(_ file: hid_t, to name: String) {
        let type = H5Tcopy(hdf5_c_string())
        H5Tset_size(type, -1)  // H5T_VARIABLE
        let space = H5Screate(H5S_SCALAR)
        let dataset = H5Dopen2(file, "cases/case/tensors/0000", 0)
        H5Adelete(dataset, "name")
        let attribute = H5Acreate2(dataset, "name", type, space, 0, 0)
        name.withCString { text in
            var pointer: UnsafePointer<CChar>? = text
            _ = H5Awrite(attribute, type, &pointer)
        }
        H5Aclose(attribute)
        H5Dclose(dataset)
        H5Sclose(space)
        H5Tclose(type)
    }

    @Test("A string of 1 MiB is read and one byte more is refused, of fixed and of variable length")
    func longestStrings() throws {
        for (length, isRead) in [(1 << 20, true), ((1 << 20) + 1, false)] {
            let text = String(repeating: "y", count: length)
            let variable = try errorOfReading { rename($0, to: text) }
            let fixed = try errorOfReading { file in
                let dataset = H5Dopen2(file, "cases/case/tensors/0000", 0)
                H5Adelete(dataset, "name")
                try? writeString(text, as: "name", of: dataset, place: "")
                H5Dclose(dataset)
            }
            for error in [variable, fixed] {
                #expect((error == nil) == isRead, "\(error ?? "no error")")
                #expect(isRead || error?.contains("attribute name is longer than 1 MiB") == true)
            }
        }
    }

    @Test("A capture in the file format of HDF5 1.8, whose structure has checksums, is read")
    func olderFormat() throws {
        try withTemporaryDirectory { directory in
            let bundled = fixtures.appendingPathComponent("captures/nchw/pnet.h5").path
            let path = directory + "/older.h5"
            withHDF5 {
                let access = H5Pcreate(hdf5_file_access())
                H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110)
                let (source, copy) = (
                    H5Fopen(bundled, hdf5_read_only(), 0), H5Fcreate(path, hdf5_truncate(), 0, access)
                )
                for name in [
                    "schema", "engine", "engine_version", "arithmetic", "model_name", "model_sha256", "adapter",
                    "device", "notes",
                ] {
                    guard let value = try? readString(name, of: source, place: "") else { continue }
                    try? writeString(value, as: name, of: copy, place: "")
                }
                H5Ocopy(source, "cases", copy, "cases", 0, 0)
                var info = H5F_info2_t()
                H5Fget_info2(copy, &info)
                #expect(info.super.version == 2)
                for file in [source, copy] { H5Fclose(file) }
                H5Pclose(access)
            }
            let (one, other) = (try CaptureFile(contentsOf: bundled), try CaptureFile(contentsOf: path))
            #expect(one.header == other.header && one.caseNames == other.caseNames)
            #expect(try one.readCase(one.caseNames[0]) == other.readCase(one.caseNames[0]))
        }
    }
}
