import ArgumentParser
import Conformance

extension Threshold.Scope: ExpressibleByArgument {}

/// Limits on results in place of others.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The largest difference allowed.", valueName: "limit"))
    var maxAbsDiff: Double?

    @Option(help: ArgumentHelp("The largest mean difference allowed.", valueName: "limit"))
    var meanAbsDiff: Double?

    @Option(
        help: ArgumentHelp(
            "The largest difference allowed as a part of the tensor's largest magnitude: 0.001.", valueName: "limit"))
    var relative: Double?

    @Option(help: ArgumentHelp("The least signal-to-noise ratio allowed.", valueName: "decibels"))
    var snr: Double?

    @Option(help: ArgumentHelp("The least cosine similarity allowed: 0.999.", valueName: "limit"))
    var cosine: Double?

    @Option(
        help: ArgumentHelp(
            "The most steps allowed between representable numbers, in the coarser format of both sides.",
            valueName: "steps"))
    var ulp: Double?

    @Option(help: "Which tensors the limits given are on.")
    var limitsOn = Threshold.Scope.layers

    func validate() throws {
        for (option, value) in [
            ("max-abs-diff", maxAbsDiff), ("mean-abs-diff", meanAbsDiff), ("relative", relative), ("ulp", ulp),
        ] {
            guard value.map({ $0 >= 0 && $0.isFinite }) ?? true else {
                throw ValidationError("--\(option) is a number of 0 or more")
            }
        }
        guard snr.map(\.isFinite) ?? true else { throw ValidationError("--snr is a number of decibels") }
        guard cosine.map({ abs($0) <= 1 }) ?? true else { throw ValidationError("--cosine is from -1 to 1") }
        guard limitsOn == .layers || areGiven else {
            throw ValidationError("--limits-on says which tensors limits are on, and none is given")
        }
    }

    var areGiven: Bool { !thresholds.isEmpty }

    /// The limits that are given.
    var thresholds: [Threshold] {
        let limits: [(Metric, Threshold.Direction, Double?)] = [
            (.maxAbsDiff, .below, maxAbsDiff), (.meanAbsDiff, .below, meanAbsDiff), (.relativeDiff, .atMost, relative),
            (.signalToNoise, .atLeast, snr), (.cosine, .atLeast, cosine), (.maxUlpDiff, .atMost, ulp),
        ]
        return limits.compactMap { metric, direction, limit in
            limit.map {
                Threshold(
                    metric, direction, $0, .requested, on: limitsOn == .outputs ? .outputs : nil,
                    "given on the command line")
            }
        }
    }
}
