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
        arguments: [([1 << 31], "takes 8589934592 bytes"), ([1 << 40], "more than"), ([1 << 60], "more than")]
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

    @Test("A capture that Python wrote is read: strings of variable length, the input's hash, the outputs' flags")
    func fromPython() throws {
        let file = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/nchw/pnet.h5").path)
        #expect(file.header.engine == "onnxruntime")
        #expect(file.header.modelName == "pnet")
        let recorded = try file.readCase(file.caseNames[0])
        #expect(recorded.inputs.map(\.name) == ["input"])
        #expect(recorded.tensors.filter(\.isGraphOutput).map(\.name) == ["output"])
    }
}
