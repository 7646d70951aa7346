import Captures
import Conformance
import Engines
import Foundation
import ModelFormats
import NetworkGraph
import Tensors

extension ModelFormat {
    /// Numbers in text: `scales 2.5 -1` multiplies two channels, and passes on what is above 0.
    static let scales = ModelFormat(
        name: "Scales", fileExtensions: ["scales"], recognition: .file { $0.starts(with: Array("scales ".utf8)) },
        layout: .assumed("nothing, for it takes no images"), precision: .declared("the format: float32 throughout"),
        read: { source throws(ModelError) in
            let factors = String(decoding: source.bytes, as: UTF8.self).split(separator: " ").dropFirst()
                .compactMap { Float($0) }
            guard !factors.isEmpty else { throw .malformed(file: source.path, reason: "it holds no number") }
            do throws(GraphError) {
                let graph = try Graph(
                    name: source.name,
                    inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(factors.count)])],
                    outputs: ["y"],
                    nodes: [
                        Node(
                            name: "scale", operator: BinaryArithmetic.multiply, inputs: ["x", "factors"],
                            outputs: ["scaled"]),
                        Node(name: "relu", operator: ActivationFunction.relu, inputs: ["scaled"], outputs: ["y"]),
                    ],
                    initializers: ["factors": .float32(Tensor([factors.count], factors))])
                return Model.Contents(
                    bytes: source.bytes, provenance: ScalesProvenance(words: "\(factors.count) channels"), graph: graph)
            } catch {
                throw .badGraph(file: source.path, error)
            }
        })
}

struct ScalesProvenance: ModelProvenance {
    let words: String
}

/// Reads a model of a format of one's own, records what it computes, and judges the recording.
func judgeOwnFormat() throws -> Bool {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("library-user-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("two.scales")
    try Data("scales 2.5 -1".utf8).write(to: file)
    let model = try Model(contentsOf: file.path, formats: ModelFormat.all + [.scales])

    let input = AnyTensor.float32(Tensor([2], [0.1, -3]))
    var tensors = [CaptureCase.Output]()
    _ = try model.engine(.fp32).run(["x": input]) { activation in
        tensors.append(
            CaptureCase.Output(
                name: activation.name, node: activation.node.name, operator: activation.node.operator.name,
                isGraphOutput: model.graph.outputs.contains(activation.name), values: activation.values))
    }
    let path = folder.appendingPathComponent("two.h5").path
    let header = CaptureHeader(
        engine: "library-user", engineVersion: "1", arithmetic: ArithmeticName.fp32.rawValue, modelName: model.name,
        modelSHA256: model.sha256, adapter: "main.swift")
    let writer = try CaptureWriter(header, to: path)
    try writer.append(
        CaptureCase(name: "one", source: "two numbers", inputs: [.init(name: "x", values: input)], tensors: tensors))
    try writer.finish()

    let comparison = try NetworkComparison(
        of: .capture(CaptureFile(contentsOf: path)), with: .model(model, .fp32))
    let verdict = verdict(of: comparison)
    print("\(model.name): \(model.format.name), recorded and compared: \(verdict)")
    return verdict == .conforms
}
