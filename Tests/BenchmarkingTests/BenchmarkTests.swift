import Conformance
import Foundation
import JSONTree
import Reporting
import TestSupport
import Testing
@testable import Benchmarking

/// What a benchmark says of the requested performance.
@Suite struct BenchmarkTests {
    private func benchmark(framesPerSecond: Double, latency: [Double], memory: Double) -> Benchmark {
        Benchmark(
            detector: Side(engine: "mtcnn-validate", arithmetic: "fp32"), arithmetic: "fp32",
            detection: DetectionBenchmark(
                frames: latency.count, threads: 1, framesPerSecond: framesPerSecond,
                latency: DurationStatistics(seconds: latency),
                stages: DetectionBenchmark.Stages(decodingMs: 1, pnetMs: 2, rnetMs: 3, onetMs: 4, restMs: 5)),
            peakMemoryMb: memory, multiplyAddPeakGflops: 100, networks: [], against: [])
    }

    @Test("A target is met from its limit on where more is better, and below it where less is")
    func limits() {
        let atTargets = benchmark(framesPerSecond: 30, latency: [0.033], memory: 200)
        #expect(atTargets.requirements.map(\.meetsTarget) == [true, false, true, false])
        let atStretch = benchmark(framesPerSecond: 50, latency: [0.0199], memory: 99.9)
        #expect(atStretch.requirements.allSatisfy { $0.meetsTarget && $0.meetsStretch })
        #expect(benchmark(framesPerSecond: 29.9, latency: [0.06], memory: 250).table.contains("NOT MET"))
    }

    @Test("What is written follows the schema, and can be read again")
    func document() throws {
        let benchmark = benchmark(framesPerSecond: 40, latency: [0.01, 0.02], memory: 120)
        let json = try JSON(encoding: benchmark)
        #expect(try json.decode(Benchmark.self) == benchmark)
        let path = fixtures.deletingLastPathComponent().appendingPathComponent("validation/schemas/bench.schema.json")
        let schema = try JSON(parsing: [UInt8](Data(contentsOf: path)), file: path.path)
        #expect(JSONSchema(schema).violations(in: json) == [])
    }

    @Test("The processor does some multiply-adds in a second")
    func peak() {
        // Even unoptimised code on a slow machine does 10^7, and no core does 10^13.
        let peak = Machine.multiplyAddPeak()
        #expect(peak > 0.01 && peak < 10_000)
        #expect(Machine.peakMemory > 1)
    }
}
