import ChildProcesses
import CHDF5
import Tensors
import TestSupport
import Testing

@testable import Captures

/// What use of the HDF5 library leaves behind in it.
@Suite struct LibraryStateTests {
    @Test("No filter of a file brings code into the process")
    func plugins() {
        var kinds: UInt32 = 1
        withHDF5 { _ = H5PLget_loading_state(&kinds) }
        #expect(kinds == 0)
    }

    @Test("A process that was started while a capture was written keeps nobody from reading it, or writing it anew")
    func inherited() throws {
        let header = CaptureHeader(
            engine: "test", engineVersion: "1", arithmetic: "fp32", modelName: "net", modelSHA256: "00",
            adapter: "tests")
        let one = AnyTensor.float32(Tensor([1], [1]))
        let recorded = CaptureCase(
            name: "case", source: "by hand", inputs: [.init(name: "x", values: one)],
            tensors: [.init(name: "y", node: "y", operator: "Add", isGraphOutput: true, values: one)])
        try withTemporaryDirectory { directory in
            let path = directory + "/c.h5"
            func write() throws -> ChildProcess {
                let writer = try CaptureWriter(header, to: path)
                // It inherits the open file, and with it whatever lock is on that.
                let process = try ChildProcess(["sleep", "60"])
                try writer.append(recorded)
                try writer.finish()
                return process
            }
            let first = try write()
            #expect(try CaptureFile(contentsOf: path).readCase("case") == recorded)
            let second = try write()
            #expect(try CaptureFile(contentsOf: path).readCase("case") == recorded)
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test("A capture that is not finished is closed all the same")
    func unfinished() throws {
        // 0x1F: of whatever file; 1: files.
        func openFiles() -> Int { H5Fget_obj_count(0x1F, 1) }
        let header = CaptureHeader(
            engine: "test", engineVersion: "1", arithmetic: "fp32", modelName: "net", modelSHA256: "00",
            adapter: "tests")
        try withTemporaryDirectory { directory in
            // Under its lock no other test opens or closes a file.
            try withHDF5 { () throws(CaptureError) in
                let before = openFiles()
                func write() throws(CaptureError) {
                    let writer = try CaptureWriter(header, to: directory + "/c.h5")
                    try writer.append(CaptureCase(name: "case", source: "by hand", inputs: [], tensors: []))
                    #expect(openFiles() == before + 1)
                }
                try write()
                #expect(openFiles() == before)
            }
        }
    }
}
