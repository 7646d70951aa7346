import Captures
import Foundation
import JSONTree
import Reporting
import Tensors
import TestSupport
import Testing

/// Ends with 0 that rest on nothing: none is a success. `validation/success_paths.md` lists them all.
@Suite struct SuccessPathTests {
    /// The smallest network, so that many runs take little time.
    private let model = fixtures.appendingPathComponent("models/pnet.onnx").path
    private let rnet = fixtures.appendingPathComponent("models/rnet.onnx").path

    /// One bundled case of a network, its tensors changed.
    private func capture(
        of network: String = "pnet", in directory: String,
        _ change: (CaptureCase.Output) -> AnyTensor = { $0.values }
    ) throws -> String {
        let original = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/\(network).h5").path)
        let path = "\(directory)/\(network).h5"
        let writer = try CaptureWriter(original.header, compression: .none, to: path)
        let read = try original.readCase(original.caseNames[0])
        let tensors = read.tensors.map { tensor in
            CaptureCase.Output(
                name: tensor.name, node: tensor.node, operator: tensor.operator, isGraphOutput: tensor.isGraphOutput,
                values: change(tensor))
        }
        try writer.append(CaptureCase(name: read.name, source: read.source, inputs: read.inputs, tensors: tensors))
        try writer.finish()
        return path
    }

    @Test("A program that measures answers counts if it prints one line of numbers, and ends well")
    func programs() throws {
        try withTemporaryDirectory { directory in
            let recorded = try capture(in: directory)
            func status(_ script: String, _ limit: String = ">=0.5") throws -> (status: Int32, errors: String) {
                let program = "\(directory)/score.sh"
                try Data("\(script)\n".utf8).write(to: URL(fileURLWithPath: program))
                let outcome = try CommandLineProgram.run(
                    "compare", model, recorded, "--no-diagnosis", "--require", "command:sh \(program)#a\(limit)")
                return (outcome.exitCode, outcome.errors)
            }
            let good = try status("echo '{\"a\": 1}'; cat; sleep 0.1")
            #expect(good.status == 0, "\(good.errors)")
            for (script, words) in [
                ("true", "it ended before it had printed a line"), ("exit 1", "it ended before"),
                ("echo", "an object of numbers"), ("echo '[1]'", "an object of numbers"), ("echo 1", "an object"),
                ("echo '{\"a\": NaN}'", "an object of numbers"), ("echo '{\"a\": Infinity}'", "an object of numbers"),
                ("echo '{\"a\": 1e999}'", "an object of numbers"), ("echo '{\"a\": \"1\"}'", "a is not a number"),
                ("echo '{\"a\": null}'", "a is not a number"), ("echo '{\"a\": true}'", "a is not a number"),
                ("echo '{\"a\": 0.1, \"a\": 1}'", "an object of numbers"),
                // It has found out that something is wrong, or was killed.
                ("echo '{\"a\": 1}'; echo no such file >&2; exit 1", "with exit code 1: no such file"),
                ("echo '{\"a\": 1}'; kill -9 $$", "signal 9"),
                // A number for each case, of which the first is good.
                ("echo '{\"a\": 1}'; echo '{\"a\": 0}'", "more than one line"),
                ("echo '{\"a\": 1}'; sleep 0.2; echo '{\"a\": 0}'", "more than one line"),
            ] {
                let bad = try status(script)
                #expect(bad.status == 70 && bad.errors.contains(words), "\(script): \(bad.status) \(bad.errors)")
            }
            // Other names, or none.
            for script in ["echo '{\"b\": 1}'", "echo '{}'", "echo '{\"A\": 1, \"a \": 1}'"] {
                #expect(try status(script).status == 2, "\(script)")
            }
            for limit in [">=nan", ">=inf", ">=-inf", "<=inf", "=", ">="] {
                #expect(try status("echo '{\"a\": 1}'", limit).status == 64, "\(limit)")
            }
        }
    }

