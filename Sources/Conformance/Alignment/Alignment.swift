import Tensors

/// A tensor of one side of a comparison.
package struct SideTensor: Sendable {
    package let name: String
    /// The operator that produced it, as the side's format spells it.
    package let `operator`: String
    package let isOutput: Bool
    package let values: AnyTensor
    /// The softmax's input, if a known softmax produces this output; else nil.
    package let logits: String?

    package init(name: String, operator: String, isOutput: Bool, values: AnyTensor, logits: String? = nil) {
        self.name = name
        self.operator = `operator`
        self.isOutput = isOutput
        self.values = values
        self.logits = logits
    }
}

/// Which tensors of two sides correspond, and how to reorder one side's elements to match the other's.
package struct Alignment: Sendable, Equatable {
    /// Why two tensors are taken to correspond.
    package enum Reason: String, Sendable, CaseIterable {
        case map = "the map"
        case name = "name"
        case convertedName = "name but for what converters add"
        case logits = "what goes into the other's final softmax"
        case onlyOutput = "being the only outputs left"
        case position = "operator and place"
        case values = "shape and values"
    }

    package struct Match: Sendable, Equatable {
        /// The tensor's name on the reference side, whose names and element order are kept.
        package let reference: String
        /// Its name on the other side.
        package let other: String
        package let arrangement: Arrangement
        package let reason: Reason
    }

    /// In the reference's order.
    package private(set) var matches = [Match]()
    /// Tensors of one side without a counterpart.
    package private(set) var referenceAlone = [String]()
    package private(set) var otherAlone = [String]()
    /// Outputs whose softmax the other side leaves to its caller: the softmax's input is compared instead.
    package private(set) var leftSoftmaxes = [String]()

    /// Tensors may correspond if their largest difference is at most this fraction of the largest magnitude.
    static let nearness = 0.02

    /// - Parameters:
    ///   - reference: the tensors of the side whose names are kept, in order of computation.
    ///   - other: the tensors of the other side.
    ///   - map: the other side's names, keyed by the reference's.
    ///   - known: how the sides were aligned in another case.
    ///   - exchanges: whether the inputs show that the sides exchange images' rows and columns; nil if they do not
    ///     show it.
    /// - Throws: ``AlignmentError`` if a map names an unknown tensor, or if outputs can be matched in several ways.
    package init(
        of other: [SideTensor], to reference: [SideTensor], map: [String: String] = [:], known: Alignment? = nil,
        exchanges: Bool? = nil
    ) throws(AlignmentError) {
        var search = AlignmentSearch(reference: reference, other: other, exchanges: exchanges)
        for (name, counterpart) in map.sorted(by: { $0.key < $1.key }) {
            guard let i = reference.firstIndex(where: { $0.name == name }) else { throw .unknownName(name) }
            guard let j = other.firstIndex(where: { $0.name == counterpart }) else { throw .unknownName(counterpart) }
            guard search.match(i, j, .map) else {
                throw .differentSizes(name, reference[i].values.shape, counterpart, other[j].values.shape)
            }
        }
        for match in known?.matches ?? [] {
            guard let i = reference.firstIndex(where: { $0.name == match.reference }),
                let j = other.firstIndex(where: { $0.name == match.other })
            else { continue }
            search.match(i, j, match.reason)
        }
        search.leftSoftmaxes = known?.leftSoftmaxes ?? []
        search.matchNames(.name) { $0 }
        search.matchNames(.convertedName, AlignmentSearch.commonName)
        try search.matchOutputs()
        search.matchPositions()
        search.matchValues()
        matches = search.found.sorted { $0.key < $1.key }.map(\.value.match)
        leftSoftmaxes = search.leftSoftmaxes
        referenceAlone = reference.indices.filter { search.found[$0] == nil }.map { reference[$0].name }
            .filter { !leftSoftmaxes.contains($0) }
        otherAlone = other.indices.filter { !search.taken.contains($0) }.map { other[$0].name }
            .filter { !leftSoftmaxes.contains($0) }
    }

    /// The other side's tensors under the reference's names and in its element order.
    ///
    /// - Parameters:
    ///   - tensors: keyed by their own names.
    ///   - shapes: of the reference's tensors.
    package func arranged(_ tensors: [String: AnyTensor], as shapes: [String: Shape]) -> [String: AnyTensor] {
        matches.reduce(into: [:]) { arranged, match in
            guard let tensor = tensors[match.other], let shape = shapes[match.reference] else { return }
            arranged[match.reference] = match.arrangement.applied(to: tensor, shape: shape)
        }
    }

    /// What was done beyond matching equal names, in words.
    ///
    /// - Parameters:
    ///   - reference: what to call the reference side.
    ///   - other: what to call the other side.
    package func lines(reference: String, other: String) -> [String] {
        var lines = [String]()
        for reason in Reason.allCases {
            let renamed = matches.filter { $0.reference != $0.other && $0.reason == reason }
            guard !renamed.isEmpty else { continue }
            let pairs = renamed.map { "\($0.other) is \($0.reference)" }.joined(separator: ", ")
            lines.append("\(other) has other names than \(reference), matched by \(reason.rawValue): \(pairs)")
        }
        var layouts = [(words: String, names: [String])]()
        for match in matches {
            guard let words = match.arrangement.words else { continue }
            if let index = layouts.firstIndex(where: { $0.words == words }) {
                layouts[index].names.append(match.reference)
            } else {
                layouts.append((words, [match.reference]))
            }
        }
        if !leftSoftmaxes.isEmpty {
            lines.append(
                "one side ends before the softmax that gives \(leftSoftmaxes.joined(separator: ", ")) on the other: what "
                    + "goes into it is compared, the softmax is not")
        }
        lines += layouts.map { "\(other) holds \($0.words), which is undone: \($0.names.joined(separator: ", "))" }
        return lines
    }
}

