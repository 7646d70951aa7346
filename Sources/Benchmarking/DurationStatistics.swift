/// Statistics of measured durations, in milliseconds.
package struct DurationStatistics: Sendable, Codable, Equatable {
    package let count: Int
    package let meanMs: Double
    package let medianMs: Double
    package let p95Ms: Double
    package let p99Ms: Double

    /// Percentiles are by nearest rank: the smallest duration that is at least as long as that percentage of durations.
    ///
    /// - Precondition: there is at least one duration.
    package init(seconds: [Double]) {
        precondition(!seconds.isEmpty, "statistics of no durations")
        let sorted = seconds.map { $0 * 1000 }.sorted()
        func percentile(_ percent: Int) -> Double {
            sorted[max((sorted.count * percent + 99) / 100, 1) - 1]
        }
        count = sorted.count
        meanMs = sorted.reduce(0, +) / Double(sorted.count)
        medianMs = percentile(50)
        p95Ms = percentile(95)
        p99Ms = percentile(99)
    }
}

/// The seconds that some work takes.
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    return try clock.measure(work) / .seconds(1)
}