    @Test("A limit that is no number is wrong usage")
    func limits() throws {
        let capture = fixtures.appendingPathComponent("captures/pnet.h5").path
        for limit in [
            ["--require", "top1@softmax=nan"], ["--require", "landmarks=1@conv2d_4=inf"],
            ["--require", "cosine=-inf"],
            ["--snr", "inf"], ["--snr", "nan"], ["--cosine", "nan"], ["--ulp", "inf"], ["--relative", "nan"],
            ["--mean-abs-diff", "inf"], ["--limits-on", "outputs"],
        ] {
            let outcome = try CommandLineProgram.run(["compare", model, capture] + limit)
            #expect(outcome.exitCode == 64, "\(limit): \(outcome.output)")
        }
        for limits in [["max_abs_diff=inf"], ["max_abs_diff=inf", "max_abs_diff=1"]] {
            let plan = try CommandLineProgram.run(["plan"] + limits.flatMap { ["--require", $0] })
            #expect(plan.exitCode == 64, "\(limits)")
        }
    }

    @Test("A stored report whose verdicts do not follow from its figures, or a part of one, is no report")
    func editedReport() throws {
        try withTemporaryDirectory { directory in
            // The inner tensors are wrong, the outputs right.
            let recorded = try capture(in: directory) { tensor in
                guard case .float32(let values) = tensor.values, !tensor.isGraphOutput else { return tensor.values }
                return .float32(Tensor(values.shape, values.elements.map { $0 * 1.25 }))
            }
            let path = "\(directory)/report.json"
            let compared = try CommandLineProgram.run("compare", model, recorded, "--no-diagnosis", "--json", path)
            #expect(compared.exitCode == 1, "\(compared.errors)")
            let report = try Data(contentsOf: URL(fileURLWithPath: path))
            func check(_ edited: Data) throws -> CommandLineProgram.Outcome {
                try edited.write(to: URL(fileURLWithPath: path))
                return try CommandLineProgram.run("check", path)
            }
            #expect(try check(report).exitCode == 1)
            let text = String(decoding: report, as: UTF8.self)
            let praise = text.replacingOccurrences(of: "\"does_not_conform\"", with: "\"conforms\"")
            let praised = try check(Data(praise.utf8))
            #expect(praised.exitCode == 65 && praised.errors.contains("do not follow from its figures"))
            // The measurements that fail are gone.
            var json = try #require(try JSONSerialization.jsonObject(with: report) as? [String: Any])
            var networks = try #require(json["networks"] as? [[String: Any]])
            var cases = try #require(networks[0]["cases"] as? [[String: Any]])
            let layers = try #require(cases[0]["layers"] as? [[String: Any]])
            cases[0]["layers"] = layers.filter { $0["is_output"] as? Bool == true }
            networks[0]["cases"] = cases
            json["networks"] = networks
            let cut = try check(JSONSerialization.data(withJSONObject: json))
            #expect(cut.exitCode == 65 && cut.errors.contains("do not follow from its figures"), "\(cut.output)")
            for length in [0, 1, report.count / 2, report.count - 3] {
                #expect(try check(report.prefix(length)).exitCode == 65, "\(length)")
            }
        }
        for name in ["fp32_vs_onnx", "cpp_vs_reference"] {
            let kept = fixtures.deletingLastPathComponent().appendingPathComponent("Reports/\(name).json").path
            #expect(try CommandLineProgram.run("check", kept).exitCode == 0)
        }
    }

    @Test("A known deviation is up to a bound, which is a number", arguments: ["\"inf\"", "\"nan\"", "\"-inf\""])
    func unbounded(bound: String) throws {
        let entry = #"{"check": "net/y/cumulative/max_abs_diff", "bound": \#(bound), "reason": "why"}"#
        let list = #"{"fp32_vs_onnx": [\#(entry)]}"#
        let json = try JSON(parsing: Array(list.utf8), file: "list.json")
        #expect(throws: JSONError.self) { try KnownDeviations(json, file: "list.json") }
    }

