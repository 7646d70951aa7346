import Captures
import Engines
import ModelFormats
import NetworkGraph
import Tensors

extension NetworkComparison {
    /// Compares any two forms of a network, each a model or a recording, after aligning their tensors.
    ///
    /// A model is computed on the recording's inputs; two models on the inputs given. Where one side is a model, each
    /// side's error against its float64 run is measured beside the bound of the arithmetic that the side declares.
    ///
    /// - Parameters:
    ///   - inputs: for two models; nil draws them.
    ///   - map: names of the candidate's tensors by the baseline's.
    ///   - progress: is told of each case before it is compared.
    /// - Throws: ``AlignmentError``, ``ComparisonError``, ``Captures/CaptureError``, and what the engines throw.
    public init(
        of candidate: ComparedSide, with baseline: ComparedSide, inputs: ComparedInputs? = nil,
        map: [String: String] = [:], progress: (_ caseName: String) -> Void = { _ in }
    ) throws {
        var notes = [String]()
        if candidate.sha256 != baseline.sha256 {
            notes.append(
                "the sides are not of one file: the baseline is of \"\(baseline.name)\" (sha256 "
                    + "\(baseline.sha256.prefix(12))), the candidate of \"\(candidate.name)\" "
                    + "(\(candidate.sha256.prefix(12)))")
        }
        for (role, side) in [("baseline", baseline), ("candidate", candidate)] where side.arithmetic == nil {
            if case .capture(let capture) = side {
                notes.append(
                    "the \(role) declares arithmetic \"\(capture.header.arithmetic)\", of which no bound is known: that "
                        + "of float32 is used")
            }
        }
        switch (baseline, candidate) {
        case (.capture(let one), .capture(let other)):
            try self.init(of: other, with: one, map: map, notes: notes, progress: progress)
        case (.model(let model, let engine, _), .capture(let capture)):
            let source = SideSource(capture)
            try self.init(
                model, engine, with: source, (baseline.judgedAs, candidate.judgedAs), candidate: .recording, map: map,
                notes: notes, progress: progress)
        case (.capture(let capture), .model(let model, let engine, _)):
            let source = SideSource(capture)
            let inverse = Dictionary(map.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            try self.init(
                model, engine, with: source, (candidate.judgedAs, baseline.judgedAs), candidate: .engine,
                map: inverse, notes: notes, progress: progress)
        case (.model(let model, let engine, _), .model(let other, let otherEngine, _)):
            let inputs = try inputs ?? ComparedInputs(for: model.graph, seed: 1)
            if let warning = inputs.warning { notes.append(warning) }
            // Errors are measured against the weights of the model that holds them more precisely.
            guard baseline.judgedAs.storesFloat16, !candidate.judgedAs.storesFloat16 else {
                try self.init(
                    model, engine, with: SideSource(other.graph, otherEngine, inputs),
                    (baseline.judgedAs, candidate.judgedAs), candidate: .recording, map: map, notes: notes,
                    progress: progress)
                return
            }
            let inverse = Dictionary(map.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            try self.init(
                other, otherEngine, with: SideSource(model.graph, engine, inputs),
                (candidate.judgedAs, baseline.judgedAs), candidate: .engine, map: inverse, notes: notes,
                progress: progress)
        }
    }

    /// A model's run against another side.
    private init(
        _ model: Model, _ engine: any Engine, with source: SideSource,
        _ arithmetics: (engine: ArithmeticName, recording: ArithmeticName), candidate: LayerComparison.Candidate,
        map: [String: String], notes: [String], progress: (_ caseName: String) -> Void
    ) throws {
        let comparison = try LayerComparison(of: engine, arithmetics, candidate: candidate)
        let names = candidate == .engine ? ("the candidate", "the baseline") : ("the baseline", "the candidate")
        var told = notes
        var notCompared = [String]()
        var cases = [CaseMetrics]()
        var first: SideSource.Aligned?
        var alone = TensorsAlone()
        for name in source.caseNames {
            progress(name)
            let aligned = try source.aligned(name, with: engine, map: map, as: first)
            first = first ?? aligned
            told += aligned.notes(names)
            alone.add(aligned.alignment, recordsLayers: aligned.recordsLayers)
            notCompared += aligned.notJudged
            cases.append(try comparison.compare(with: aligned.recording))
        }
        let constants = Set(engine.graph.initializers.keys)
        told += alone.lines(reference: names.0, other: names.1, but: constants)
        self.init(
            network: model.name, modelSHA256: model.sha256, cases: cases, layersNotCompared: notCompared.withoutRepeats,
            alignment: told.withoutRepeats)
    }

    /// Two recordings.
    private init(
        of candidate: CaptureFile, with baseline: CaptureFile, map: [String: String], notes: [String],
        progress: (_ caseName: String) -> Void
    ) throws {
        let common = baseline.caseNames.filter(candidate.caseNames.contains)
        guard !common.isEmpty else {
            throw ComparisonError.nothingInCommon("\(baseline.path) and \(candidate.path) have no case of one name")
        }
        var (cases, notCompared, told, alone) = ([CaseMetrics](), [String](), notes, TensorsAlone())
        for name in common {
            progress(name)
            let (expected, actual) = (try baseline.readCase(name), try candidate.readCase(name))
            guard let exchanges = expected.inputs.arrangements(of: actual.inputs) else {
                throw CaptureError.stale(
                    file: candidate.path, reason: "case \"\(name)\" has other inputs than in \(baseline.path)")
            }
            told += exchanges.compactMap(\.words).map { "the candidate's inputs have \($0), which is undone" }
            let alignment = try Alignment(
                of: actual.sideTensors, to: expected.sideTensors, map: map,
                exchanges: exchanges.contains(where: \.exchangesRowsAndColumns))
            told += alignment.lines(reference: "the baseline", other: "the candidate")
            alone.add(alignment, recordsLayers: true)
            notCompared += expected.sideTensors.notJudged(alignment.referenceAlone)
            notCompared += actual.sideTensors.notJudged(alignment.otherAlone)
            let arranged = alignment.arranged(
                Dictionary(actual.tensors.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }),
                as: Dictionary(
                    expected.tensors.map { ($0.name, $0.values.shape) }, uniquingKeysWith: { first, _ in first }))
            let layers = expected.tensors.compactMap { tensor in
                arranged[tensor.name].map { values in
                    LayerMetrics(
                        layer: tensor.name, node: tensor.node, operator: tensor.operator,
                        isOutput: tensor.isGraphOutput, shape: tensor.values.shape.dimensions, isolated: nil,
                        cumulative: Agreement(difference: Difference(baseline: tensor.values, candidate: values)))
                }
            }
            cases.append(CaseMetrics(name: name, source: expected.source, layers: layers))
        }
        told += alone.lines(reference: "the baseline", other: "the candidate")
        self.init(
            network: baseline.header.modelName, modelSHA256: baseline.header.modelSHA256, cases: cases,
            layersNotCompared: notCompared.withoutRepeats,
            casesNotCompared: (baseline.caseNames + candidate.caseNames).filter { !common.contains($0) },
            alignment: told.withoutRepeats)
    }
}

extension ComparedSide {
    fileprivate var judgedAs: ArithmeticName { arithmetic ?? .fp32 }
}

/// What a model is compared with: a recording, or another model that is run for it.
private struct SideSource {
    let caseNames: [String]
    /// A case's inputs for the reference and, given those in the reference's order, the tensors of this side.
    private let read: (String) throws -> SideCase