/// Why two sides cannot be aligned.
public enum AlignmentError: Error, Equatable, CustomStringConvertible {
    case unknownName(String)
    case differentSizes(String, Shape, String, Shape)
    case ambiguous(String, choices: [String])

    public var description: String {
        switch self {
        case .unknownName(let name): "the map names \"\(name)\", but that side has no such tensor"
        case .differentSizes(let name, let shape, let other, let otherShape):
            "the map takes \"\(name)\" \(shape) for \"\(other)\" \(otherShape), whose elements do not fit that shape"
        case .ambiguous(let name, let choices):
            "output \"\(name)\" may be \(choices.map { "\"\($0)\"" }.joined(separator: " or ")) of the other side: "
                + "--map FILE says which"
        }
    }
}

/// The search for an ``Alignment``: each step matches what earlier steps left unmatched.
private struct AlignmentSearch {
    let reference: [SideTensor]
    let other: [SideTensor]
    let exchanges: Bool?
    /// By position in the reference.
    var found = [Int: (position: Int, match: Alignment.Match)]()
    /// Positions on the other side.
    var taken = Set<Int>()
    var leftSoftmaxes = [String]()

    init(reference: [SideTensor], other: [SideTensor], exchanges: Bool?) {
        (self.reference, self.other, self.exchanges) = (reference, other, exchanges)
    }

    /// The arrangements that turn one tensor into another, each with the distance that remains.
    private func arrangements(_ i: Int, _ j: Int) -> [(arrangement: Arrangement, distance: Double)] {
        let (given, wanted) = (other[j].values, reference[i].values)
        var all = Arrangement.all(from: given.shape, to: wanted.shape)
        if let exchanges, all.contains(where: { $0.exchangesRowsAndColumns == exchanges }) {
            // If the inputs' conventions leave a choice, try those first. If the inputs do not exchange rows and
            // columns, no inner tensor may: that would be a fault. If they do, a graph may still turn its images
            // itself.
            let isImage = wanted.shape.dimensions.count { $0 > 1 } >= 2 && all.count > 1
            let others = all.filter { $0.exchangesRowsAndColumns != exchanges }
            if isImage { all = all.filter { $0.exchangesRowsAndColumns == exchanges } + (exchanges ? others : []) }
        }
        if wanted.shape.rank == 2 || given.shape.rank == 2 { all += flattenedArrangements(before: i, given.shape) }
        return all.compactMap { arrangement in
            arrangement.applied(to: given, shape: wanted.shape).map { (arrangement, tensorDistance(wanted, $0)) }
        }
    }

