import JSONTree
import TestSupport
import Testing

@testable import Captures

/// Children that behave as damaged files make them behave: shell scripts in place of the program.
@Suite struct ChildCaptureTests {
    private static let header = describe(
        CaptureMessage.Description(
            header: CaptureHeader(
                engine: "e", engineVersion: "1", arithmetic: "fp32", modelName: "m", modelSHA256: "0", adapter: "a"),
            caseNames: ["c"], tensorCounts: [1]))

    private static func describe(_ description: CaptureMessage.Description) -> String {
        (try? JSON(encoding: description).text()) ?? ""
    }

    /// The error of reading the first case from a child that greets and then does what a script says.
    private func error(after script: String, greeting: String = "mtcnn-validate/read-capture/1") -> CaptureError? {
        let say = "say() { printf '%s\\n%s' \"${#1}\" \"$1\"; }"
        do throws(CaptureError) {
            let file = try CaptureFile(
                contentsOf: "f.h5",
                reading: .inChild(command: ["/bin/sh", "-c", "echo '\(greeting)'; \(say); \(script)", "sh"]))
            _ = try file.readCase("c")
            return nil
        } catch {
            return error
        }
    }

    private func says(_ description: String) -> String { "say '\(description)'" }

    @Test("A child that dies of the file is the file's fault, at the place where it was")
    func death() {
        let reason = "the HDF5 library breaks on it (signal 11); it is damaged, or made to do that"
        #expect(error(after: "kill -SEGV $$") == .unreadable(file: "f.h5", reason: reason))
        #expect(
            error(after: "\(says(Self.header)); read line; kill -SEGV $$")
                == .malformed(file: "f.h5", place: "case \"c\"", reason: reason))
        #expect(
            error(after: "exit 3")
                == .unreadable(
                    file: "f.h5", reason: "the HDF5 library breaks on it; it is damaged, or made to do that"))
    }

    @Test("A child that cannot begin is not the file's fault")
    func noChild() {
        for error in [error(after: "", greeting: "hello"), error(after: "", greeting: "'; exit 1; echo '")] {
            guard case .notRead(file: "f.h5", _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(throws: CaptureError.self) {
            try CaptureFile(contentsOf: "f.h5", reading: .inChild(command: ["/nowhere/program"]))
        }
    }

    @Test(
        "Nonsense from a child is the file's fault",
        arguments: [
            "echo x", "echo 99999999999999999999999", "echo -1", "echo 300000000", "say 'no JSON'", "say '{}'",
            "say '[1]'", "say '{\"fault\": {\"kind\": \"other\"}}'",
        ])
    func nonsense(script: String) {
        guard case .unreadable(file: "f.h5", _) = error(after: script) else {
            Issue.record("\(String(describing: error(after: script)))")
            return
        }
    }

    @Test("Nonsense in place of a tensor, and a tensor beyond the limit, are the file's fault")
    func nonsenseTensors() {
        let recorded = Self.describe(.init(recorded: .init(name: "c", source: "s", inputs: ["x"], tensors: [])))
        for tensor in ["say hello", "echo 99999999999999", "exit"] {
            guard
                case .malformed(file: "f.h5", place: "case \"c\"", _) = error(
                    after: "\(says(Self.header)); read line; \(says(recorded)); \(tensor)")
            else {
                Issue.record("\(tensor)")
                continue
            }
        }
    }

    @Test("An error that the child finds is the error")
    func fault() {
        let fault = Self.describe(.init(fault: .init(kind: .malformed, place: "p", reason: "r")))
        #expect(error(after: says(fault)) == .malformed(file: "f.h5", place: "p", reason: "r"))
        #expect(
            error(after: says(Self.describe(.init(fault: .init(kind: .missing, place: "", reason: "")))))
                == .missing(file: "f.h5"))
    }
}
