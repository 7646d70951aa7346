import ArgumentParser
import Conformance

/// Limits on float32 results in place of others.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The largest difference allowed.", valueName: "limit"))
    var maxAbsDiff: Double?

    @Option(help: ArgumentHelp("The largest mean difference allowed.", valueName: "limit"))
    var meanAbsDiff: Double?

    func validate() throws {
        guard [maxAbsDiff, meanAbsDiff].allSatisfy({ $0.map { $0 >= 0 && $0.isFinite } ?? true }) else {
            throw ValidationError("--max-abs-diff and --mean-abs-diff are numbers of 0 or more")
        }
    }

    var areGiven: Bool { maxAbsDiff != nil || meanAbsDiff != nil }

    /// The thresholds with the limits that are given.
    func replacing(in thresholds: LayerThresholds) -> LayerThresholds {
        thresholds.with(maxAbsDiff: maxAbsDiff, meanAbsDiff: meanAbsDiff)
    }
}
