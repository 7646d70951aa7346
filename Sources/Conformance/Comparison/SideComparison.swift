import Captures
import Engines
import Foundation
import ModelFormats
import NetworkGraph
import Tensors

extension NetworkComparison {
    /// Compares any two forms of a network, each a model or a recording, after aligning their tensors.
    ///
    /// A model is computed on the recording's inputs; two models on the given inputs. If one side is a model, each
    /// side's error against the float64 run is compared with the bound of the side's declared arithmetic.
    ///
    /// - Parameters:
    ///   - inputs: for two models; nil generates them.
    ///   - map: names of the candidate's tensors, keyed by the baseline's.
    ///   - network: the network's name in the report; nil for the name of the model that is run.
    ///   - shard: which cases to compare, if one side is a model.
    ///   - outputsOnly: whether to compare only the network's outputs, if one side is a model.
    ///   - tasks: the metrics to measure on the outputs.
    ///   - progress: called with each case before it is compared.
    /// - Throws: ``AlignmentError``, ``ComparisonError``, ``Captures/CaptureError``, and any error of the engines.
    public init(
        of candidate: ComparedSide, with baseline: ComparedSide, inputs: ComparedInputs? = nil,
        map: [String: String] = [:], named network: String? = nil, shard: Shard = .whole,
        outputsOnly: Bool = false, tasks: [TaskMetric] = [], progress: (_ caseName: String) -> Void = { _ in }
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
            try self.init(of: other, with: one, map: map, notes: notes, tasks: tasks, progress: progress)
        default:
            guard let sides = try AlignedSides(of: candidate, with: baseline, inputs: inputs, map: map) else {
                throw ComparisonError.nothingInCommon("neither side is a model")
            }
            try self.init(
                sides, named: network, shard: shard, outputsOnly: outputsOnly, notes: notes + sides.notes, tasks: tasks,
                progress: progress)
        }
    }

    /// Compares a model's run with another side.
    private init(
        _ sides: AlignedSides, named network: String?, shard: Shard, outputsOnly: Bool, notes: [String],
        tasks: [TaskMetric], progress: (_ caseName: String) -> Void
    ) throws {
        let comparison = try LayerComparison(
            of: sides.engine, sides.arithmetics, candidate: sides.candidate, tasks: tasks)
        let names = sides.candidate == .engine ? ("the candidate", "the baseline") : ("the baseline", "the candidate")
        var told = notes
        var notCompared = [String]()
        var cases = [CaseMetrics]()
        var (alone, gaps) = (TensorsAlone(), InputGaps())
        var sides = sides
        // The first case decides the alignment of all cases, whichever shard it is in.
        let stretch = shard.stretch(of: sides.caseNames)
        if let first = sides.caseNames.first, stretch.first != first { _ = try sides.aligned(first) }
        for name in stretch {
            progress(name)
            let aligned = try sides.aligned(name)
            // Most cases say the same: memory does not grow with their number.
            told = (told + aligned.notes(names)).withoutRepeats
            alone.add(aligned.alignment, recordsLayers: aligned.recordsLayers && !outputsOnly)
            notCompared = (notCompared + aligned.notJudged).withoutRepeats
            gaps = gaps.merged(with: InputGaps(aligned.recording.inputs))
            cases.append(try comparison.compare(with: aligned.recording, outputsOnly: outputsOnly))
        }
        let constants = Set(sides.model.graph.initializers.keys)
        told += alone.lines(reference: names.0, other: names.1, but: constants)
        self.init(
            network: network ?? sides.model.name, modelSHA256: sides.model.sha256, cases: cases,
            layersNotCompared: notCompared.withoutRepeats, alignment: told.withoutRepeats,
            inputsCannotShow: gaps.sentences,
            inputsAreConstant: gaps.areConstant)
    }

    /// Two recordings.
    private init(
        of candidate: CaptureFile, with baseline: CaptureFile, map: [String: String], notes: [String],
        tasks: [TaskMetric], progress: (_ caseName: String) -> Void
    ) throws {
        let common = baseline.caseNames.filter(candidate.caseNames.contains)
        guard !common.isEmpty else {
            throw ComparisonError.nothingInCommon("\(baseline.path) and \(candidate.path) have no case of one name")
        }
        var (cases, notCompared, told, alone) = ([CaseMetrics](), [String](), notes, TensorsAlone())
        var gaps = InputGaps()
        for name in common {
            progress(name)
            let (expected, actual) = (try baseline.readCase(name), try candidate.readCase(name))
            guard let exchanges = expected.inputs.arrangements(of: actual.inputs) else {
                throw CaptureError.stale(
                    file: candidate.path, reason: "case \"\(name)\" has other inputs than in \(baseline.path)")
            }
            gaps = gaps.merged(with: InputGaps(RecordedCase(expected).inputs))
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
                        cumulative: Agreement(
                            difference: Difference(baseline: tensor.values, candidate: values),
                            signal: SignalAgreement(baseline: tensor.values, candidate: values)))
                }
            }
            let answers = expected.tensors.filter(\.isGraphOutput).compactMap { tensor in
                arranged[tensor.name].map { (name: tensor.name, baseline: tensor.values, candidate: $0) }
            }
            cases.append(
                CaseMetrics(
                    name: name, source: expected.source, layers: layers,
                    tasks: tasks.isEmpty
                        ? nil : try tasks.map { task throws(TaskError) in try TaskAgreement(task, of: answers) }))
        }
        told += alone.lines(reference: "the baseline", other: "the candidate")
        self.init(
            network: baseline.header.modelName, modelSHA256: baseline.header.modelSHA256, cases: cases,
            layersNotCompared: notCompared.withoutRepeats,
            casesNotCompared: (baseline.caseNames + candidate.caseNames).filter { !common.contains($0) },
            alignment: told.withoutRepeats, inputsCannotShow: gaps.sentences,
            inputsAreConstant: gaps.areConstant)
    }
}

