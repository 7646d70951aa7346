import Engines
import Foundation
import ModelFormats
import NetworkGraph
import TestSupport
import Tensors
import Testing

@testable import Conformance

extension ModelFormat {
    /// A text: the mark `chain`, then `take N`, and a line for each operator: `times NUMBER`, `plus NUMBER` or `relu`.
    fileprivate static let toy = ModelFormat(
        name: "Toy", fileExtensions: ["toy"], recognition: .file { $0.starts(with: Array("chain\n".utf8)) },
        layout: .assumed("nothing, for it takes no images"), precision: .declared("the format: float32 throughout"),
        read: { source throws(ModelError) in
            let lines = String(decoding: source.bytes, as: UTF8.self).split(separator: "\n").dropFirst()
            var nodes = [Node]()
            var constants = [String: AnyTensor]()
            var inputs = [Graph.Input]()
            for (index, line) in lines.enumerated() {
                let words = line.split(separator: " ").map(String.init)
                let (last, own) = (nodes.last?.outputs[0] ?? "x", "\(words[0])\(index)")
                let number = words.dropFirst().first.flatMap(Float.init)
                switch (words[0], number) {
                case ("take", let extent?):
                    inputs = [.init(name: "x", elementType: .float32, dimensions: [.fixed(Int(extent))])]
                    continue
                case ("times", let factor?), ("plus", let factor?):
                    constants["\(own).number"] = .float32(Tensor([1], [factor]))
                    nodes.append(
                        Node(
                            name: own, operator: words[0] == "times" ? BinaryArithmetic.multiply : .add,
                            inputs: [last, "\(own).number"], outputs: [own]))
                case ("relu", nil):
                    nodes.append(
                        Node(name: own, operator: ActivationFunction.relu, inputs: [last], outputs: [own]))
                default: throw .malformed(file: source.path, reason: "line \(index + 2) holds no operator: \(line)")
                }
            }
            do throws(GraphError) {
                let graph = try Graph(
                    name: source.name, inputs: inputs, outputs: nodes.suffix(1).flatMap(\.outputs), nodes: nodes,
                    initializers: constants)
                return Model.Contents(bytes: source.bytes, provenance: ToyProvenance(lines: lines.count), graph: graph)
            } catch {
                throw .badGraph(file: source.path, error)
            }
        })
}

private struct ToyProvenance: ModelProvenance {
    let lines: Int
    var words: String { "toy, \(lines) lines" }
}

/// A format that is defined in this file alone.
@Suite struct ToyFormatTests {
    private static let formats = ModelFormat.all + [.toy]
    private static let chain = "chain\ntake 4\ntimes 2.5\nplus -0.1\nrelu\n"

    /// What a closure gives for the path of a file with a text.
    private func withModel<Result>(
        _ text: String, as name: String = "net.toy", _ body: (String) throws -> Result
    ) throws -> Result {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/\(name)"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return try body(path)
        }
    }

    private func model(_ text: String) throws -> Model {
        try withModel(text) { try Model(contentsOf: $0, formats: Self.formats) }
    }

    @Test("Once listed, it is recognised by its content and found by its name; the other formats are as before")
    func recognition() throws {
        try withModel(Self.chain, as: "any.bin") { path in
            let model = try Model(contentsOf: path, formats: Self.formats)
            #expect(model.format == .toy && model.provenance.words == "toy, 4 lines")
            #expect(throws: ModelError.unsupported(file: path, reason: "this is a text, not a model")) {
                try Model(contentsOf: path)
            }
        }
        try withModel(Self.chain) { path in
            let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let found = try Model(named: "NET", in: directory, formats: Self.formats)
            #expect(found.format == .toy)
            #expect(throws: ModelError.self) { try Model(named: "NET", in: directory) }
        }
        let onnx = fixtures.appendingPathComponent("models/pnet.onnx").path
        let other = try Model(contentsOf: onnx, formats: Self.formats)
        #expect(other.format == .onnx)
    }

    @Test("It computes what it says, in every arithmetic")
    func computation() throws {
        let engine = try model(Self.chain).engine(.fp64)
        let output = try #require(engine.run(["x": .float32(Tensor([4], [1, -1, 0, 2]))])["relu3"])
        let offset = Double(Float(-0.1))
        #expect(output.float64.elements == [2.5 + offset, 0, 0, 5 + offset])
    }

    @Test("Networks of it are judged: rounding alone passes, another factor is found where it stands")
    func judgement() throws {
        let right = try ComparedSide.model(model(Self.chain), .fp32)
        let rounded = try ComparedSide.model(model(Self.chain + "\n"), .fp32)
        let wrong = try ComparedSide.model(model(Self.chain.replacing("2.5", with: "2.501")), .fp32)
        let same = try NetworkComparison(of: rounded, with: right)
        #expect(same.layers.map(\.layer) == ["times1", "plus2", "relu3"])
        #expect(same.firstDivergence == nil && same.layersNotCompared == [])
        let other = try NetworkComparison(of: wrong, with: right)
        #expect(other.firstDivergence?.layer == "times1")
    }

    @Test("What cannot be read is refused with the file's name and the line")
    func refusal() throws {
        try withModel("chain\ntake 4\nlaplace\n") { path in
            _ = #expect(throws: ModelError.malformed(file: path, reason: "line 3 holds no operator: laplace")) {
                try Model(contentsOf: path, formats: Self.formats)
            }
        }
    }
}
