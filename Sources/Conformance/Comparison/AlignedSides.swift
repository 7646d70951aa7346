import Captures
import Engines
import ModelFormats
import NetworkGraph
import Tensors

/// Two sides of a comparison, at least one of them a model. The model is run, and the other side's tensors are
/// brought under its names and into its element order.
package struct AlignedSides {
    /// The model that is run.
    let model: Model
    let engine: any Engine
    private let source: SideSource
    let arithmetics: (engine: ArithmeticName, recording: ArithmeticName)
    /// Which side is judged.
    package let candidate: LayerComparison.Candidate
    /// Names of the other side's tensors, keyed by the model's.
    private let map: [String: String]
    /// What a reader should know about the inputs.
    let notes: [String]
    /// How the first case was aligned; later cases follow it.
    private var first: SideSource.Aligned?
    /// Both graphs, if both sides are models.
    package private(set) var graphs: (baseline: Graph, candidate: Graph)?

    /// - Parameters:
    ///   - inputs: for two models; nil generates them.
    ///   - map: names of the candidate's tensors, keyed by the baseline's.
    /// - Returns: nil for two recordings.
    /// - Throws: ``NetworkGraph/GraphError`` if no inputs can be generated.
    package init?(
        of candidate: ComparedSide, with baseline: ComparedSide, inputs: ComparedInputs? = nil,
        map: [String: String] = [:]
    ) throws {
        let inverse = Dictionary(map.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        switch (baseline, candidate) {
        case (.capture, .capture): return nil
        case (.model(let model, let engine, _), .capture(let capture)):
            let source = try SideSource(capture, for: model.graph)
            self.init(
                model, engine, with: source, (baseline.judgedAs, candidate.judgedAs), candidate: .recording, map: map,
                notes: source.notes)
        case (.capture(let capture), .model(let model, let engine, _)):
            let source = try SideSource(capture, for: model.graph)
            self.init(
                model, engine, with: source, (candidate.judgedAs, baseline.judgedAs), candidate: .engine, map: inverse,
                notes: source.notes)
        case (.model(let model, let engine, _), .model(let other, let otherEngine, _)):
            let inputs = try inputs ?? ComparedInputs(for: model.graph, alongside: other.graph, seed: 1)
            let notes = inputs.warning.map { [$0] } ?? []
            // Errors are measured against the weights of the model that stores them more precisely.
            guard baseline.judgedAs.elementType == .float16, candidate.judgedAs.elementType != .float16 else {
                self.init(
                    model, engine, with: SideSource(other.graph, otherEngine, inputs),
                    (baseline.judgedAs, candidate.judgedAs), candidate: .recording, map: map, notes: notes)
                graphs = (model.graph, other.graph)
                return
            }
            self.init(
                other, otherEngine, with: SideSource(model.graph, engine, inputs),
                (candidate.judgedAs, baseline.judgedAs), candidate: .engine, map: inverse, notes: notes)
            graphs = (model.graph, other.graph)
        }
    }

    private init(
        _ model: Model, _ engine: any Engine, with source: SideSource,
        _ arithmetics: (engine: ArithmeticName, recording: ArithmeticName), candidate: LayerComparison.Candidate,
        map: [String: String], notes: [String] = []
    ) {
        (self.model, self.engine, self.source, self.arithmetics) = (model, engine, source, arithmetics)
        (self.candidate, self.map, self.notes) = (candidate, map, notes)
    }

    /// The graph of the model that is run.
    package var graph: Graph { model.graph }

    /// What the other side declares.
    package var recordedArithmetic: ArithmeticName { arithmetics.recording }

    package var caseNames: [String] { source.caseNames }

    /// What the other side holds for a case, aligned.
    ///
    /// - Throws: ``AlignmentError``, and what reading and computing throw.
    package mutating func recordedCase(_ name: String) throws -> RecordedCase { try aligned(name).recording }

    /// The names of the other side's tensors, keyed by the model's, if their elements lie in the same order.
    ///
    /// - Throws: as ``recordedCase(_:)``.
    package mutating func counterparts() throws -> [String: String] {
        guard let name = caseNames.first else { return [:] }
        let matches = try aligned(name).alignment.matches.filter { $0.arrangement.words == nil }
        return Dictionary(matches.map { ($0.reference, $0.other) }, uniquingKeysWith: { first, _ in first })
    }

    /// The names of the candidate's tensors, keyed by the baseline's, whatever their element order.
    ///
    /// - Throws: as ``recordedCase(_:)``.
    package mutating func pairs() throws -> [String: String] {
        guard let name = caseNames.first else { return [:] }
        let pairs = try aligned(name).alignment.matches.map { ($0.reference, $0.other) }
        return Dictionary(
            candidate == .recording ? pairs : pairs.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func aligned(_ name: String) throws -> SideSource.Aligned {
        let aligned = try source.aligned(name, with: engine, map: map, as: first)
        first = first ?? aligned
        return aligned
    }
}

extension ComparedSide {
    fileprivate var judgedAs: ArithmeticName { arithmetic ?? .fp32 }
}

/// What a model is compared with: a recording, or another model that is run for the comparison.
struct SideSource {
    let caseNames: [String]
    /// What a reader should know about the cases.
    let notes: [String]
    /// A case's inputs for the reference and, given those in the reference's order, this side's tensors.
    private let read: (String) throws -> SideCase

    struct SideCase {
        let source: String
        let inputs: [(name: String, values: AnyTensor)]
        /// The tensors, for the arrangement of this side's inputs at a position in ``arrangements``.
        let tensors: (Int) throws -> [SideTensor]
        /// The ways in which this side may take the inputs; nil if they are recorded with its tensors.
        let arrangements: [[Arrangement]]?
    }

    /// A recording. Its batches are split into elements for a graph that takes one at a time.
    init(_ capture: CaptureFile, for graph: Graph) throws {
        let takesOne = graph.inputs.allSatisfy { $0.dimensions.first == .fixed(1) }
        var elements = [(name: String, of: String, index: Int?)]()
        for name in capture.caseNames {
            // Most cases are told apart by their inputs, which are few.
            let mayBeBatch = try takesOne && capture.readInputs(of: name).batch != nil
            let batch = mayBeBatch ? try capture.readCase(name).batch : nil
            elements += batch.map { (0..<$0).map { ("\(name) [\($0)]", name, $0) } } ?? [(name, name, nil)]
        }
        caseNames = elements.map(\.name)
        notes =
            elements.contains { $0.index != nil }
            ? ["the recording's batches are compared element by element: the model takes one at a time"] : []
        let places = Dictionary(elements.map { ($0.name, ($0.of, $0.index)) }, uniquingKeysWith: { first, _ in first })
        // The elements of a batch follow each other.
        var last: CaptureCase?
        read = { name in
            let (whole, index) = places[name] ?? (name, nil)
            let read = try last.flatMap { $0.name == whole ? $0 : nil } ?? capture.readCase(whole)
            last = index == nil ? nil : read
            let recorded = index.map { read.element($0, named: name) } ?? read
            return SideCase(
                source: recorded.source, inputs: recorded.inputs.map { ($0.name, $0.values) },
                tensors: { _ in recorded.sideTensors }, arrangements: nil)
        }
    }

    init(_ graph: Graph, _ engine: any Engine, _ inputs: ComparedInputs) {
        caseNames = inputs.cases.map(\.name)
        notes = []
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
        /// How the inputs were brought into the reference's order, and into this side's.
        let inputs: (reference: [Arrangement], own: [Arrangement])
        let isRecording: Bool
        let notJudged: [String]
        /// Whether this side holds more than outputs; if not, tensors missing from it mean nothing.
        let recordsLayers: Bool

        func notes(_ names: (reference: String, other: String)) -> [String] {
            (isRecording ? [] : inputs.reference).compactMap(\.words).map {
                "\(names.reference)'s inputs have \($0), which is undone"
            }
                + inputs.own.compactMap(\.words).map { "\(names.other)'s inputs have \($0), which is undone" }
                + alignment.lines(reference: names.reference, other: names.other)
        }
    }

    /// A case of this side under the names and in the order of a reference, which is run on the case's inputs.
    ///
    /// If the inputs' shapes leave a choice, the first case takes the one with the nearest outputs; later cases
    /// follow it.
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
                // A recording's tensors are in the order of its inputs, which are the given ones.
                let exchanges =
                    way.arrangements.exchangesRowsAndColumns
                    != (read.arrangements == nil ? false : own.exchangesRowsAndColumns)
                let alignment: Alignment
                do {
                    alignment = try Alignment(
                        of: other, to: reference, map: map, known: first?.alignment, exchanges: exchanges)
                } catch {
                    // Another arrangement of the inputs may settle it.
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
                // If no outputs are near, the layers before the fault decide.
                let unlikeness = distance <= Alignment.nearness ? .min : -distances.count { $0.1 <= Alignment.nearness }
                if let best, (unlikeness, distance) >= (best.unlikeness, best.distance) { continue }
                let recordsLayers = other.contains { !$0.isOutput }
                let computed = reference.filter { $0.operator != "Constant" && (recordsLayers || $0.isOutput) }
                best = (
                    Aligned(
                        alignment: alignment,
                        recording: RecordedCase(name: name, source: read.source, inputs: way.inputs, tensors: tensors),
                        inputs: (way.arrangements, own), isRecording: read.arrangements == nil,
                        notJudged: computed.notJudged(alignment.referenceAlone)
                            + other.notJudged(alignment.otherAlone),
                        recordsLayers: recordsLayers),
                    distance, unlikeness
                )
            }
        }
        if let failure, best == nil { throw failure }
        guard let best else { throw ComparisonError.nothingInCommon("case \"\(name)\" has no inputs") }
        return best.aligned
    }
}

extension CaptureCase {
    /// The size of the batch, if the first axis of every tensor is one and it exceeds 1; else nil.
    fileprivate var batch: Int? {
        let extents = Set((inputs.map(\.values) + tensors.map(\.values)).map { $0.shape.rank > 0 ? $0.shape[0] : 0 })
        return extents.count == 1 ? extents.first.flatMap { $0 > 1 ? $0 : nil } : nil
    }

    fileprivate func element(_ index: Int, named name: String) -> CaptureCase {
        CaptureCase(
            name: name, source: source,
            inputs: inputs.map { .init(name: $0.name, values: $0.values.slice(index..<index + 1)) },
            tensors: tensors.map {
                .init(
                    name: $0.name, node: $0.node, operator: $0.operator, isGraphOutput: $0.isGraphOutput,
                    values: $0.values.slice(index..<index + 1))
            })
    }
}

extension [Arrangement] {
    fileprivate var exchangesRowsAndColumns: Bool { contains(where: \.exchangesRowsAndColumns) }
}

extension Engine {
    /// Every node's outputs as tensors of a side, and the graph's constants, since a recording may hold these too.
    /// Two models' constants are not compared: each layer may store its weights in an order of its own.
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
    /// The ways in which given tensors can be the graph's inputs: by name, or whatever the names if there is one of
    /// each; unchanged if that fits, else in every arrangement that fits.
    ///
    /// - Throws: ``GraphError/badInput(_:reason:)`` if there is none.
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
    /// The unchanged tensor, if it fits the declared extents; else every arrangement of it that fits.
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
