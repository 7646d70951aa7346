import Captures
import Foundation
import Tensors
import TestSupport
import Testing

/// What captures may make the program do, seen from outside.
@Suite struct CaptureLimitTests {
    let sound = fixtures.appendingPathComponent("captures/nchw/pnet.h5").path

    private static func damaged(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("damaged/\(name)").path
    }

    @Test(
        "A capture on which the HDF5 library crashes, hangs or takes 8 GB is bad data, named, and soon",
        arguments: ["crashes.h5", "hangs.h5", "takes_8_gb.h5"])
    func deadly(name: String) throws {
        let file = CaptureLimitTests.damaged(name)
        let outcome = try CommandLineProgram.run("compare", file, file)
        #expect(outcome.exitCode == 65, "\(outcome.errors)")
        #expect(outcome.errors.contains(name), "\(outcome.errors)")
    }

    @Test("A pipe in a capture's place is refused, not waited for; what is not there is no input")
    func pipe() throws {
        try withTemporaryDirectory { directory in
            #expect(mkfifo("\(directory)/pipe.h5", 0o600) == 0)
            let pipe = try CommandLineProgram.run("compare", sound, "\(directory)/pipe.h5")
            #expect(pipe.exitCode == 65 && pipe.errors.contains("pipe.h5: cannot be read as a capture: it is a"))
            #expect(try CommandLineProgram.run("compare", sound, "\(directory)/nothing.h5").exitCode == 66)
        }
    }

    @Test("A case whose tensors take more than --max-memory together is refused before they are read")
    func maxMemory() throws {
        let refused = try CommandLineProgram.run("compare", sound, sound, "--max-memory", "90kB")
        #expect(refused.exitCode == 65 && refused.errors.contains("more than the limit of 90000 bytes"))
        #expect(try CommandLineProgram.run("compare", sound, sound, "--max-memory", "64MiB").exitCode == 0)
    }

    @Test("A case that takes all of --max-memory is read, and one byte less is too little for it")
    func wholeMemory() throws {
        let file = try CaptureFile(contentsOf: sound)
        let sizes = try file.caseNames.map { name in
            let recorded = try file.readCase(name)
            let tensors = recorded.inputs.map(\.values) + recorded.tensors.map(\.values)
            return tensors.reduce(0) { $0 + $1.littleEndianBytes.count }
        }
        let most = try #require(sizes.max())
        #expect(try CommandLineProgram.run("compare", sound, sound, "--max-memory", "\(most)").exitCode == 0)
        let refused = try CommandLineProgram.run("compare", sound, sound, "--max-memory", "\(most - 1)")
        #expect(refused.exitCode == 65 && refused.errors.contains("more than the limit of \(most - 1) bytes"))
    }

    @Test("What a child process reads is what this process reads; what halts it there is an error here")
    func sameInBothProcesses() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/-a=b.h5"
            try FileManager.default.copyItem(atPath: sound, toPath: path)
            let command = [try CommandLineProgram.executable().path, "read-capture"]
            let (ours, theirs) = (
                try CaptureFile(contentsOf: path, reading: .inProcess),
                try CaptureFile(contentsOf: path, reading: .inChild(command: command))
            )
            #expect(ours.header == theirs.header)
            #expect(ours.caseNames == theirs.caseNames)
            for name in ours.caseNames { #expect(try ours.readCase(name) == theirs.readCase(name)) }
            // Threads of tests block most signals, which a child inherits.
            let hangs = CaptureLimitTests.damaged("hangs.h5")
            let reason = "reading it takes more time than its size explains; it is damaged, or made to do that"
            #expect(throws: CaptureError.unreadable(file: hangs, reason: reason)) {
                try CaptureFile(contentsOf: hangs, reading: .inChild(command: command))
            }
            #expect(throws: CaptureError.malformed(file: path, place: "case \"no\"", reason: "there is no such case")) {
                try theirs.readCase("no")
            }
        }
    }
}
