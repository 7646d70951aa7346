import Foundation
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct ONNXPackagingTests {
    /// y = x + w, where w [2] lies in another file.
    private func model(location: String, offset: String? = nil, length: String? = nil) -> ONNXModelProto {
        var weights = ONNXTensorProto.with {
            $0.name = "w"
            $0.dims = [2]
            $0.dataType = 1
            $0.dataLocation = 1
        }
        for (key, value) in [("location", location), ("offset", offset), ("length", length)] {
            guard let value else { continue }
            weights.externalData.append(.with { ($0.key, $0.value) = (key, value) })
        }
        return ONNXModelProto(
            inputs: [.float("x", [.dimValue(2)])], initializers: [weights], [.init("Add", ["x", "w"])])
    }

    private func read(_ model: ONNXModelProto, beside files: [String: [UInt8]]) throws -> Model {
        try withTemporaryDirectory { directory in
            for (name, bytes) in files {
                let path = URL(fileURLWithPath: "\(directory)/\(name)")
                try FileManager.default.createDirectory(
                    at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: path)
            }
            let path = "\(directory)/model.onnx"
            try Data(model.bytes).write(to: URL(fileURLWithPath: path))
            return try Model(contentsOf: path)
        }
    }

    private let bytes = [UInt8](littleEndian: [Float(9), 1, 2].map(\.bitPattern))

    @Test("Tensors in another file are read from there, from any byte on, and are part of the model's hash")
    func externalData() throws {
        let whole = try read(model(location: "w.bin"), beside: ["w.bin": Array(bytes[4...])])
        #expect(whole.graph.initializers["w"] == .float32(Tensor([2], [1, 2])))
        let part = try read(
            model(location: "data/w.bin", offset: "4", length: "8"), beside: ["data/w.bin": bytes])
        #expect(part.graph.initializers["w"] == .float32(Tensor([2], [1, 2])))
        let other = try read(model(location: "w.bin"), beside: ["w.bin": Array(bytes[..<8])])
        #expect(other.sha256 != whole.sha256)
    }

    @Test(
        "A file that leaves the model's directory, is not there or is too short is refused by name",
        arguments: [
            ("../w.bin", nil, "leaves the model's directory"), ("/etc/passwd", nil, "leaves the model's directory"),
            ("gone.bin", nil, "no such file"), ("w.bin", "8", "takes 8 bytes from byte 8 on of w.bin, which has 12"),
            ("w.bin", "-4", "has the offset \"-4\""), ("link.bin", nil, "leaves the model's directory"),
        ] as [(String, String?, String)])
    func badExternalData(location: String, offset: String?, reason: String) throws {
        try withTemporaryDirectory { directory in
            let inner = URL(fileURLWithPath: "\(directory)/model")
            let outside = URL(fileURLWithPath: "\(directory)/w.bin")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data(bytes).write(to: outside)
            try Data(bytes).write(to: inner.appendingPathComponent("w.bin"))
            try FileManager.default.createSymbolicLink(
                at: inner.appendingPathComponent("link.bin"), withDestinationURL: outside)
            let path = inner.appendingPathComponent("model.onnx").path
            let model = model(location: location, offset: offset, length: "8")
            try Data(model.bytes).write(to: URL(fileURLWithPath: path))
            #expect {
                try Model(contentsOf: path)
            } throws: {
                "\($0)".contains(reason) && "\($0)".contains("\"w\"")
            }
        }
    }

    @Test("A model's own function becomes the nodes that it consists of, with the call's attributes or its defaults")
    func functions() throws {
        var model = ONNXModelProto([
            .init("Twice", ["x"], ["t"], name: "call", attributes: [.float("slope", 0.5)]),
            .init("Twice", ["t"], ["y"], name: "other"),
        ])
        for index in model.graph.node.indices { model.graph.node[index].domain = "own" }
        var inner = ONNXNodeProto("LeakyRelu", ["a"], ["b"])
        inner.attribute = [.with { ($0.name, $0.refAttrName) = ("alpha", "slope") }]
        model.functions = [
            .with {
                ($0.domain, $0.name, $0.input, $0.output) = ("own", "Twice", ["a"], ["c"])
                $0.attributeProto = [.float("slope", 0.25)]
                $0.node = [inner, .init("Add", ["b", "b"], ["c"])]
            }
        ]
        let graph = try model.graph()
        #expect(graph.nodes.map(\.outputs) == [["call/b"], ["t"], ["other/b"], ["y"]])
        #expect(graph.nodes[0].operator as? ActivationFunction == .leakyReLU(slope: 0.5))
        #expect(graph.nodes[2].operator as? ActivationFunction == .leakyReLU(slope: 0.25))
    }

    @Test("A function that calls itself is refused")
    func recursion() throws {
        var call = ONNXNodeProto("Loop", ["a"], ["b"])
        call.domain = "own"
        var model = ONNXModelProto([.init("Loop", name: "it")])
        model.graph.node[0].domain = "own"
        model.functions = [
            .with { ($0.domain, $0.name, $0.input, $0.output, $0.node) = ("own", "Loop", ["a"], ["b"], [call]) }
        ]
        #expect { try model.graph() } throws: { "\($0)".contains("nested too deep") }
    }

    @Test("Extents that exporters call unknown are equal to no other", arguments: ["?", "None", "-1", "", "unk__7"])
    func unknownExtents(name: String) throws {
        let graph = try ONNXModelProto(
            inputs: [.float("x", [.dimParam(name), .dimParam(name)])], [.init("Relu")]
        ).graph()
        #expect(try graph.tensorTypes(for: ["x": [2, 3]])["y"]?.shape == [2, 3])
    }

    @Test("Each output of Split and TopK is computed for itself, and none that is left out")
    func severalOutputs() throws {
        let split = ONNXNodeProto("Split", ["x"], ["a", "", "y"], name: "split", attributes: [.int("axis", 1)])
        let graph = try ONNXModelProto(outputs: ["a", "y"], [split]).graph()
        #expect(graph.nodes.map(\.outputs) == [["a"], ["y"]])
        #expect(try graph.tensorTypes()["y"]?.shape == [1, 0])
    }
}
