import Captures
import Conformance
import Engines
import ModelFormats
import NetworkGraph
import Tensors

/// Computes RNet on zeros, and judges what another engine recorded of it.
func judgeRecording(_ fixtures: String) throws -> Bool {
    let model = try Model(contentsOf: "\(fixtures)/models/rnet.onnx")
    print("\(model.name): \(model.graph.nodes.count) nodes; \(model.provenance.words)")
    let inputs = try model.graph.inputs.map { input in
        let shape = try Shape(
            checking: input.dimensions.map { dimension in
                if case .fixed(let extent) = dimension { extent } else { 1 }
            })
        return (input.name, AnyTensor.float32(Tensor(shape, [Float](repeating: 0, count: shape.count))))
    }
    let outputs = try model.engine(.fp32).run(Dictionary(uniqueKeysWithValues: inputs))
    for (name, values) in outputs.sorted(by: { $0.key < $1.key }) {
        print("\(name) \(values.shape) of zeros: \(values.float64.elements)")
    }

    let recording = try CaptureFile(contentsOf: "\(fixtures)/captures/rnet.h5")
    let comparison = try NetworkComparison(of: .capture(recording), with: .model(model, .fp32))
    let verdict = verdict(of: comparison)
    let (engine, cases, layers) = (recording.header.engine, comparison.cases.count, comparison.layers.count)
    print("\(engine) on \(cases) cases, \(layers) layers: \(verdict)")
    return verdict == .conforms
}

/// Whether rounding explains every layer's errors on both sides.
func verdict(of comparison: NetworkComparison) -> Verdict {
    let checks = comparison.layers.flatMap { layer in
        LayerThresholds.rounding.checks(of: layer, network: comparison.network, deviations: [])
    }
    for check in checks where check.verdict == .doesNotConform {
        print("\(check.id): \(check.value ?? .nan), limit \(check.limit)")
    }
    let isWhole = comparison.layersNotCompared.isEmpty && comparison.casesNotCompared.isEmpty
    return Verdict(combining: checks.map(\.verdict) + (isWhole ? [] : [.notJudged]))
}