    /// Vectors flattened in another order, if the images before them are in another order.
    private func flattenedArrangements(before i: Int, _ shape: Shape) -> [Arrangement] {
        let images = found.filter { $0.key < i }.sorted { $0.key > $1.key }.first { _, value in
            other[value.position].values.shape.rank == 4 && other[value.position].values.shape.count == shape.count
        }
        guard let (_, value) = images else { return [] }
        let extents = Array(other[value.position].values.shape.dimensions.dropFirst())
        return value.match.arrangement.ofFlattened(extents).map { [$0] } ?? []
    }

    /// Matches two tensors, in the arrangement that brings them nearest.
    @discardableResult
    mutating func match(_ i: Int, _ j: Int, _ reason: Alignment.Reason) -> Bool {
        guard found[i] == nil, !taken.contains(j) else { return false }
        let all = arrangements(i, j)
        // Any arrangement but the first must prove that it is right.
        guard let first = all.first else { return false }
        let best = all.filter { $0.distance <= Alignment.nearness }.min { $0.distance < $1.distance } ?? first
        found[i] = (
            j,
            Alignment.Match(
                reference: reference[i].name, other: other[j].name, arrangement: best.arrangement, reason: reason)
        )
        taken.insert(j)
        return true
    }

    private func leftOfReference(_ condition: (SideTensor) -> Bool = { _ in true }) -> [Int] {
        reference.indices.filter { found[$0] == nil && condition(reference[$0]) }
    }

    private func leftOfOther(_ condition: (SideTensor) -> Bool = { _ in true }) -> [Int] {
        other.indices.filter { !taken.contains($0) && condition(other[$0]) }
    }

    /// Matches tensors whose simplified names are equal and unique on both sides.
    mutating func matchNames(_ reason: Alignment.Reason, _ name: (String) -> String) {
        let mine = Dictionary(grouping: leftOfReference()) { name(reference[$0].name) }
        let theirs = Dictionary(grouping: leftOfOther()) { name(other[$0].name) }
        for (name, positions) in mine.sorted(by: { $0.value[0] < $1.value[0] }) {
            guard positions.count == 1, let counterparts = theirs[name], counterparts.count == 1 else { continue }
            match(positions[0], counterparts[0], reason)
        }
    }

    /// A name without what converters add: leading scopes, a node's output number and a trailing running number.
    static func commonName(_ name: String) -> String {
        let base = name.split(separator: "/").last.map(String.init) ?? name
        let withoutOutput = base.split(separator: ":").first.map(String.init) ?? base
        var parts = withoutOutput.split(separator: "_")
        // `conv1_1` is a converter's second use of `conv1`; `conv_1` is a name in its own right.
        if parts.count > 1, let last = parts.last, last.allSatisfy(\.isNumber),
            parts[parts.count - 2].last?.isNumber == true
        {
            parts.removeLast()
        }
        return parts.joined(separator: "_").lowercased()
    }

    /// Matches the remaining outputs: those near each other and nothing else, and the last one of each side.
    mutating func matchOutputs() throws(AlignmentError) {
        for i in leftOfReference(\.isOutput) {
            let near = leftOfOther(\.isOutput).filter { isNear(i, $0) }
            if near.count == 1 { match(i, near[0], .values) }
        }
        matchLogits()
        for i in leftOfReference(\.isOutput) {
            let choices = leftOfOther(\.isOutput).filter { !arrangements(i, $0).isEmpty }
            let rivals = leftOfReference(\.isOutput).filter { rival in
                rival != i && choices.contains { !arrangements(rival, $0).isEmpty }
            }
            if choices.count == 1, rivals.isEmpty {
                match(i, choices[0], .onlyOutput)
            } else if choices.count > 1 {
                throw .ambiguous(reference[i].name, choices: choices.map { other[$0].name })
            }
        }
    }

