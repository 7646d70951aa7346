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

    /// Two correct float32 programs agree to about 1e-5 on these networks: a hundred times that means another network,
    /// or other inputs.
    static let largestDifference = 1e-3

    /// Measures in rounds in which both run in succession, so that a busy machine slows both.
    ///
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
        let difference = zip(expected.elements, other.elements).reduce(0.0) { largest, pair in
            let difference = Double(abs(pair.0 - pair.1))
            return difference > largest || difference.isNaN ? difference : largest
        }
        guard difference <= Self.largestDifference else {
            throw engine.nonsense("\(input.name): its outputs differ from ours by \(difference)")
        }
        let once = try seconds { _ = try network.evaluate(input.images) }
        let count = min(max(Int(0.01 / once), 1), 500)
        _ = try engine.run(count: count)
        var (own, others) = ([Double](), [Double]())
        for _ in 0..<rounds {
            own.append(try seconds { for _ in 0..<count { _ = try network.evaluate(input.images) } } / Double(count))
            others.append(try engine.run(count: count) / Double(count))
        }
        let ratios = zip(own, others).map { $1 / $0 }.sorted()
        self.engine = engine.name
        self.input = input.name
        maxAbsDiff = difference
        ownMs = DurationStatistics(seconds: own).medianMs
        otherMs = DurationStatistics(seconds: others).medianMs
        median = ratios[ratios.count / 2]
        smallest = ratios[0]
        largest = ratios[ratios.count - 1]
    }
}