    @Test("Nothing is explained by success where what is at hand could not be judged; equal sides differ nowhere")
    func explained() throws {
        try withTemporaryDirectory { directory in
            let same = try CommandLineProgram.run("explain", rnet, rnet)
            #expect(same.exitCode == 0 && same.output.contains("nothing was found"), "\(same.errors)")
            // The outputs have other names and other numbers of elements, and match nothing.
            let openFace = "\(directory)/theirs.dat"
            #expect(try CommandLineProgram.run("convert", rnet, openFace).exitCode == 0)
            let unmatched = try CommandLineProgram.run("explain", rnet, openFace)
            #expect(
                unmatched.exitCode == 2 && unmatched.errors.contains("not compared"),
                "\(unmatched.output)\(unmatched.errors)")
            // Only what comes before the outputs is recorded.
            let original = try CaptureFile(contentsOf: capture(of: "rnet", in: directory))
            let read = try original.readCase(original.caseNames[0])
            let part = "\(directory)/part.h5"
            let writer = try CaptureWriter(original.header, to: part)
            try writer.append(
                CaptureCase(
                    name: read.name, source: read.source, inputs: read.inputs,
                    tensors: read.tensors.filter { !$0.isGraphOutput }))
            try writer.finish()
            for sides in [[rnet, part], [part, rnet]] {
                let outcome = try CommandLineProgram.run(["explain"] + sides)
                #expect(outcome.exitCode == 2, "\(outcome.output)\(outcome.errors)")
            }
        }
    }

    /// An ONNX file of a network that gives its input, or what operators make of it one after the other.
    private func chain(of operators: [String] = [], at path: String) throws {
        func part(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        func word(_ number: UInt8, _ text: String) -> [UInt8] { part(number, Array(text.utf8)) }
        func tensor(_ index: Int) -> [UInt8] {
            word(1, "x\(index)") + part(2, part(1, [1 << 3, 1] + part(2, part(1, [1 << 3, 2]))))
        }
        let nodes = operators.enumerated().flatMap { index, name in
            part(1, word(1, "x\(index)") + word(2, "x\(index + 1)") + word(3, "n\(index)") + word(4, name))
        }
        let graph = nodes + word(2, "g") + part(11, tensor(0)) + part(12, tensor(operators.count))
        let file: [UInt8] = [1 << 3, 8] + part(7, graph) + part(8, [2 << 3, 13])
        try Data(file).write(to: URL(fileURLWithPath: path))
    }

    @Test("A network without nodes computes nothing, and so conforms to nothing")
    func noNodes() throws {
        try withTemporaryDirectory { directory in
            let (path, package) = ("\(directory)/identity.onnx", "\(directory)/identity.mlpackage")
            try chain(at: path)
            let compared = try CommandLineProgram.run("compare", path, path)
            #expect(![0, 1].contains(compared.exitCode), "\(compared.output)\(compared.errors)")
            let explained = try CommandLineProgram.run("explain", path, path)
            #expect(![0, 1].contains(explained.exitCode), "\(explained.output)\(explained.errors)")
            let converted = try CommandLineProgram.run("convert", path, package)
            #expect(converted.exitCode == 65, "\(converted.output)\(converted.errors)")
            #expect(!FileManager.default.fileExists(atPath: package))
        }
    }

    @Test("A package and its source that give no number agree in nothing, and it is said")
    func noNumbers() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/log.onnx"
            try chain(of: ["Exp", "Neg", "Log"], at: path)
            let converted = try CommandLineProgram.run("convert", path, "\(directory)/log.mlpackage")
            #expect(converted.output.contains("no number on the inputs drawn: nothing was compared"))
            #expect(try CommandLineProgram.run("compare", path, path).exitCode == 1)
            #expect(try CommandLineProgram.run("explain", path, path).exitCode == 1)
        }
    }

    @Test("On inputs of one number networks that do another thing agree, and so nothing is judged")
    func constantInputs() throws {
        try withTemporaryDirectory { directory in
            let theirs = try TransposedKernels.write(in: directory)
            for value in [0, 0.5] as [Float] {
                let inputs = "\(directory)/\(value)"
                try FileManager.default.createDirectory(atPath: inputs, withIntermediateDirectories: true)
                try Data(AnyTensor.float32(Tensor([1, 24, 24, 3], repeating: value)).npy)
                    .write(to: URL(fileURLWithPath: "\(inputs)/a.npy"))
                let compared = try CommandLineProgram.run("compare", rnet, theirs, "--inputs", inputs)
                #expect(compared.exitCode == 2 && compared.output.contains("one number throughout"))
                let explained = try CommandLineProgram.run("explain", rnet, theirs, "--inputs", inputs)
                #expect(explained.exitCode == 2 && explained.errors.contains("one number throughout"))
                let limited = try CommandLineProgram.run(
                    "compare", rnet, theirs, "--inputs", inputs, "--require", "top1@softmax_1=1")
                #expect(limited.exitCode == 2, "\(limited.output)")

                let (models, captures) = ("\(inputs)/models", "\(inputs)/captures")
                for place in [models, captures] {
                    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                }
                try FileManager.default.copyItem(atPath: rnet, toPath: "\(models)/net.onnx")
                let run = try CommandLineProgram.run(
                    "run", rnet, "--input", "\(inputs)/a.npy", "--output", "\(captures)/net.h5")
                #expect(run.exitCode == 0)
                let given = ["--models", models, "--captures", captures, "--require", "top1@softmax_1=0.5"]
                let validated = try CommandLineProgram.run(
                    ["validate", "--only", "fp16_vs_fp32", "--report", "\(inputs)/out"] + given)
                #expect(validated.exitCode == 2 && validated.output.contains("one number throughout"))
                let planned = try CommandLineProgram.run(["plan"] + given)
                #expect(planned.exitCode == 2 && planned.errors.contains("one number throughout"))
            }
        }
    }

    @Test("What compares nothing says of nothing that it conforms")
    func noVerdict() throws {
        let frame = fixtures.appendingPathComponent("frames/24_tiny_faces.jpg").path
        for command in [["inspect", model], ["detect", frame], ["detect", "--list-rules"]] {
            let outcome = try CommandLineProgram.run(command)
            #expect(outcome.exitCode == 0 && !outcome.output.contains("conform"), "\(command)")
        }
    }

    @Test(
        "Without models, frames or faces there is nothing to judge, and no report says it was",
        arguments: [
            "models", "captures", "frames", "gold",
        ])
    func nothingGiven(_ what: String) throws {
        try withTemporaryDirectory { directory in
            let none = "\(directory)/none"
            try FileManager.default.createDirectory(atPath: none, withIntermediateDirectories: true)
            var arguments = ["validate", "--report", "\(directory)/out"]
            switch what {
            case "gold":
                let list = #"{"source": "a test", "min_face_size": 60, "images": []}"#
                try Data(list.utf8).write(to: URL(fileURLWithPath: "\(directory)/gold.json"))
                let frames = "\(directory)/frames"
                try FileManager.default.createDirectory(atPath: frames, withIntermediateDirectories: true)
                arguments += ["--gold", "\(directory)/gold.json", "--only", "cpp_vs_reference", "--frames", frames]
            case "frames": arguments += ["--frames", none, "--only", "cpp_vs_reference"]
            default: arguments += ["--\(what)", none]
            }
            let outcome = try CommandLineProgram.run(arguments)
            #expect(![0, 1].contains(outcome.exitCode), "\(outcome.output)\(outcome.errors)")
            #expect(!outcome.output.contains("conforms"))
        }
    }
}