    /// Matches an output without a softmax to the input of a softmax on the other side, if it is nearer to that input
    /// than to the probabilities.
    private mutating func matchLogits() {
        for i in leftOfReference({ $0.isOutput && $0.logits != nil }) {
            guard let logits = leftOfReference({ $0.name == reference[i].logits }).first else { continue }
            let nearer = leftOfOther { $0.isOutput && $0.logits == nil }.filter { j in
                guard let distance = nearest(logits, j) else { return false }
                return distance < nearest(i, j) ?? .infinity
            }
            guard nearer.count == 1, match(logits, nearer[0], .logits) else { continue }
            leftSoftmaxes.append(reference[i].name)
        }
        for j in leftOfOther({ $0.isOutput && $0.logits != nil }) {
            guard let logits = leftOfOther({ $0.name == other[j].logits }).first else { continue }
            let nearer = leftOfReference { $0.isOutput && $0.logits == nil }.filter { i in
                guard let distance = nearest(i, logits) else { return false }
                return distance < nearest(i, j) ?? .infinity
            }
            guard nearer.count == 1, match(nearer[0], logits, .logits) else { continue }
            leftSoftmaxes.append(other[j].name)
        }
    }

    /// Matches the tensors between two matched ones, if both sides have equally many, by the same operators and of
    /// the same sizes.
    mutating func matchPositions() {
        let anchors = found.sorted { $0.key < $1.key }.map { ($0.key, $0.value.position) }
        var before = (-1, -1)
        for anchor in anchors + [(reference.count, other.count)] {
            defer { before = anchor }
            guard anchor.1 > before.1 else { continue }
            let mine = Array(before.0 + 1..<anchor.0).filter { found[$0] == nil }
            let theirs = Array(before.1 + 1..<anchor.1).filter { !taken.contains($0) }
            let isSame =
                mine.count == theirs.count
                && zip(mine, theirs).allSatisfy { i, j in
                    reference[i].operator.lowercased() == other[j].operator.lowercased() && !arrangements(i, j).isEmpty
                }
            guard isSame else { continue }
            for (i, j) in zip(mine, theirs) { match(i, j, .position) }
        }
    }

    /// Matches remaining tensors that are near each other: each with the nearest, in order of computation.
    mutating func matchValues() {
        var from = 0
        for i in leftOfReference() where isTelling(reference[i].values) {
            let near = leftOfOther { $0.values.shape.count == reference[i].values.shape.count }
                .compactMap { j in nearest(i, j).map { (j, $0) } }
                .filter { $0.1 <= Alignment.nearness }
            guard let smallest = near.map(\.1).min() else { continue }
            let equals = near.filter { $0.1 == smallest }.map(\.0)
            guard let j = equals.first(where: { $0 >= from }) ?? equals.first else { continue }
            match(i, j, .values)
            from = j
        }
    }

    private func nearest(_ i: Int, _ j: Int) -> Double? { arrangements(i, j).map(\.distance).min() }

    private func isNear(_ i: Int, _ j: Int) -> Bool { (nearest(i, j) ?? .infinity) <= Alignment.nearness }

    /// Whether a tensor's values can distinguish it from others.
    private func isTelling(_ tensor: AnyTensor) -> Bool {
        guard let first = tensor.float64.elements.first else { return false }
        return tensor.float64.elements.contains { $0 != first }
    }
}

/// The largest difference as a fraction of the largest magnitude; infinite if kinds differ, or if the non-finite
/// elements differ in position.
func tensorDistance(_ a: AnyTensor, _ b: AnyTensor) -> Double {
    guard (a.elementType.floatFormat == nil) == (b.elementType.floatFormat == nil),
        (a.elementType == .bool) == (b.elementType == .bool)
    else { return .infinity }
    var (largest, difference) = (0.0, 0.0)
    var isComparable = true
    forEachPair(a.float64.elements, b.float64.elements) { x, y in
        if x == y || (x.isNaN && y.isNaN) {
            if x.isFinite { largest = max(largest, abs(x)) }
        } else if x.isFinite, y.isFinite {
            largest = max(largest, abs(x))
            difference = max(difference, abs(x - y))
        } else {
            isComparable = false
        }
    }
    guard isComparable else { return .infinity }
    return difference == 0 ? 0 : largest == 0 ? .infinity : difference / largest
}
