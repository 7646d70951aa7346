import Conformance
import Engines
import ModelFormats
import NetworkGraph
import Tensors

/// A network as a Core ML package that was read back, run, and found to compute the same as its source.
package struct PackageConversionRun {
    package let contents: CoreMLPackageContents
    /// How the package's results compare with its source's, in words.
    package let finding: String

    /// - Parameters:
    ///   - shapes: the inputs' shapes; those with fixed extents may be omitted.
    ///   - progress: called with what is being done.
    /// - Throws: ``ModelFormats/PackageWritingError`` for an operator without a counterpart, or if rounding does not
    ///   explain the package's results; the errors of reading and computing.
    package init(
        _ model: Model, shapes: [String: Shape], form: PackageForm, progress: (String) -> Void = { _ in }
    ) throws {
        let graph = try model.namingFile { try model.graph.foldingConstants(for: shapes) }
        var form = form
        let beyond = form.precision == .fp16 ? graph.nodesBeyondFloat16 : []
        form.float32Tensors.formUnion(beyond.flatMap(\.outputs))
        let notes =
            beyond.isEmpty
            ? "" : "; \(beyond.map(\.name).joined(separator: ", ")) in float32, whose constants float16 does not hold"
        func contents(_ form: PackageForm) throws -> CoreMLPackageContents {
            try CoreMLPackageContents(graph, shapes: shapes, form: form, name: model.name, sourceSHA256: model.sha256)
        }
        self.contents = try contents(form)
        progress("running the package and its source")
        let inputs = try ComparedInputs(for: model.graph, shapes: shapes, seed: 1, count: 1)
        var plain = form
        plain.weights = .plain
        let source = try Self.source(model, plain)
        let expected = try source.engine.run(Self.named(inputs))
        guard form.weights != .plain else {
            finding = try Self.finding(self.contents, of: model, source, expected, inputs) + notes
            return
        }
        // The stored weights are the user's choice: everything else must be as in the source.
        _ = try Self.finding(try contents(plain), of: model, source, expected, inputs)
        var expanded = form
        expanded.expandsWeights = true
        let (stored, twin) = (
            try Self.outputs(of: self.contents, inputs, source.arithmetic),
            try Self.outputs(of: try contents(expanded), inputs, source.arithmetic)
        )
        guard stored.mapValues(\.littleEndianBytes) == twin.mapValues(\.littleEndianBytes) else {
            throw PackageWritingError("the package does not compute what its stored weights give")
        }
        let names = self.contents.names
        let distance =
            expected.map { name, values in
                stored[names[name] ?? name].map { Self.largestDifference(values, $0) } ?? .infinity
            }.max() ?? 0
        finding =
            "every bit as its weights give once they are expanded; \(distance.short) at most from "
            + "\(model.name)'s outputs\(notes)"
    }

    private typealias Source = (
        engine: any Engine, rounded: (any Engine)?, arithmetic: ArithmeticName, words: String
    )

    /// The model in the package's types; in float16, also with attributes as the package stores them.
    private static func source(_ model: Model, _ form: PackageForm) throws -> Source {
        guard form.precision == .fp16 else { return (try model.engine(.fp32), nil, .fp32, "fp32") }
        func engine(_ graph: Graph) throws -> any Engine {
            try MixedPrecisionEngine(graph) { form.isFloat16($0) ? .fp16Storage : .fp32 }
        }
        return (
            try engine(model.graph), try engine(model.graph.roundingAttributes(as: form)), .fp16Storage,
            form.float32Tensors.isEmpty ? "fp16-storage" : "fp16-storage and fp32"
        )
    }

    private static func named(_ inputs: ComparedInputs) -> [String: AnyTensor] {
        Dictionary(
            (inputs.cases.first?.inputs ?? []).map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
    }

    private static func outputs(
        of contents: CoreMLPackageContents, _ inputs: ComparedInputs, _ arithmetic: ArithmeticName
    ) throws -> [String: AnyTensor] {
        let package = try Model(contents, path: "the package")
        let given = named(inputs).map { (contents.names[$0.key] ?? $0.key, $0.value) }
        return try package.engine(arithmetic).run(Dictionary(given, uniquingKeysWith: { first, _ in first }))
    }

    /// How the package's outputs compare with its source's.
    ///
    /// - Throws: ``ModelFormats/PackageWritingError`` if rounding does not explain the difference.
    private static func finding(
        _ contents: CoreMLPackageContents, of model: Model, _ source: Source, _ expected: [String: AnyTensor],
        _ inputs: ComparedInputs
    ) throws -> String {
        let found = try outputs(of: contents, inputs, source.arithmetic)
        func isEqual(_ expected: [String: AnyTensor]) -> Bool {
            expected.allSatisfy { name, values in
                let own = found[contents.names[name] ?? name]
                return values.shape == own?.shape && values.float64.hasBits(of: own?.float64)
            }
        }
        let areNumbers = expected.values.contains { $0.float64.elements.contains(where: \.isFinite) }
        let same =
            "every bit as \(model.name) computes in \(source.words)"
            + (areNumbers ? "" : ", which is no number on the inputs drawn: nothing was compared")
        if isEqual(expected) { return same }
        let pairs = expected.map { name, values in (values, found[contents.names[name] ?? name]) }
        let distance = pairs.map { expected, found in found.map { largestDifference(expected, $0) } ?? .infinity }.max()
        if let rounded = source.rounded, isEqual(try rounded.run(named(inputs))) {
            return "\(same) with attributes rounded to float16, as Core ML holds them; without that within "
                + (distance ?? 0).short
        }
        let package = try Model(contents, path: "the package")
        // Each side finds its inputs under its own names.
        let both = ComparedInputs(
            cases: inputs.cases.map { name, source, inputs in
                let renamed = inputs.map { (name: contents.names[$0.name] ?? $0.name, values: $0.values) }
                return (name, source, inputs + renamed.filter { own in !inputs.contains { $0.name == own.name } })
            })
        let comparison = try NetworkComparison(
            of: .model(package, package.engine(source.arithmetic), source.arithmetic),
            with: .model(model, source.rounded ?? source.engine, source.arithmetic), inputs: both,
            map: contents.names.filter { model.graph.outputs.contains($0.key) })
        let outputs = comparison.layers.filter(\.isOutput)
        let missing = model.graph.outputs.filter { output in !outputs.contains { $0.layer == output } }
        guard missing.isEmpty else {
            throw PackageWritingError(
                "the package's \(missing.joined(separator: ", ")) could not be compared with \(model.name)'s; it is not "
                    + "written")
        }
        let checks = comparison.layers.flatMap {
            LayerThresholds.rounding.checks(of: $0, network: model.name, deviations: [])
        }
        guard !checks.contains(where: { $0.verdict == .doesNotConform }) else {
            throw PackageWritingError(
                "the package's outputs differ from \(model.name)'s by \((distance ?? 0).short), which rounding "
                    + "does not explain; it is not written")
        }
        return "within \((distance ?? 0).short) of what \(model.name) computes in "
            + "\(source.words), which rounding explains"
    }

    private static func largestDifference(_ one: AnyTensor, _ other: AnyTensor) -> Double {
        guard one.shape == other.shape else { return .infinity }
        return zip(one.float64.elements, other.float64.elements).map { abs($0 - $1) }.max() ?? 0
    }
}

extension Tensor<Double> {
    /// Whether the numbers are equal, with NaN equal to NaN.
    fileprivate func hasBits(of other: Tensor<Double>?) -> Bool {
        guard let other, other.elements.count == elements.count else { return false }
        return zip(elements, other.elements).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    }
}

extension Graph {
    /// The nodes with a constant beyond float16's largest number, except limits, which have no effect there.
    fileprivate var nodesBeyondFloat16: [Node] {
        nodes.filter { node in
            !(node.operator is Clip)
                && node.inputs.contains { input in
                    guard let constant = input.flatMap({ initializers[$0] }), constant.elementType.floatFormat != nil
                    else { return false }
                    return constant.float64.elements.contains { $0.isFinite && abs($0) > 65504 }
                }
        }
    }
}
