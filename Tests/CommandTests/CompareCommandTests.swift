import Captures
import Foundation
import Tensors
import TestSupport
import Testing

/// The bundled recordings of a network, written as other programs would, against the model.
@Suite struct CompareCommandTests {
    private let model = fixtures.appendingPathComponent("models/nchw/rnet.onnx").path
    private let recorded = fixtures.appendingPathComponent("captures/nchw/rnet.h5").path

    /// What `compare` says of the model and a recording changed in some way, both ways round.
    private func compare(
        arithmetic: String = "fp32", input: (AnyTensor) -> AnyTensor = { $0 },
        _ change: (CaptureCase.Output) -> CaptureCase.Output?
    ) throws -> [(status: Int32, output: String)] {
        try withTemporaryDirectory { directory in
            let original = try CaptureFile(contentsOf: recorded)
            let path = "\(directory)/theirs.h5"
            let writer = try CaptureWriter(
                CaptureHeader(
                    engine: "theirs", engineVersion: "1", arithmetic: arithmetic, modelName: "converted",
                    modelSHA256: String(repeating: "f", count: 64), adapter: "by hand"), to: path)
            let read = try original.readCase(original.caseNames[0])
            try writer.append(
                CaptureCase(
                    name: read.name, source: read.source,
                    inputs: read.inputs.map { .init(name: $0.name, values: input($0.values)) },
                    tensors: read.tensors.compactMap(change)))
            try writer.finish()
            return try [[model, path], [path, model]].map { sides in
                let result = try CommandLineProgram.run(["compare", "--no-diagnosis"] + sides)
                return (result.exitCode, result.output)
            }
        }
    }

    private func output(
        _ tensor: CaptureCase.Output, name: String? = nil, _ values: AnyTensor? = nil
    ) -> CaptureCase.Output {
        .init(
            name: name ?? tensor.name, node: tensor.node, operator: tensor.operator,
            isGraphOutput: tensor.isGraphOutput, values: values ?? tensor.values)
    }

    private func channelsLast(_ tensor: AnyTensor) -> AnyTensor {
        tensor.shape.rank == 4 ? tensor.transposed([0, 2, 3, 1]) : tensor
    }

    @Test("Renamed tensors conform, and the names are told")
    func renamed() throws {
        for (status, text) in try compare({ output($0, name: "net/\($0.name):0") }) {
            #expect(status == 0)
            #expect(text.contains("name but for what converters add") && text.contains("net/conv1:0"))
        }
    }

    @Test("Fused layers conform together with the layers after them, and are named")
    func fused() throws {
        for (status, text) in try compare({ $0.operator == "Conv" ? nil : $0 }) {
            #expect(status == 0)
            #expect(text.contains("alone has conv1, conv2, conv3"))
        }
    }

    @Test("Channels last conform, and the layout is told")
    func channels() throws {
        for (status, text) in try compare(input: channelsLast, { output($0, channelsLast($0.values)) }) {
            #expect(status == 0)
            #expect(text.contains("channels last"))
        }
    }

    @Test("Outputs with axes of extent 1 conform")
    func extraAxes() throws {
        let results = try compare { tensor in
            guard tensor.isGraphOutput else { return tensor }
            return output(tensor, tensor.values.reshaped(to: Shape(tensor.values.shape.dimensions + [1, 1])))
        }
        #expect(results.allSatisfy { $0.status == 0 })
    }

    @Test("Rounding does not explain a fault within a fused block, whatever is not recorded")
    func faultInBlock() throws {
        let results = try compare { tensor in
            if tensor.operator == "Conv" { return nil }
            guard tensor.name == "prelu2", case .float32(var values) = tensor.values else { return tensor }
            values.elements[7] += 0.125
            return output(tensor, .float32(values))
        }
        for (status, text) in results {
            #expect(status == 1)
            #expect(text.contains("prelu2 (the"))
        }
    }

