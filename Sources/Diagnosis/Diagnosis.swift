import Conformance
import Engines
import NetworkGraph
import Tensors

/// Why a recording differs from its network's computation: causes confirmed by computing with them, and the differences
/// left unexplained.
package struct Diagnosis: Sendable, Codable, Equatable {
    /// A fault: with it, rounding explains the recording in every case.
    package struct Cause: Sendable, Codable, Equatable {
        /// The first layer with the fault; nil for the whole network, or its inputs.
        package let layer: Layer?
        /// All layers with the fault; empty for the whole network, or its inputs.
        package let layers: [Layer]
        package let kind: FaultKind
        /// A sentence without a full stop.
        package let words: String
        /// Other faults that also explain the recording: these inputs cannot distinguish them.
        package let alternatives: [String]
        /// The recorded tensors that it explains.
        package let explains: [String]
        /// The difference divided by what rounding explains, without and with the fault; the latter is at most 1.
        package let ratioBefore: Double
        package let ratioAfter: Double
        /// The case on which it was chosen, and how many cases it explains: all that hold the same tensors and, if they
        /// agree, all others.
        package let chosenOn: String
        package internal(set) var confirmedOn: Int
    }

    /// A part of the network that differs and that no tried fault explains.
    package struct Unexplained: Sendable, Codable, Equatable {
        package let layers: [Layer]
        /// The recorded tensors that differ.
        package let tensors: [String]
        package let ratio: Double
        /// Where the wrong numbers are, in words.
        package let pattern: String
        /// The nearest fault; nil if none comes nearer than the unaltered network.
        package let closest: String?
        package let closestRatio: Double?
    }

    package internal(set) var causes: [Cause]
    package internal(set) var unexplained: [Unexplained]
    /// How many altered computations were tried.
    package internal(set) var tried: Int
    /// What else a reader should know: what was left out, and why.
    package internal(set) var notes: [String]
    /// Both files side by side, if both sides are models; nil if one is a recording.
    package internal(set) var files: FileComparison?

    /// Whether nothing differs.
    package var isEmpty: Bool { causes.isEmpty && unexplained.isEmpty }

    /// The sentences of the diagnosis, causes first; none if nothing differs.
    package var sentences: [String] {
        causes.map { cause in
            cause.words
                + (cause.alternatives.isEmpty
                    ? "" : "; or, which these inputs do not tell apart: \(cause.alternatives.joined(separator: "; "))")
        } + unexplained.map(\.words)
    }
}

extension Diagnosis.Unexplained {
    var words: String {
        let place =
            layers.count == 1 ? layers[0].words : "between \(layers[0].words) and \(tensors.joined(separator: ", "))"
        let nearest = closest.map { "; the closest that was tried: \($0) (\(short(closestRatio ?? 0)) times)" } ?? ""
        return "unexplained: \(place), \(pattern), \(short(ratio)) times what rounding explains\(nearest)"
    }

    private func short(_ ratio: Double) -> String {
        guard ratio.isFinite else { return "infinitely many" }
        let rounded = ratio >= 100 ? ratio.rounded() : (ratio * 10).rounded() / 10
        return rounded < 1e9 && rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}

extension Diagnosis {
    /// Explains the cases of a recording of a network.
    ///
    /// - Parameters:
    ///   - graph: the network as it should be.
    ///   - arithmetic: the one that the recording declares.
    ///   - cases: the names of the recording's cases, in order.
    ///   - progress: called with what is being tried, in words.
    ///   - read: returns a case with its inputs and recorded tensors, under the graph's names and in its order.
    /// - Throws: the errors of reading and computing.
    package init(
        of graph: Graph, in arithmetic: ArithmeticName, cases: [String],
        progress: @Sendable (String) -> Void = { _ in }, read: (String) throws -> RecordedCase
    ) throws {
        self.init(causes: [], unexplained: [], tried: 0, notes: [])
        var groups = [Set<String>: [String]]()
        var inputsBefore = [String: [String: AnyTensor]]()
        var previous: RecordedCase?
        for name in cases {
            let recorded = try read(name)
            groups[Set(recorded.tensors.keys).subtracting(graph.initializers.keys), default: []].append(name)
            inputsBefore[name] = previous?.inputs
            previous = recorded
        }
        // The more is recorded, the easier a fault is to identify: faults found there are tested on the other cases.
        let order = groups.sorted { ($1.key.count, $0.value[0]) < ($0.key.count, $1.value[0]) }
        var found = [Hypothesis]()
        for (recorded, names) in order {
            try explain(
                names, recording: recorded, of: graph, in: arithmetic, inputsBefore, &found, progress: progress,
                read: read)
        }
        joinRepeatedCauses(of: graph)
    }

