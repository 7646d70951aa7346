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

    @Test("Extents that are named, not given or negative are open; 0 is an extent")
    func openExtents() throws {
        let input = ONNXValueInfoProto.float(
            "x", [.dimParam("N"), nil, .dimValue(0), .dimValue(-1), .dimValue(.max)])
        #expect(
            try ONNXModelProto(inputs: [input], [.init("Relu")]).graph().inputs[0].dimensions
                == [.symbolic("N"), .symbolic(""), .fixed(0), .symbolic(""), .fixed(.max)])
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
                .init("Constant", [], ["c"], attributes: [attribute]), .init("Relu"),
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

    @Test("Of nodes of one name all but the first are called by what they give")
    func equalNames() throws {
        let nodes: [ONNXNodeProto] = [.init("Relu", ["x"], ["a"], name: "one"), .init("Relu", ["a"], name: "one")]
        #expect(try ONNXModelProto(nodes).graph().nodes.map(\.name) == ["one", "y"])
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
        (.init(opset: 999, [.init("Relu")]), "ONNX operators of version 999; from 6 on are supported, to 28"),
        (.init(opset: .max, [.init("Relu")]), "ONNX operators of version 9223372036854775807"),
        (
            .with {
                $0 = .init([.init("Relu")])
                $0.opsetImport.append(.with { ($0.domain, $0.version) = ("ai.onnx", 7) })
            }, "of version 13 and of version 7"
        ),
        (
            .with {
                $0 = .init([.init("Relu")]); $0.irVersion = 1_000_000
            }, "IR version 1000000; up to 14"
        ),
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
            "input \"x\" has elements of type string; "
                + "float, uint8, int8, uint16, int16, int32, int64, bool, float16, double, uint32 and uint64 are supported"
        ),
        (.init(inputs: [.with { $0.name = "x" }], [.init("Relu")]), "input \"x\" has elements of type undefined"),
        (
            .init(inputs: [.with { ($0.name, $0.type.tensorType.elemType) = ("x", 1) }], [.init("Relu")]),
            "input \"x\" does not say how many axes it has"
        ),
    ]

    @Test("A model whose graph cannot be computed is refused, with the file's name", arguments: refused.indices)
    func refusal(index: Int) {
        let (model, reason) = Self.refused[index]
        #expect {
            try model.graph()
        } throws: { error in
            "\(error)".hasPrefix("small.onnx: ") && "\(error)".contains(reason)
        }
    }

    /// Models whose declared types and shapes are not those of their tensors, and why.
    static let contradictory: [(model: ONNXModelProto, reason: String)] = [
        (.declaring("y", type: 10, [1, 4]), "output \"y\" is declared with elements of type float16"),
        (.declaring("y", type: 7, [1, 4]), "output \"y\" is declared with elements of type int64"),
        (.declaring("y", type: 1, [1, 5]), "output \"y\" is declared with shape [1, 5], but has [1, 4]"),
        (.declaring("y", type: 1, [4]), "output \"y\" is declared with shape [4], but has [1, 4]"),
        (.declaring("a", type: 11, [1, 4]), "tensor \"a\" is declared with elements of type double"),
        (.declaring("a", type: 1, [1, 9]), "tensor \"a\" is declared with shape [1, 9], but has [1, 4]"),
        (
            .with {
                $0 = .declaring("y", type: 1, [5])
                $0.graph.input = [.float("x", [.dimParam("N"), .dimValue(4)])]
            }, "output \"y\" is declared with shape [5], but has [96, 4] where open extents are 96"
        ),
        (
            .init(
                inputs: [.float("x", [.dimValue(1), .dimValue(4)]), .float("w", [.dimValue(3)])],
                initializers: [.raw(11, [1], [UInt8](repeating: 0, count: 8))], [.init("Add", ["x", "raw"])]
            ),
            "takes inputs of types float, double, where one type is right"
        ),
        (
            .init(
                inputs: [.float("x", [.dimValue(1)]), .float("raw", [.dimValue(1)])],
                initializers: [.raw(11, [1], [UInt8](repeating: 0, count: 8))], [.init("Relu")]),
            "input \"raw\" is declared with elements of type float, those of its initializer are double"
        ),
        (
            .init(initializers: [.raw(6, [1], [4, 0, 0, 0])], [.init("Reshape", ["x", "raw"])]),
            "takes integers of type int32, where int64 is right"
        ),
    ]

    @Test("What a file declares of a tensor must be what the graph gives", arguments: contradictory.indices)
    func contradiction(index: Int) {
        let (model, reason) = Self.contradictory[index]
        #expect {
            try model.graph()
        } throws: { error in
            "\(error)".hasPrefix("small.onnx: ") && "\(error)".contains(reason)
        }
    }

    @Test("What a file leaves open of a tensor, or what depends on an open extent, contradicts nothing")
    func declaredOpen() throws {
        for extents: [Int64] in [[0, 4], [-1, -1], [1, 4]] {
            _ = try ONNXModelProto.declaring("y", type: 1, extents).graph()
            var open = ONNXModelProto.declaring("y", type: 1, extents)
            open.graph.input = [.float("x", [.dimParam("N"), .dimValue(4)])]
            _ = try open.graph()
        }
    }

    @Test("Statistics of a normalization may have a type of their own from version 14 on, and not before")
    func normalizationTypes() throws {
        func model(opset: Int64) -> ONNXModelProto {
            .init(
                opset: opset, inputs: [.float("x", [.dimValue(1), .dimValue(1), .dimValue(2)])],
                initializers: [
                    .float("s", [1], [1]),
                    .with {
                        $0 = .raw(11, [1], [UInt8](repeating: 0, count: 8)); $0.name = "m"
                    },
                ], [.init("BatchNormalization", ["x", "s", "s", "m", "m"])])
        }
        _ = try model(opset: 14).graph()
        #expect(throws: ModelError.self) { try model(opset: 13).graph() }
    }

    @Test("A second output that nothing takes is left out, and one that is taken is not supported")
    func optionalOutputs() throws {
        #expect(try ONNXModelProto([.init("Dropout", ["x"], ["y", "mask"])]).graph().nodes[0].outputs == ["y"])
        #expect(throws: ModelError.self) {
            try ONNXModelProto(
                outputs: ["y", "n"], [.init("Dropout", ["x"], ["y", "mask"]), .init("Not", ["mask"], ["n"])]
            ).graph()
        }
    }

    @Test("A chain of 2,000 nodes is read in any order, and one that ends in a cycle is refused, with ten of its nodes")
    func longChain() throws {
        let chain = (1...2000).map { ONNXNodeProto("Relu", ["\($0 - 1)"], ["\($0)"]) }
        let input = [ONNXValueInfoProto.float("0", [.dimValue(1)])]
        let graph = try ONNXModelProto(inputs: input, outputs: ["2000"], chain.reversed()).graph()
        #expect(graph.nodes.map(\.name) == (1...2000).map(String.init))
        let cycle = chain.dropFirst() + [.init("Relu", ["2000"], ["1"])]
        #expect {
            try ONNXModelProto(inputs: input, outputs: ["2000"], Array(cycle)).graph()
        } throws: { error in
            "\(error)".contains("in a cycle") && "\(error)".hasSuffix("and 1990 more")
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
                "\(error)".hasPrefix("\(path): this is ")
            }
        }
    }
}
