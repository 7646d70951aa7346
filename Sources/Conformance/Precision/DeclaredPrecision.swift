import NetworkGraph
import Tensors

/// The precision of a graph's stored weights and of its layers, as declared by its types and its quantising
/// operators.
package struct DeclaredPrecision {
    /// In words: "float16 weights, float32 arithmetic", "int8 convolutions, float32 elsewhere"; nil if no layer has
    /// weights.
    package let words: String?

    fileprivate struct Layer {
        let kind: String
        /// The type of the stored weights.
        let weights: ElementType
        let arithmetic: Arithmetic

        enum Arithmetic: Hashable {
            case floating(ElementType)
            /// Computed with integers, or with numbers quantised before and after, as converters write it.
            case integers
        }
    }

    package init(of graph: Graph) {
        let givers = Dictionary(
            graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first })
        let layers = graph.nodes.compactMap { Layer($0, in: graph, givers) }
        words = Self.words(layers)
    }

    private static func words(_ layers: [Layer]) -> String? {
        let quantized = layers.filter { $0.arithmetic == .integers }
        let others = layers.compactMap { layer -> (weights: ElementType, arithmetic: ElementType)? in
            guard case .floating(let type) = layer.arithmetic else { return nil }
            return (layer.weights, type)
        }
        var phrases = [String]()
        for kind in ["convolutions", "matrix products"] {
            let all = layers.count { $0.kind == kind }
            let types = Dictionary(grouping: quantized.filter { $0.kind == kind }, by: \.weights.rawValue)
            for (type, found) in types.sorted(by: { $0.key < $1.key }) {
                phrases.append(found.count == all ? "\(type) \(kind)" : "\(type) in \(found.count) of \(all) \(kind)")
            }
        }
        let forms = Dictionary(grouping: others) { form in
            form.weights == form.arithmetic
                ? form.arithmetic.rawValue : "\(form.weights.rawValue) weights, \(form.arithmetic.rawValue) arithmetic"
        }
        let sorted = forms.sorted { $0.key < $1.key }
        if phrases.isEmpty {
            guard sorted.count > 1 else { return sorted.first?.key }
            return sorted.map { "\($0.value.count) of \(layers.count) layers \($0.key)" }.joined(separator: "; ")
        }
        let elsewhere = sorted.isEmpty ? ["float32"] : sorted.map(\.key)
        return (phrases + [elsewhere.joined(separator: " and ") + " elsewhere"]).joined(separator: ", ")
    }
}

extension DeclaredPrecision.Layer {
    /// - Returns: nil unless the node is a layer with constant weights.
    fileprivate init?(_ node: Node, in graph: Graph, _ givers: [String: Node]) {
        let (kind, place, isOfIntegers): (String, Int, Bool)
        switch node.operator {
        case is Convolution, is TransposedConvolution: (kind, place, isOfIntegers) = ("convolutions", 1, false)
        case is Gemm, is MatMul: (kind, place, isOfIntegers) = ("matrix products", 1, false)
        case is IntegerConvolution: (kind, place, isOfIntegers) = ("convolutions", 1, true)
        case is QuantizedConvolution: (kind, place, isOfIntegers) = ("convolutions", 3, true)
        case is IntegerMatMul: (kind, place, isOfIntegers) = ("matrix products", 1, true)
        case is QuantizedMatMul: (kind, place, isOfIntegers) = ("matrix products", 3, true)
        default: return nil
        }
        guard let weights = ConstantOrigin(of: node.inputs[place], in: graph, givers) else { return nil }
        let isBetweenQuantisations =
            weights.isDequantized && node.inputs[0].flatMap { givers[$0] }?.operator is DequantizeLinear
        self.init(
            kind: kind, weights: weights.stored,
            arithmetic: isOfIntegers || isBetweenQuantisations ? .integers : .floating(weights.given))
    }
}

/// The source of a constant operand: an initialiser, perhaps cast, dequantised or moved.
private struct ConstantOrigin {
    let stored: ElementType
    /// The operand's type when the layer reads it.
    let given: ElementType
    let isDequantized: Bool

    init?(of name: String?, in graph: Graph, _ givers: [String: Node]) {
        guard let name else { return nil }
        if let type = graph.initializers[name]?.elementType {
            (stored, given, isDequantized) = (type, type, false)
            return
        }
        guard let node = givers[name], let origin = ConstantOrigin(of: node.inputs.first ?? nil, in: graph, givers)
        else { return nil }
        stored = origin.stored
        switch node.operator {
        case let cast as Cast:
            guard case .float(let format) = cast.target, let type = ElementType(format) else { return nil }
            (given, isDequantized) = (type, origin.isDequantized)
        case is DequantizeLinear:
            given = ConstantOrigin(of: node.inputs[1], in: graph, givers)?.given ?? .float32
            isDequantized = true
        case is Transpose, is Reshape, is Squeeze, is Unsqueeze, ActivationFunction.identity:
            (given, isDequantized) = (origin.given, origin.isDequantized)
        default: return nil
        }
    }
}

extension ElementType {
    fileprivate init?(_ format: FloatFormat) {
        guard let type = ElementType.allCases.first(where: { $0.floatFormat == format }) else { return nil }
        self = type
    }
}
