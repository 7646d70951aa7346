import Detection
import Tensors

/// How many times faster than another engine a network is on one input, on one thread.
package struct SpeedRatio: Sendable, Codable, Equatable {
    package let engine: String
    package let input: String
    /// The largest difference between the outputs of the two.
    package let maxAbsDiff: Double
    /// Milliseconds, medians over the rounds.
    package let ownMs: Double
    package let otherMs: Double
    /// The other's time divided by ours, round by round.
    package let median: Double
    package let smallest: Double
    package let largest: Double

    /// Measures in rounds in which both run in succession, so that a busy machine slows both.
    ///
    /// - Parameters:
    ///   - maxAbsDiff: how far the outputs of the two differ.
    ///   - once: the seconds of one run of ours.
    ///   - own: computes once.
    ///   - other: the seconds of so many runs of the other engine.
    init(
        engine: String, input: String, maxAbsDiff: Double, rounds: Int, once: Double, own: () throws -> Void,
        other: (Int) throws -> Double
    ) throws {
        let count = min(max(Int(0.01 / once), 1), 500)
        _ = try other(count)
        var (ownTimes, others) = ([Double](), [Double]())
        for _ in 0..<rounds {
            ownTimes.append(try seconds { for _ in 0..<count { try own() } } / Double(count))
            others.append(try other(count) / Double(count))
        }
        let ratios = zip(ownTimes, others).map { $1 / $0 }.sorted()
        self.engine = engine
        self.input = input
        self.maxAbsDiff = maxAbsDiff
        ownMs = DurationStatistics(seconds: ownTimes).medianMs
        otherMs = DurationStatistics(seconds: others).medianMs
        median = ratios[ratios.count / 2]
        smallest = ratios[0]
        largest = ratios[ratios.count - 1]
    }
}

// MARK: - Face networks

extension SpeedRatio {
    /// Two correct float32 programs agree to about 1e-5 on these networks: a hundred times that means another network,
    /// or other inputs.
    static let largestDifference = 1e-3

    /// - Throws: ``OutsideEngines/OutsideEngineError`` if the other engine's results differ, and any error of the
    ///   network.
    package init(
        _ network: any FaceNetwork, on input: NetworkInput, against engine: PeerEngine, rounds: Int
    ) throws {
        let expected = try network.evaluate(input.images)
        let other = try engine.load(input)
        guard other.shape == expected.shape else {
            throw engine.nonsense("\(input.name): output \(other.shape), expected \(expected.shape)")
        }
        let difference = maximalDifference(expected.elements, other.elements)
        guard difference <= Self.largestDifference else {
            throw engine.nonsense("\(input.name): its outputs differ from ours by \(difference)")
        }
        let once = try seconds { _ = try network.evaluate(input.images) }
        try self.init(
            engine: engine.name, input: input.name, maxAbsDiff: difference, rounds: rounds, once: once,
            own: { _ = try network.evaluate(input.images) }, other: { try engine.run(count: $0) })
    }
}

/// The largest difference between two lists of numbers; NaN if one is.
func maximalDifference<Number: BinaryFloatingPoint>(_ a: [Number], _ b: [Number]) -> Double {
    zip(a, b).reduce(0.0) { largest, pair in
        let difference = Double(abs(pair.0 - pair.1))
        return difference > largest || difference.isNaN ? difference : largest
    }
}