    @Test("An output that is missing, or a layer of one side alone that holds NaN, is not judged")
    func notJudged() throws {
        let missing = try compare { $0.isGraphOutput ? nil : $0 }
        #expect(missing.allSatisfy { $0.status == 2 && $0.output.contains("output") })
        let foreign = try compare { tensor in
            guard tensor.name == "conv1" else { return tensor }
            return output(tensor, name: "elsewhere", .float32(Tensor([3], [1, .nan, 2])))
        }
        #expect(foreign.allSatisfy { $0.status == 2 && $0.output.contains("elsewhere") })
    }

    private func bundled(_ path: String) -> String { fixtures.appendingPathComponent("models/\(path)").path }

    @Test(
        "A model conforms to what it is converted into, whichever side it is: upright packages that end before the softmax",
        arguments: ["fp32", "fp16"])
    func converted(precision: String) throws {
        try withTemporaryDirectory { directory in
            let package = "\(directory)/theirs.mlpackage"
            let written = try CommandLineProgram.run("convert", bundled("rnet.onnx"), package, "--precision", precision)
            #expect(written.exitCode == 0 && written.output.contains("rounding explains how its answers differ"))
            for sides in [[bundled("rnet.onnx"), package], [package, bundled("rnet.onnx")]] {
                let result = try CommandLineProgram.run(["compare", "--no-diagnosis"] + sides)
                #expect(result.exitCode == 0, "\(result.output)")
                #expect(result.output.contains("rows and columns exchanged, which is undone"))
                #expect(result.output.contains("ends before the softmax that gives softmax_1"))
            }
            // The signs of a hundred weights of the dense layer.
            let weights = URL(fileURLWithPath: "\(package)/Data/com.apple.CoreML/weights/weight.bin")
            var bytes = try Data(contentsOf: weights)
            let size = precision == "fp32" ? 4 : 2
            for index in 0..<100 { bytes[50_000 * size + index * size + size - 1] ^= 0x80 }
            try bytes.write(to: weights)
            let faulty = try CommandLineProgram.run("compare", bundled("rnet.onnx"), package, "--no-diagnosis")
            #expect(faulty.exitCode == 1)
            // What lies behind the fault is too far off to be matched by its values, up to the outputs.
            #expect(faulty.output.contains("dense_2 (the candidate's)"), "\(faulty.output)")
        }
    }

    @Test("A package is not judged against a network that gives its answers as one tensor")
    func joinedAnswers() throws {
        try withTemporaryDirectory { directory in
            let joined = try CommandLineProgram.run(
                "convert", bundled("nchw/pnet.onnx"), "\(directory)/joined.mlpackage")
            #expect(joined.exitCode == 0 && joined.output.contains("it was not judged"), "\(joined.output)")
        }
    }

