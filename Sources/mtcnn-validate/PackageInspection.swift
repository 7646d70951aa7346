import Conformance
import ModelFormats
import NetworkGraph
import Reporting
import Tensors

/// Describes what a Core ML package contains, whatever its name claims.
struct PackageInspection {
    let model: Model
    let provenance: CoreMLProvenance

    /// In which precision the weights, the activations, the inputs and the outputs are.
    var precision: String {
        let graph = model.graph
        let parts: [(String, [ElementType])] = [
            ("weight", graph.initializers.values.map(\.elementType).filter { $0.floatFormat != nil }),
            ("activation", provenance.operations.compactMap(\.elementType)),
            ("input", graph.inputs.map(\.elementType)), ("output", graph.outputs.compactMap { model.floatTypes[$0] }),
        ]
        let kinds = Set(parts.flatMap(\.1))
        let claim = ["fp32", "float32", "fp16", "float16"].first { model.name.lowercased().contains($0) }
        if kinds.count == 1, let kind = kinds.first {
            let matches = claim.map { ($0.hasSuffix("32")) == (kind == .float32) } ?? true
            return (matches ? "precision: " : "precision: named \(claim ?? ""), but ")
                + "every weight, activation, input and output is \(kind.rawValue)"
        }
        let counts = parts.map { part, types in
            let each = Set(types).sorted { $0.rawValue < $1.rawValue }.map { type in
                "\(types.count { $0 == type }) \(type.rawValue)"
            }
            return "\(part)s \(each.isEmpty ? "none" : each.joined(separator: " and "))"
        }
        return "precision: mixed: " + counts.joined(separator: "; ")
    }

    /// The forecast for the Neural Engine, in readable lines.
    func forecast(types: [String: TensorType]) -> [String] {
        let forecast = NeuralEngineForecast(model.graph, provenance, types: types)
        var lines = ["", "Neural Engine: a forecast from rules, not a measurement", ""]
        let table = Table(
            ["operation", "output", "eligible", "likely preferred", "rule", "source", "confidence"],
            forecast.operations.map { operation in
                [
                    operation.type, operation.output, operation.eligibility.rawValue,
                    operation.isLikelyPreferred ? "yes" : "no", operation.rule.statement, operation.rule.source,
                    operation.rule.confidence.rawValue,
                ].map { Phrase($0) }
            })
        lines.append(Markdown(folds: false).text([.table(table)]))
        for rule in forecast.programRules {
            lines.append(
                "The whole program: \(rule.statement) (\(rule.source); confidence \(rule.confidence.rawValue)).")
        }
        let warnings = Set(forecast.operations.flatMap { $0.warnings.map(\.statement) }).sorted()
        lines += warnings.map { "Slower than it might be: \($0)." }
        func percent(_ share: Double) -> String { "\((share * 100).short) %" }
        let holds =
            min(forecast.eligibleOperations, forecast.eligibleMultiplyAdds) >= NeuralEngineForecast.requestedShare
        lines.append(
            "Eligible: \(percent(forecast.eligibleOperations)) of the operations, "
                + "\(percent(forecast.eligibleMultiplyAdds)) of the multiply-adds; "
                + "\(percent(NeuralEngineForecast.requestedShare)) is requested: "
                + (holds ? "holds" : "does not hold"))
        lines += forecast.advice.map { "To get there: \($0)." }
        return lines
    }
}