    /// Explains one side of a comparison by the other side's model.
    ///
    /// - Throws: the errors of aligning, reading and computing.
    package init(of sides: inout AlignedSides, progress: @Sendable (String) -> Void = { _ in }) throws {
        // The first case decides the alignment of all.
        if let first = sides.caseNames.first { _ = try sides.recordedCase(first) }
        try self.init(
            of: sides.graph, in: sides.recordedArithmetic, cases: sides.caseNames, progress: progress,
            read: { try sides.recordedCase($0) })
        if sides.candidate == .engine, !causes.isEmpty {
            notes.append(
                "the candidate is the model that was altered here: with what is named, it computes what the baseline "
                    + "recorded")
        }
        if let graphs = sides.graphs {
            files = FileComparison(of: graphs.candidate, with: graphs.baseline, pairs: try sides.pairs())
        }
    }

    /// Explains cases that hold the same tensors.
    ///
    /// - Parameter found: faults found in other cases, which are tried first.
    private mutating func explain(
        _ cases: [String], recording tensors: Set<String>, of graph: Graph, in arithmetic: ArithmeticName,
        _ inputsBefore: [String: [String: AnyTensor]], _ found: inout [Hypothesis],
        progress: @Sendable (String) -> Void, read: (String) throws -> RecordedCase
    ) throws {
        let sections = Section.all(of: graph, recorded: tensors)
        let known = sections.map { section in
            found.filter { hypothesis in
                hypothesis.alterations.keys.contains(where: section.nodes.contains)
                    || hypothesis.input != nil && section.takesInputs(of: graph)
            }
        }
        var failures = [Int: [Failure]]()
        for name in cases {
            progress("looking for the first wrong layer, \(name)")
            let recorded = try read(name)
            let ratios = try concurrentMap(Array(zip(sections, known))) { section, known in
                let trial = Trial(
                    SectionRun(graph: graph, section: section, arithmetic: arithmetic), of: recorded,
                    previous: inputsBefore[name])
                let ratio = try trial.ratio()
                return ratio <= 1 || known.isEmpty ? ratio : min(ratio, try trial.ratio(under: known))
            }
            for (index, ratio) in ratios.enumerated() where !(ratio <= 1) {
                failures[index, default: []].append(
                    Failure(name: name, ratio: ratio, size: recorded.inputs.values.map(\.shape.count).reduce(0, +)))
            }
        }
        for index in causes.indices { causes[index].confirmedOn += failures.isEmpty ? cases.count : 0 }
        for (index, section) in sections.enumerated() {
            guard let failing = failures[index] else { continue }
            let search = SectionSearch(
                run: SectionRun(graph: graph, section: section, arithmetic: arithmetic), cases: cases,
                inputsBefore: inputsBefore)
            let result = try search.explain(failing, progress: progress, read: read)
            causes += result.causes
            found += result.found
            unexplained += result.unexplained
            tried += result.tried
            notes += result.notes
        }
    }

    /// A case whose tensors a section does not produce.
    struct Failure {
        let name: String
        let ratio: Double
        /// The number of elements of its inputs.
        let size: Int
    }

    /// Reports a fault of several layers once.
    private mutating func joinRepeatedCauses(of graph: Graph) {
        var joined = [Cause]()
        let alike = Dictionary(grouping: causes) { "\($0.kind.rawValue) \($0.fault)" }
        for same in alike.sorted(by: { $0.key < $1.key }).map(\.value) {
            guard same.count > 2, same.allSatisfy({ $0.layer != nil }) else {
                joined += same
                continue
            }
            let layers = same.compactMap(\.layer?.tensor)
            joined.append(
                Cause(
                    layer: same[0].layer, layers: same.flatMap(\.layers), kind: same[0].kind,
                    words: "\(layers.count) layers: \(same[0].fault) (\(layers.joined(separator: ", ")))",
                    alternatives: [], explains: same.flatMap(\.explains),
                    ratioBefore: same.map(\.ratioBefore).max() ?? 0,
                    ratioAfter: same.map(\.ratioAfter).max() ?? 0, chosenOn: same[0].chosenOn,
                    confirmedOn: same[0].confirmedOn))
        }
        let order = Dictionary(
            graph.nodes.enumerated().flatMap { index, node in node.outputs.map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
        causes = joined.enumerated().sorted { one, other in
            let places = [one, other].map { $0.element.layer.flatMap { order[$0.tensor] } ?? -1 }
            return (places[0], one.offset) < (places[1], other.offset)
        }.map(\.element)
    }
}

extension Diagnosis.Cause {
    /// The fault without its place.
    var fault: String {
        guard let layer, words.hasPrefix("\(layer.words): ") else { return words }
        return String(words.dropFirst("\(layer.words): ".count))
    }
}