    struct SideCase {
        let source: String
        let inputs: [(name: String, values: AnyTensor)]
        /// The tensors, for the arrangement of its own inputs at a position in ``arrangements``.
        let tensors: (Int) throws -> [SideTensor]
        /// The ways in which this side may take the inputs; nil where they are recorded with its tensors.
        let arrangements: [[Arrangement]]?
    }

    init(_ capture: CaptureFile) {
        caseNames = capture.caseNames
        read = { name in
            let recorded = try capture.readCase(name)
            return SideCase(
                source: recorded.source, inputs: recorded.inputs.map { ($0.name, $0.values) },
                tensors: { _ in recorded.sideTensors }, arrangements: nil)
        }
    }

    init(_ graph: Graph, _ engine: any Engine, _ inputs: ComparedInputs) {
        caseNames = inputs.cases.map(\.name)
        read = { name in
            guard let given = inputs.cases.first(where: { $0.name == name }) else {
                throw ComparisonError.nothingInCommon("there is no case \(name)")
            }
            let ways = try graph.ways(toTake: given.inputs)
            return SideCase(
                source: given.source, inputs: given.inputs,
                tensors: { try engine.sideTensors(for: ways[$0].inputs, withConstants: false) },
                arrangements: ways.map(\.arrangements))
        }
    }

    struct Aligned {
        let alignment: Alignment
        let recording: RecordedCase
        /// How the inputs were brought into the order of the reference, and of this side.
        let inputs: (reference: [Arrangement], own: [Arrangement])
        let isRecording: Bool
        let notJudged: [String]
        /// Whether this side holds more than outputs: else what it leaves out says nothing.
        let recordsLayers: Bool

