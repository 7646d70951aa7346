import Engines
import NetworkGraph
import Tensors

/// How far correct programs of one arithmetic differ: a graph's runs in every order of summation.
struct Envelope: Sendable {
    private let programs: [any Engine]
    /// The format of the tensors.
    private let stored: FloatFormat
    /// The tensors of functions that programs approximate with relative errors of 1's rounding, however small the
    /// result.
    private let approximated: Set<String>

    /// - Throws: ``Engines/EngineError``.
    init(of arithmetic: ArithmeticName, for graph: Graph) throws(EngineError) {
        var programs = [any Engine]()
        for order in SummationOrder.allCases { programs.append(try arithmetic.engine(for: graph, order: order)) }
        self.programs = programs
        stored = arithmetic.formats.stored
        approximated = Set(
            graph.nodes.filter { ($0.operator as? ActivationFunction)?.errsAsOfOne == true }.flatMap(\.outputs))
    }

    /// For each tensor, the largest error of any program in any element against the exact result, but at least one
    /// ULP of the largest magnitude, which counts as 1 or more for approximated functions.
    ///
    /// - Parameter exact: the oracle's tensors, keyed by name.
    func spread(
        for inputs: [String: AnyTensor], around exact: [String: AnyTensor], of tensors: Set<String>
    ) throws -> [String: Double] {
        var spread = [String: Double]()
        for name in tensors {
            guard let tensor = exact[name], tensor.elementType.floatFormat != nil else { continue }
            let least = approximated.contains(name) ? 1.0 : 0
            let largest = tensor.float64.elements.reduce(least) { $1.isFinite ? max($0, $1.magnitude) : $0 }
            spread[name] = 2 * stored.unitRoundoff * largest + stored.smallestStep / 2
        }
        let judged = Set(spread.keys)
        let parts = try concurrentMap(programs) { program in
            var own = [String: Double]()
            _ = try program.run(inputs) { activation in
                guard judged.contains(activation.name), let right = exact[activation.name] else { return }
                var largest = 0.0
                forEachPair(activation.values.float64.elements, right.float64.elements) { computed, exact in
                    let error = (computed - exact).magnitude
                    if error.isFinite { largest = max(largest, error) }
                }
                own[activation.name] = largest
            }
            return own
        }
        for part in parts { spread.merge(part) { max($0, $1) } }
        return spread
    }
}

/// Whether rounding explains a difference.
public enum RoundingGrade: String, Sendable, Codable, Comparable {
    /// Correct programs differ by as much, or by little less.
    case explains = "rounding explains it"
    /// Correct programs differ by much less, but no proof rules it out.
    case hardlyExplains = "rounding hardly explains it"
    /// It exceeds the proven bound, too.
    case cannotExplain = "rounding cannot explain it"

    /// Rounding explains an error of up to this many times the spread of correct programs: only a few of them are
    /// run.
    public static let explainedSpreads = 8.0

    public static func < (one: RoundingGrade, other: RoundingGrade) -> Bool { one.severity < other.severity }

    private var severity: Int {
        switch self {
        case .explains: 0
        case .hardlyExplains: 1
        case .cannotExplain: 2
        }
    }
}

extension ErrorAgainstOracle {
    /// Nil if the spread of correct programs was not measured.
    public var grade: RoundingGrade? {
        guard let envelopeRatio else { return widestBoundRatio ?? 0 > 1 ? .cannotExplain : nil }
        if envelopeRatio <= RoundingGrade.explainedSpreads { return .explains }
        return widestBoundRatio ?? boundRatio <= 1 ? .hardlyExplains : .cannotExplain
    }
}

extension Agreement {
    /// The worse of both sides' explanations.
    public var grade: RoundingGrade? { [baselineError?.grade, candidateError?.grade].compactMap { $0 }.max() }
}

extension LayerMetrics {
    /// That of the error as it arrives or, if right programs do not explain that, of the layer's own error if it is worse.
    public var grade: RoundingGrade? {
        guard let arriving = cumulative.grade, arriving != .explains else { return cumulative.grade }
        return max(arriving, isolated?.grade ?? arriving)
    }
}