    @Test("Caffe's networks conform to the bundled ones, whose dense layers hold their weights in another order")
    func caffe() throws {
        let result = try CommandLineProgram.run("compare", bundled("rnet.onnx"), bundled("caffe/det2.prototxt"))
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test("Sides whose outputs cannot be matched are not judged, though their layers are, turned inside or not")
    func otherOutputs() throws {
        try withTemporaryDirectory { directory in
            let openFace = "\(directory)/theirs.dat"
            #expect(try CommandLineProgram.run("convert", bundled("rnet.onnx"), openFace).exitCode == 0)
            let result = try CommandLineProgram.run("compare", bundled("rnet.onnx"), openFace)
            #expect(result.exitCode == 2, "\(result.output)")
            #expect(result.output.contains("dense_2, softmax_1, dense2"))
        }
    }

    @Test("A limit given on the command line decides, on the outputs alone where that is asked")
    func limits() throws {
        try withTemporaryDirectory { directory in
            let original = try CaptureFile(contentsOf: recorded)
            let path = "\(directory)/scaled.h5"
            let writer = try CaptureWriter(original.header, to: path)
            let read = try original.readCase(original.caseNames[0])
            // Inner tensors are off by a hundredth: the noise lies 40 dB below the signal.
            let scaled = read.tensors.map { tensor in
                guard case .float32(let values) = tensor.values, !tensor.isGraphOutput else { return tensor }
                return output(tensor, .float32(Tensor(values.shape, values.elements.map { $0 * 1.01 })))
            }
            try writer.append(CaptureCase(name: read.name, source: read.source, inputs: read.inputs, tensors: scaled))
            try writer.finish()
            func status(_ limits: String...) throws -> Int32 {
                try CommandLineProgram.run(["compare", model, path, "--no-diagnosis"] + limits).exitCode
            }
            #expect(try status() == 1)
            #expect(try status("--snr", "41") == 1)
            #expect(try status("--relative", "0.009") == 1)
            #expect(try status("--cosine", "1", "--ulp", "64") == 1)
            #expect(try status("--snr", "39", "--relative", "0.011", "--cosine", "0.999") == 0)
            #expect(try status("--snr", "100", "--cosine", "0.999999", "--limits-on", "outputs") == 0)
        }
    }

    @Test("What answers are for is measured, and a limit on it takes the place of what rounding explains")
    func tasks() throws {
        try withTemporaryDirectory { directory in
            let model = fixtures.appendingPathComponent("models/rnet.onnx").path
            let original = try CaptureFile(
                contentsOf: fixtures.appendingPathComponent("captures/rnet.h5").path)
            let path = "\(directory)/moved.h5"
            let writer = try CaptureWriter(original.header, to: path)
            let read = try original.readCase(original.caseNames[0])
            // The probabilities move by a hundredth of their size, and none to the other side of one half.
            let moved = read.tensors.map { tensor in
                guard case .float32(let values) = tensor.values, tensor.name == "softmax_1" else { return tensor }
                return output(tensor, .float32(Tensor(values.shape, values.elements.map { $0 * 1.01 })))
            }
            try writer.append(CaptureCase(name: read.name, source: read.source, inputs: read.inputs, tensors: moved))
            try writer.finish()
            func run(_ options: String...) throws -> CommandLineProgram.Outcome {
                try CommandLineProgram.run(["compare", model, path, "--no-diagnosis"] + options)
            }
            #expect(try run("--metric", "top1@softmax_1").exitCode == 1)
            let kept = try run("--require", "top1@softmax_1=1,cosine@softmax_1=0.999")
            #expect(kept.exitCode == 0 && kept.output.contains("| `top1@softmax_1` |"), "\(kept.output)")
            let several = try run("--metric", "top1")
            #expect(several.exitCode == 64 && several.errors.contains("top1@softmax_1"), "\(several.errors)")
            #expect(try run("--require", "top1=2").exitCode == 64)

            // A program that reads both sides' answers, and prints nothing where they are no recordings.
            let own = try CommandLineProgram.executable().path
            let program = "\(directory)/score.sh"
            try Data(
                "\(own) compare $1 $2 --no-diagnosis >&2; [ $? -lt 2 ] && echo '{\"bytes\": 3, \"error\": 0.25}'\n".utf8
            ).write(to: URL(fileURLWithPath: program))
            let command = "command:sh \(program)"
            let scored = try run("--require", "\(command)#error<=0.25")
            #expect(scored.exitCode == 0 && scored.output.contains("\(command)#bytes"), "\(scored.output)")
            #expect(try run("--require", "\(command)#error<=0.2").exitCode == 1)
            #expect(
                try run("--require", "\(command)#error<=0.2", "--require", "\(command)#error<=0.25").exitCode == 1,
                "each of several --require counts")
            #expect(try run("--require", "\(command)#speed>=1").exitCode == 2)
            let silent = try run("--metric", "command:true")
            #expect(silent.exitCode == 70 && silent.errors.contains("command:true"), "\(silent.errors)")
        }
    }
}
