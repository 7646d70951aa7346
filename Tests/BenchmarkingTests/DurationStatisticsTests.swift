import Testing

@testable import Benchmarking

/// What measured durations come to.
@Suite struct DurationStatisticsTests {
    @Test("Percentiles are by nearest rank, whatever the order of the durations")
    func percentiles() {
        let statistics = DurationStatistics(seconds: (1...200).map { Double($0) / 1000 }.reversed())
        #expect(statistics.count == 200)
        // 1 / 1000 * 1000 and its like are a rounding from whole numbers.
        #expect(abs(statistics.meanMs - 100.5) < 1e-9)
        #expect(abs(statistics.medianMs - 100) < 1e-9)
        #expect(abs(statistics.p95Ms - 190) < 1e-9)
        #expect(abs(statistics.p99Ms - 198) < 1e-9)
    }

    @Test("One duration is its own mean, median and percentiles")
    func one() {
        let statistics = DurationStatistics(seconds: [0.25])
        #expect([statistics.meanMs, statistics.medianMs, statistics.p95Ms, statistics.p99Ms] == [250, 250, 250, 250])
    }
}