        func notes(_ names: (reference: String, other: String)) -> [String] {
            (isRecording ? [] : inputs.reference).compactMap(\.words).map {
                "\(names.reference)'s inputs have \($0), which is undone"
            }
                + inputs.own.compactMap(\.words).map { "\(names.other)'s inputs have \($0), which is undone" }
                + alignment.lines(reference: names.reference, other: names.other)
        }
    }

    /// A case of this side under the names and in the order of a reference, which is run on its inputs.
    ///
    /// Where the inputs' shapes leave a choice, that counts in which the outputs are nearest; of further cases, that of
    /// the first.
    func aligned(
        _ name: String, with engine: any Engine, map: [String: String], as first: Aligned?
    ) throws -> Aligned {
        let read = try read(name)
        var best: (aligned: Aligned, distance: Double, unlikeness: Int)?
        var failure: AlignmentError?
        for way in try engine.graph.ways(toTake: read.inputs) {
            if let first, way.arrangements != first.inputs.reference { continue }
            let reference = try engine.sideTensors(for: way.inputs, withConstants: read.arrangements == nil)
            for (position, own) in (read.arrangements ?? [way.arrangements]).enumerated() {
                if let first, own != first.inputs.own { continue }
                let other = try read.tensors(position)
                // What a recording holds is in the order of its inputs, which are the given ones.
                let exchanges =
                    way.arrangements.exchangesRowsAndColumns
                    != (read.arrangements == nil ? false : own.exchangesRowsAndColumns)
                let alignment: Alignment
                do {
                    alignment = try Alignment(
                        of: other, to: reference, map: map, known: first?.alignment, exchanges: exchanges)
                } catch {
                    // In another arrangement of the inputs it may be clear.
                    failure = failure ?? error
                    continue
                }
                let shapes = Dictionary(
                    reference.map { ($0.name, $0.values.shape) }, uniquingKeysWith: { first, _ in first })
                let tensors = alignment.arranged(
                    Dictionary(other.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }), as: shapes)
                let distances = reference.compactMap { tensor in
                    tensors[tensor.name].map { (tensor.isOutput, tensorDistance(tensor.values, $0)) }
                }
                let distance = distances.filter(\.0).map(\.1).max() ?? .infinity
                // Where no output is matched, the layers tell.
                let unlikeness = -distances.count { $0.1 <= Alignment.nearness }
                if let best, (distance, unlikeness) >= (best.distance, best.unlikeness) { continue }
                best = (
                    Aligned(
                        alignment: alignment,
                        recording: RecordedCase(name: name, source: read.source, inputs: way.inputs, tensors: tensors),
                        inputs: (way.arrangements, own), isRecording: read.arrangements == nil,
                        notJudged: reference.filter { $0.operator != "Constant" }.notJudged(alignment.referenceAlone)
                            + other.notJudged(alignment.otherAlone),
                        recordsLayers: other.contains { !$0.isOutput }),
                    distance, unlikeness
                )
            }
        }
        if let failure, best == nil { throw failure }
        guard let best else { throw ComparisonError.nothingInCommon("case \"\(name)\" has no inputs") }
        return best.aligned
    }
}

extension [Arrangement] {
    fileprivate var exchangesRowsAndColumns: Bool { contains(where: \.exchangesRowsAndColumns) }
}

extension Engine {
    /// What every node gives as tensors of a side, and the graph's constants, which a recording may hold as well. Between
    /// two models these are not compared: weights may lie in any order that the layer that takes them knows.
    fileprivate func sideTensors(for inputs: [String: AnyTensor], withConstants: Bool) throws -> [SideTensor] {
        var tensors = graph.initializers.sorted { $0.key < $1.key }
            .filter { withConstants || graph.outputs.contains($0.key) }
            .map { name, values in
                SideTensor(name: name, operator: "Constant", isOutput: graph.outputs.contains(name), values: values)
            }
        _ = try run(inputs) { activation in
            tensors.append(
                SideTensor(
                    name: activation.name, operator: activation.node.operator.name,
                    isOutput: graph.outputs.contains(activation.name), values: activation.values,
                    logits: activation.node.operator is Softmax && graph.outputs.contains(activation.name)
                        ? activation.node.inputs.first ?? nil : nil))
        }
        return tensors
    }
}