extension CaptureCase {
    var sideTensors: [SideTensor] {
        tensors.enumerated().map { position, tensor in
            SideTensor(
                name: tensor.name, operator: tensor.operator, isOutput: tensor.isGraphOutput, values: tensor.values,
                logits: tensor.isGraphOutput && tensor.operator.lowercased() == "softmax"
                    ? tensors[..<position].last { tensor.values.isSoftmax(of: $0.values) }?.name : nil)
        }
    }
}

extension AnyTensor {
    /// Whether each vector along the last or the second axis is a softmax's output, to float16's precision.
    fileprivate func isSoftmax(of logits: AnyTensor) -> Bool {
        guard shape == logits.shape, shape.rank > 0 else { return false }
        let (shares, exponents) = (float64.elements, logits.float64.elements)
        return Set([shape.rank - 1, min(1, shape.rank - 1)]).contains { axis in
            let stride = shape.dimensions[(axis + 1)...].reduce(1, *)
            let extent = shape[axis]
            return stride * extent > 0
                && shares.indices.filter { $0 / stride % extent == 0 }.allSatisfy { start in
                    let lane = (0..<extent).map { start + $0 * stride }
                    let largest = lane.map { exponents[$0] }.max() ?? 0
                    let powers = lane.map { exp(exponents[$0] - largest) }
                    let sum = powers.reduce(0, +)
                    return zip(lane, powers).allSatisfy { abs(shares[$0] - $1 / sum) <= 0x1p-9 }
                }
        }
    }
}

extension [SideTensor] {
    /// The other side's missing tensors that keep it from being judged: outputs, and those with non-finite elements.
    func notJudged(_ alone: [String]) -> [String] {
        let alone = Set(alone)
        return filter { tensor in
            alone.contains(tensor.name)
                && (tensor.isOutput || !tensor.values.float64.elements.allSatisfy(\.isFinite))
        }.map(\.name)
    }
}

/// The tensors that only one side has, over all cases.
private struct TensorsAlone {
    private var matched = Set<String>()
    private var (reference, other) = ([String](), [String]())

    mutating func add(_ alignment: Alignment, recordsLayers: Bool) {
        matched.formUnion(alignment.matches.flatMap { [$0.reference, $0.other] })
        if recordsLayers { reference = (reference + alignment.referenceAlone).withoutRepeats }
        other = (other + alignment.otherAlone).withoutRepeats
    }

    /// The sentence about them.
    func lines(reference: String, other: String, but constants: Set<String> = []) -> [String] {
        [(reference, self.reference), (other, self.other)].compactMap { side, names in
            let alone = names.filter { !matched.contains($0) && !constants.contains($0) }
            return alone.isEmpty
                ? nil : "\(side) alone has \(alone.joined(separator: ", ")): judged with what follows from them"
        }
    }
}

extension [CaptureCase.Input] {
    /// The arrangements in which another recording's inputs equal these bit for bit; nil if there are none.
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
