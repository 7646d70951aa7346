import Detection
import Foundation
import TestSupport
import Testing

/// The program as `make install` lays it out, far from any checkout.
@Suite struct InstalledProgramTests {
    @Test("An installed program finds its data in share beside its bin, and says so where they are missing")
    func data() throws {
        try withTemporaryDirectory { prefix in
            let manager = FileManager.default
            let share = "\(prefix)/share/mtcnn-validate"
            for folder in ["\(prefix)/bin", "\(share)/Fixtures"] {
                try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try manager.copyItem(
                atPath: CommandLineProgram.executable().path, toPath: "\(prefix)/bin/mtcnn-validate")
            let image = DecodedImage(width: 60, height: 60, pixels: [UInt8](repeating: 90, count: 60 * 60 * 3))
            try Data(image.encoded(as: .png, file: "x.png")).write(to: URL(fileURLWithPath: "\(prefix)/x.png"))
            func detect() throws -> CommandLineProgram.Outcome {
                try CommandLineProgram.run(
                    ["-c", "cd \"$0\" && exec bin/mtcnn-validate detect x.png", prefix],
                    program: URL(fileURLWithPath: "/bin/sh"))
            }
            let without = try detect()
            #expect(without.exitCode == 66 && without.errors.contains("share/mtcnn-validate"), "\(without.errors)")
            for name in ["manifest.json", "models"] {
                try manager.copyItem(
                    at: fixtures.appendingPathComponent(name), to: URL(fileURLWithPath: "\(share)/Fixtures/\(name)"))
            }
            let found = try detect()
            #expect(found.exitCode == 0 && found.output.contains("x.png: 0 faces"), "\(found.errors)")
        }
    }

    @Test("--version gives a version that the change log describes, first of all")
    func version() throws {
        let version = try CommandLineProgram.run("--version")
        #expect(version.exitCode == 0)
        let log = fixtures.deletingLastPathComponent().appendingPathComponent("CHANGELOG.md")
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.first { $0.hasPrefix("## ") }?.dropFirst(3).hasPrefix(version.output.dropLast()) == true)
    }
}