extension Graph {
    /// The ways in which given tensors can be the graph's inputs: by name or, where there is one of each, whatever the
    /// names; as they are where that fits, else in every arrangement that does.
    ///
    /// - Throws: ``GraphError/badInput(_:reason:)`` where there is none.
    fileprivate func ways(
        toTake given: [(name: String, values: AnyTensor)]
    ) throws -> [(inputs: [String: AnyTensor], arrangements: [Arrangement])] {
        var ways: [(inputs: [String: AnyTensor], arrangements: [Arrangement])] = [([:], [])]
        for input in inputs {
            let only = inputs.count == 1 && given.count == 1 ? given.first : nil
            let named = given.first { $0.name == input.name } ?? only
            guard let values = named?.values else {
                throw GraphError.badInput(
                    input.name,
                    reason: "no tensor is given; there are \(given.map(\.name).joined(separator: ", "))")
            }
            let options = input.arrangements(of: values)
            guard !options.isEmpty else {
                _ = try inputTensors(in: [input.name: values])
                throw GraphError.badInput(input.name, reason: "shape \(values.shape) does not fit in any layout")
            }
            ways = ways.flatMap { way in
                options.map { option in
                    (way.inputs.merging([input.name: option.values]) { $1 }, way.arrangements + [option.arrangement])
                }
            }
        }
        return ways
    }
}

extension Graph.Input {
    /// The tensor as it is, if it fits the declared extents; else in each arrangement that does.
    fileprivate func arrangements(of tensor: AnyTensor) -> [(values: AnyTensor, arrangement: Arrangement)] {
        func fits(_ shape: Shape) -> Bool {
            shape.rank == dimensions.count
                && zip(shape.dimensions, dimensions).allSatisfy { extent, dimension in
                    if case .fixed(let wanted) = dimension { extent == wanted } else { true }
                }
        }
        if fits(tensor.shape) { return [(tensor, .none(rank: tensor.shape.rank))] }
        return Arrangement.ofImages.compactMap { arrangement in
            guard tensor.shape.rank == 4 else { return nil }
            let shape = Shape(arrangement.permutation.map { tensor.shape[$0] })
            guard fits(shape) else { return nil }
            return arrangement.applied(to: tensor, shape: shape).map { ($0, arrangement) }
        }
    }
}

extension CaptureCase {
    fileprivate var sideTensors: [SideTensor] {
        tensors.map {
            SideTensor(name: $0.name, operator: $0.operator, isOutput: $0.isGraphOutput, values: $0.values)
        }
    }
}

extension [SideTensor] {
    /// Of the tensors that the other side lacks, those that keep it from being judged: outputs, and what is not finite.
    fileprivate func notJudged(_ alone: [String]) -> [String] {
        let alone = Set(alone)
        return filter { tensor in
            alone.contains(tensor.name)
                && (tensor.isOutput || !tensor.values.float64.elements.allSatisfy(\.isFinite))
        }.map(\.name)
    }
}

/// The tensors that one side alone has, over all cases.
private struct TensorsAlone {
    private var matched = Set<String>()
    private var (reference, other) = ([String](), [String]())

    mutating func add(_ alignment: Alignment, recordsLayers: Bool) {
        matched.formUnion(alignment.matches.flatMap { [$0.reference, $0.other] })
        if recordsLayers { reference += alignment.referenceAlone }
        other += alignment.otherAlone
    }

    /// What is said of them.
    func lines(reference: String, other: String, but constants: Set<String> = []) -> [String] {
        [(reference, self.reference), (other, self.other)].compactMap { side, names in
            let alone = names.withoutRepeats.filter { !matched.contains($0) && !constants.contains($0) }
            return alone.isEmpty
                ? nil : "\(side) alone has \(alone.joined(separator: ", ")): judged with what follows from them"
        }
    }
}

extension [CaptureCase.Input] {
    /// The arrangements in which another recording's inputs have the same bits as these; nil if there are none.
    fileprivate func arrangements(of other: [CaptureCase.Input]) -> [Arrangement]? {
        guard count == other.count else { return nil }
        var arrangements = [Arrangement]()
        for input in self {
            let counterpart = other.first { $0.name == input.name } ?? (count == 1 ? other[0] : nil)
            guard let counterpart, counterpart.values.elementType == input.values.elementType else { return nil }
            let fitting = Arrangement.all(from: counterpart.values.shape, to: input.values.shape).first { arrangement in
                arrangement.applied(to: counterpart.values, shape: input.values.shape)?.littleEndianBytes
                    == input.values.littleEndianBytes
            }
            guard let fitting else { return nil }
            arrangements.append(fitting)
        }
        return arrangements
    }
}
