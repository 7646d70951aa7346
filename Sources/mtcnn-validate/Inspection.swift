import Conformance
import ModelFormats
import NetworkGraph
import Reporting
import Tensors

/// Describes a model file in readable lines.
struct Inspection {
    private let model: Model
    private let forecastsNeuralEngine: Bool
    /// Empty where an input's shape is open.
    private let types: [String: TensorType]

    /// - Parameter inputShape: the extents of the inputs whose shape is open.
    init(_ model: Model, inputShape: [Int]?, forecastsNeuralEngine: Bool = false) throws {
        self.model = model
        self.forecastsNeuralEngine = forecastsNeuralEngine
        let isOpen = model.graph.inputs.contains { input in
            input.dimensions.contains { if case .symbolic = $0 { true } else { false } }
        }
        let graph = model.graph
        types = try model.namingFile {
            if let inputShape {
                let shape = try Shape(checking: inputShape)
                return try graph.tensorTypes(
                    for: Dictionary(graph.inputs.map { ($0.name, shape) }, uniquingKeysWith: { first, _ in first }))
            }
            let defaults = model.provenance.defaultShapes
            guard defaults.isEmpty else { return try graph.tensorTypes(for: defaults) }
            return isOpen ? [:] : try graph.tensorTypes()
        }
    }

    var text: String {
        let graph = model.graph
        let parameters = graph.initializers.values.filter { $0.elementType.floatFormat != nil }
        var lines = [
            "\(model.name): \(model.provenance.words), \(model.byteCount) bytes", "sha256 \(model.sha256)",
            "\(parameters.map(\.shape.count).saturatingSum) parameters in \(parameters.count) tensors, "
                + "\(Set(parameters.map(\.elementType.rawValue)).sorted().joined(separator: " and "))",
        ]
        if let provenance = model.provenance as? CoreMLProvenance {
            lines.append(PackageInspection(model: model, provenance: provenance).precision)
        } else if let words = DeclaredPrecision(of: graph).words {
            lines.append("precision: \(words)")
        }
        lines += model.provenance.notes
        for input in graph.inputs {
            lines.append(
                "input  \(input.name) \(input.elementType.rawValue) [\(input.dimensions.map(\.description).joined(separator: ", "))]"
            )
            if let images = input.images {
                lines.append("images \(images.words): \(images.reason)")
            } else if case .assumed(let order) = model.format.layout, input.dimensions.count == 4 {
                lines.append(
                    "images: the file does not say how they lie; \(order) is assumed, --layout transposed says otherwise"
                )
            }
        }
        for output in graph.outputs { lines.append("output \(output) \(shape(output))") }
        lines.append("")
        lines.append(row("node", "operator", "output", "multiply-adds", "constants"))
        var total = 0
        for node in graph.nodes {
            let output = node.outputs[0]
            let inputs = node.inputs.map { name in name.flatMap { types[$0] } }
            let work = types[output].map { node.operator.multiplyAdds(from: inputs, to: $0) } ?? 0
            total = [total, work].saturatingSum
            let constants = node.inputs.compactMap { name in name.flatMap { graph.initializers[$0]?.shape.description }
            }
            lines.append(
                row(
                    node.name, node.operator.name, shape(output), work == 0 ? "" : String(work),
                    constants.joined(separator: " ")))
        }
        if types.isEmpty {
            lines.append("Shapes are open: name --input-shape to see them.")
        } else {
            lines.append(
                total == .max
                    ? "\(total) multiply-adds or more: 64 bits hold no larger number" : "\(total) multiply-adds")
        }
        if forecastsNeuralEngine, let provenance = model.provenance as? CoreMLProvenance {
            lines += PackageInspection(model: model, provenance: provenance).forecast(types: types)
        }
        return lines.map(\.shownLine).joined(separator: "\n")
    }

    private func shape(_ tensor: String) -> String { types[tensor].map { "\($0.shape)" } ?? "?" }

    private func row(_ columns: String...) -> String {
        zip(columns, [24, 20, 20, 14, 0]).map { column, width in
            column + String(repeating: " ", count: max(width - column.count, 1))
        }.joined()
    }
}

extension ImageDeclaration {
    var words: String {
        let order = spatialOrder == .rowsFirst ? "upright, rows first" : "transposed, columns first"
        return values == .pixels ? "\(order), \(channels.rawValue), pixels 0 to 255" : order
    }
}
