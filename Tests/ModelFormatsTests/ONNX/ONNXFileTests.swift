import Foundation
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct ONNXFileTests {
    /// y = relu(x * w + b) with x [batch, 2].
    private let small = ONNXModelProto(
        inputs: [.float("x", [.dimParam("batch"), .dimValue(2)])],
        initializers: [.float("w", [2, 3], [1, 2, 3, 4, 5, 6]), .float("b", [3], [0, 0, -1])],
        [.init("Gemm", ["x", "w", "b"], ["z"], name: "dense"), .init("Relu", ["z"])])

    @Test("A graph is read whole: inputs, outputs, nodes and constants by name")
    func graph() throws {
        let graph = try small.graph()
        #expect(graph.name == "small")
        #expect(
            graph.inputs == [.init(name: "x", elementType: .float32, dimensions: [.symbolic("batch"), .fixed(2)])])
        #expect(graph.outputs == ["y"])
        #expect(graph.nodes.map(\.inputs) == [["x", "w", "b"], ["z"]])
        #expect(graph.initializers.keys.sorted() == ["b", "w"])
        #expect(graph.initializers["w"] == .float32(Tensor([2, 3], [1, 2, 3, 4, 5, 6])))
    }

    @Test("A node without a name has that of its first output")
    func nodeNames() throws {
        #expect(try small.graph().nodes.map(\.name) == ["dense", "y"])
    }

    @Test("Who wrote the file, and for which version of the operators, is kept")
    func provenance() throws {
        var model = small
        model.producerVersion = "1.2"
        model.opsetImport.insert(.with { ($0.domain, $0.version) = ("ai.onnx.ml", 2) }, at: 0)
        #expect(
            try ONNXFile(model.bytes, file: "small.onnx").provenance
                == ONNXProvenance(producer: "test 1.2", irVersion: 7, opset: 13))
    }

    @Test("An input that is also an initializer, as in files of IR version 3, is a constant")
    func initializersAmongInputs() throws {
        var model = small
        model.graph.input.append(.float("w", [.dimValue(2), .dimValue(3)]))
        #expect(try model.graph().inputs.map(\.name) == ["x"])
    }

    @Test("Extents that are named, not given, 0 or negative are open")
    func openExtents() throws {
        let input = ONNXValueInfoProto.float(
            "x", [.dimParam("N"), nil, .dimValue(0), .dimValue(-1), .dimValue(.max)])
        #expect(
            try ONNXModelProto(inputs: [input], [.init("Relu")]).graph().inputs[0].dimensions
                == [.symbolic("N"), .symbolic(""), .symbolic(""), .symbolic(""), .fixed(.max)])
    }

    @Test("An optional input with an empty name is left out")
    func leftOut() throws {
        let limit = ONNXTensorProto.float("limit", [], [6])
        let graph = try ONNXModelProto(initializers: [limit], [.init("Clip", ["x", "", "limit"])]).graph()
        #expect(graph.nodes[0].inputs == ["x", nil, "limit"])
    }

    @Test("Constant nodes become constants, in each form of their value")
    func constants() throws {
        let values: [(ONNXAttributeProto, AnyTensor)] = [
            (.with { ($0.name, $0.t) = ("value", .float("", [2], [1, 2])) }, .float32(Tensor([2], [1, 2]))),
            (.float("value_float", 3), .float32(Tensor([], [3]))),
            (.int("value_int", -4), .int64(Tensor([], [-4]))),
            (.ints("value_ints", [5, 6]), .int64(Tensor([2], [5, 6]))),
            (.with { ($0.name, $0.floats) = ("value_floats", [7]) }, .float32(Tensor([1], [7]))),
        ]
        for (attribute, tensor) in values {
            let graph = try ONNXModelProto([
                .init("Constant", [], ["c"], attributes: [attribute]), .init("Add", ["x", "c"]),
            ])
            .graph()
            #expect(graph.nodes.count == 1)
            #expect(graph.initializers == ["c": tensor])
        }
    }

    @Test("Nodes in any order are brought into one of computation")
    func order() throws {
        let nodes: [ONNXNodeProto] = [.init("Relu", ["b"]), .init("Relu", ["a"], ["b"]), .init("Relu", ["x"], ["a"])]
        #expect(try ONNXModelProto(nodes).graph().nodes.map(\.outputs) == [["a"], ["b"], ["y"]])
    }

    /// Models that are no graph that can be computed, and why.
    static let refused: [(model: ONNXModelProto, reason: String)] = [
        (.init([]), "it holds no graph with nodes"),
        (.with { $0.irVersion = 7 }, "it holds no graph with nodes"),
        (
            .with {
                $0 = .init([.init("Relu")]); $0.opsetImport = []
            }, "does not say which version"
        ),
        (.init(opset: 5, [.init("Relu")]), "ONNX operators of version 5; from 6 on"),
        (.init(opset: -1, [.init("Relu")]), "ONNX operators of version -1"),
        (.init(outputs: [], [.init("Relu")]), "the graph has no outputs"),
        (.init(outputs: ["z"], [.init("Relu")]), "output \"z\" of the graph is defined by no node"),
        (.init([.init("Relu", ["z"])]), "node \"y\" takes tensor \"z\", which nothing defines"),
        (.init([.init("Relu", ["b"], ["a"]), .init("Relu", ["a"], ["b"])]), "in a cycle: \"a\", \"b\""),
        (.init([.init("Relu"), .init("Relu", name: "again")]), "\"y\" is defined a second time by node \"again\""),
        (
            .init(initializers: [.float("w", [1], [1]), .float("w", [1], [2])], [.init("Add", ["x", "w"])]),
            "\"w\" is defined a second time by an initializer"
        ),
        (
            .init(
                initializers: [.float("w", [1], [1])],
                [
                    .init("Constant", [], ["w"], name: "c", attributes: [.float("value_float", 2)]),
                    .init("Add", ["x", "w"]),
                ]),
            "\"w\" is defined a second time by node \"c\""
        ),
        (
            .init(inputs: [.with { ($0.name, $0.type.tensorType.elemType) = ("x", 8) }], [.init("Relu")]),
            "input \"x\" has elements of type string; float, float16, double, int32, int64 and bool are supported"
        ),
        (.init(inputs: [.with { $0.name = "x" }], [.init("Relu")]), "input \"x\" has elements of type undefined"),
        (
            .init(inputs: [.with { ($0.name, $0.type.tensorType.elemType) = ("x", 1) }], [.init("Relu")]),
            "input \"x\" does not say how many axes it has"
        ),
    ]

    @Test("A model that is no graph that can be computed is refused, with the file's name", arguments: refused.indices)
    func refusal(index: Int) {
        let (model, reason) = Self.refused[index]
        #expect {
            try model.graph()
        } throws: { error in
            "\(error)".hasPrefix("small.onnx: ") && "\(error)".contains(reason)
        }
    }

    @Test("A file cut short anywhere is refused")
    func truncated() throws {
        let bytes = try small.bytes
        for length in bytes.indices {
            #expect(throws: ModelError.self, "\(length) of \(bytes.count) bytes") {
                try ONNXFile(Array(bytes.prefix(length)), file: "small.onnx")
            }
        }
    }

    @Test("A file with a damaged bit is read as something or refused; never a crash")
    func damaged() throws {
        let bytes = try small.bytes
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                guard let graph = try? ONNXFile(damaged, file: "small.onnx").graph else { continue }
                _ = try? graph.tensorTypes(for: ["x": [5, 2]])
            }
        }
    }

    @Test(
        "A file of another kind is refused, and a missing one, by its path",
        arguments: [Array("PK\u{3}\u{4}".utf8), Array("{\"ir_version\": 7}".utf8), [UInt8](repeating: 0xFF, count: 64)])
    func otherFiles(bytes: [UInt8]) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/net.onnx"
            #expect(throws: ModelError.unreadable(file: path, reason: "no such file")) {
                try Model(contentsOf: path)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect {
                try Model(contentsOf: path)
            } throws: { error in
                "\(error)".hasPrefix("\(path): this is no ONNX model")
            }
        }
    }
}
