import Foundation
import TestSupport
import Testing

/// What the guides for people name is there.
@Suite struct GuideGates {
    private static let root = fixtures.deletingLastPathComponent()

    private static let articles =
        (try? FileManager.default.contentsOfDirectory(
            atPath: root.appendingPathComponent("Sources/mtcnn-validate/Documentation.docc").path)) ?? []

    @Test("The README is no longer than 200 lines")
    func length() throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 201)
    }

    @Test(
        "Every path that a guide names is there",
        arguments: ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"]
            + articles.map { "Sources/mtcnn-validate/Documentation.docc/\($0)" })
    func paths(guide: String) throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent(guide), encoding: .utf8)
        let folders = ["Sources/", "Tests/", "Fixtures/", "Reports/", "validation/", "Benchmarks/", "Fuzz/", ".ci/"]
        let named = text.matches(of: /`([^`\s]+)/).map { String($0.1) }.filter { name in
            folders.contains { name.hasPrefix($0) } && !name.contains { "*<>".contains($0) }
        }
        for name in named {
            let path = Self.root.appendingPathComponent(name).path
            #expect(FileManager.default.fileExists(atPath: path), "\(guide) names \(name)")
        }
    }

    @Test("The table of modules in ARCHITECTURE.md is the package's, in its order")
    func modules() throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
        let table = text.split(separator: "## The modules")[1].split(separator: "Beside them")[0]
        let named = Set(table.matches(of: /\n\| `([^`]+)`/).map { String($0.1) })
        let sources = Self.root.appendingPathComponent("Sources")
        // Those that hold nothing but a system library's headers are left out.
        let modules = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { name in
            !FileManager.default.fileExists(atPath: sources.appendingPathComponent("\(name)/module.modulemap").path)
        }
        #expect(named == Set(modules))
    }
}
