import Captures
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct CaptureTests {
    let header = CaptureHeader(
        engine: "test", engineVersion: "1.2", arithmetic: "fp32", modelName: "net", modelSHA256: "00ff",
        adapter: "CaptureTests", notes: "é")

    let recorded = CaptureCase(
        name: "0001-case", source: "by hand",
        inputs: [.init(name: "x", values: .float32(Tensor([2, 2], [1, -0.0, .infinity, 0x1p-140])))],
        tensors: [
            .init(
                name: "half", node: "n0", operator: "Relu", isGraphOutput: false,
                values: .float16(Tensor([3], [1, 65504, 6e-8]))),
            .init(
                name: "double", node: "n1", operator: "Add", isGraphOutput: false,
                values: .float64(Tensor([], [.pi]))),
            .init(
                name: "integers", node: "n2", operator: "Shape", isGraphOutput: false,
                values: .int64(Tensor([2], [.min, .max]))),
            .init(
                name: "flags", node: "n3", operator: "Less", isGraphOutput: true,
                values: .bool(Tensor([1, 2], [true, false]))),
            .init(
                name: "nothing", node: "n4", operator: "Concat", isGraphOutput: true,
                values: .float32(Tensor([0, 3], []))),
        ])

    private func write(to path: String) throws {
        let writer = try CaptureWriter(header, to: path)
        try writer.append(recorded)
        try writer.finish()
    }

    @Test("What is written is read back: every element type, scalars and empty tensors, names and flags")
    func roundTrip() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/c.h5"
            try write(to: path)
            let file = try CaptureFile(contentsOf: path)
            #expect(file.header == header)
            #expect(file.caseNames == ["0001-case"])
            #expect(try file.readCase("0001-case") == recorded)
        }
    }

    @Test("A case's inputs are read without its tensors, which are counted unread", arguments: [true, false])
    func inputsAlone(isInMemory: Bool) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/c.h5"
            let second = CaptureCase(
                name: "0000-earlier", source: "s", inputs: recorded.inputs, tensors: Array(recorded.tensors.prefix(2)))
            let writer = try CaptureWriter(header, to: path)
            for one in [recorded, second] { try writer.append(one) }
            try writer.finish()
            let file =
                try isInMemory
                ? CaptureFile(header, cases: [recorded, second], path: path) : CaptureFile(contentsOf: path)
            #expect(file.caseNames == ["0000-earlier", "0001-case"])
            #expect(file.tensorCounts == [2, recorded.tensors.count])
            let read = try file.readInputs(of: "0001-case")
            #expect(read.inputs == recorded.inputs && read.tensors.isEmpty && read.source == recorded.source)
        }
    }

    @Test("A link stays a link, to what is written; a device stays a device")
    func places() throws {
        try withTemporaryDirectory { directory in
            let (link, target) = ("\(directory)/link.h5", "\(directory)/target.h5")
            try Data("old".utf8).write(to: URL(fileURLWithPath: target))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            try write(to: link)
            #expect(try CaptureFile(contentsOf: target).header == header)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
            #expect(throws: CaptureError.self) { try write(to: "/dev/null") }
            let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
            #expect(type == .typeCharacterSpecial)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 2)
        }
    }

    @Test("The same content gives the same bytes, in whichever second it is written")
    func deterministic() throws {
        try withTemporaryDirectory { directory in
            let paths = [directory + "/a.h5", directory + "/b.h5"]
            try write(to: paths[0])
            Thread.sleep(forTimeInterval: 1.1)  // HDF5's time stamps count seconds.
            try write(to: paths[1])
            #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]))
        }
    }

    @Test("A capture that is not finished leaves no file")
    func unfinished() throws {
        try withTemporaryDirectory { directory in
            do {
                let writer = try CaptureWriter(header, to: directory + "/c.h5")
                try writer.append(recorded)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        }
    }

    @Test("A directory that does not exist is an error that names the file")
    func unwritable() {
        #expect {
            let writer = try CaptureWriter(header, to: "/nonexistent/c.h5")
            try writer.finish()
        } throws: { error in
            "\(error)".contains("/nonexistent/c.h5")
        }
    }

    @Test("A file cut short anywhere is refused or read without a crash, never read as something else")
    func truncated() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/c.h5"
            try write(to: path)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for length in stride(from: 0, to: whole.count - 1, by: 97) {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                #expect(throws: CaptureError.self, "cut to \(length) of \(whole.count) bytes") {
                    _ = try CaptureFile(contentsOf: path).readCase("0001-case")
                }
            }
        }
    }

    @Test("A file with damaged bytes never crashes the reader, and inputs that changed are noticed")
    func damaged() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/c.h5"
            try write(to: path)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for offset in stride(from: 0, to: whole.count, by: 7) {
                var bytes = whole
                bytes[offset] ^= 0xff
                try bytes.write(to: URL(fileURLWithPath: path))
                do throws(CaptureError) {
                    let file = try CaptureFile(contentsOf: path)
                    for name in file.caseNames {
                        let inputs = try file.readCase(name).inputs
                        #expect(inputs.allSatisfy { $0.values == recorded.inputs[0].values }, "byte \(offset)")
                    }
                } catch {
                    #expect("\(error)".contains(path))
                }
            }
        }
    }

    @Test("A file that is not a capture is refused with a message that names it")
    func notACapture() throws {
        try withTemporaryDirectory { directory in
            for (name, content) in [("empty.h5", ""), ("text.h5", "hello")] {
                let path = directory + "/" + name
                try Data(content.utf8).write(to: URL(fileURLWithPath: path))
                #expect {
                    try CaptureFile(contentsOf: path)
                } throws: { error in
                    "\(error)".contains(name)
                }
            }
        }
    }
}
