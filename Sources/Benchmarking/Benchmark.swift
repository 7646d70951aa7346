import Conformance
import Reporting

/// All measurements on one machine.
package struct Benchmark: Sendable, Codable, Equatable {
    package let schema: String
    /// The detector that was measured.
    package let detector: Side
    /// For each network alone, computed by the built-in engine.
    package let arithmetic: String
    package let detection: DetectionBenchmark
    /// In units of 10^6 bytes, before each network was measured alone.
    package let peakMemoryMb: Double
    /// In units of 10^9 operations a second, on one core.
    package let multiplyAddPeakGflops: Double
    package let networks: [NetworkBenchmark]
    package let against: [SpeedRatio]
    package let requirements: [Requirement]

    /// A row of the required performance: a value and its limits.
    package struct Requirement: Sendable, Codable, Equatable {
        package let metric: String
        package let value: Double
        package let target: Double
        package let stretch: Double
        package let meetsTarget: Bool
        package let meetsStretch: Bool

        init(_ metric: String, _ value: Double, atLeast target: Double, stretch: Double) {
            (self.metric, self.value, self.target, self.stretch) = (metric, value, target, stretch)
            (meetsTarget, meetsStretch) = (value >= target, value >= stretch)
        }

        init(_ metric: String, _ value: Double, below target: Double, stretch: Double) {
            (self.metric, self.value, self.target, self.stretch) = (metric, value, target, stretch)
            (meetsTarget, meetsStretch) = (value < target, value < stretch)
        }
    }

    package init(
        detector: Side, arithmetic: String, detection: DetectionBenchmark, peakMemoryMb: Double,
        multiplyAddPeakGflops: Double, networks: [NetworkBenchmark], against: [SpeedRatio]
    ) {
        schema = "mtcnn-validate/bench/2"
        self.detector = detector
        self.arithmetic = arithmetic
        self.detection = detection
        self.peakMemoryMb = peakMemoryMb
        self.multiplyAddPeakGflops = multiplyAddPeakGflops
        self.networks = networks
        self.against = against
        requirements = [
            Requirement("frames_per_second", detection.framesPerSecond, atLeast: 30, stretch: 50),
            Requirement("latency_mean_ms", detection.latency.meanMs, below: 33, stretch: 20),
            Requirement("latency_p95_ms", detection.latency.p95Ms, below: 50, stretch: 30),
            Requirement("peak_memory_mb", peakMemoryMb, below: 200, stretch: 100),
        ]
    }

    /// As text.
    package var table: String {
        var lines = [Self.row("", "value", "target", "stretch", "")]
        for requirement in requirements {
            lines.append(
                Self.row(
                    requirement.metric, requirement.value.short, requirement.target.short, requirement.stretch.short,
                    requirement.meetsStretch ? "stretch met" : requirement.meetsTarget ? "target met" : "NOT MET"))
        }
        let (latency, stages) = (detection.latency, detection.stages)
        lines += [
            "",
            "frames: \(detection.frames), threads: \(detection.threads), engine: \(detector.words)",
            Self.row("latency, ms", "mean", "median", "P95", "P99"),
            Self.row("", latency.meanMs.short, latency.medianMs.short, latency.p95Ms.short, latency.p99Ms.short), "",
            Self.row("1 thread, ms a frame", "decoding", "pnet", "rnet", "onet", "rest"),
            Self.row(
                "", stages.decodingMs.short, stages.pnetMs.short, stages.rnetMs.short, stages.onetMs.short,
                stages.restMs.short), "",
            Self.row("built-in \(arithmetic), 1 thread", "median ms", "P95 ms", "GFLOP/s", "% of peak"),
        ]
        for network in networks {
            lines.append(
                Self.row(
                    network.input, network.time.medianMs.short, network.time.p95Ms.short, network.gflops.short,
                    (network.peakFraction * 100).short))
        }
        lines.append("peak of one core: \(multiplyAddPeakGflops.short) GFLOP/s")
        if !against.isEmpty {
            lines += ["", Self.row("against", "fp32, ms", "theirs, ms", "ratio", "from", "to")]
            for ratio in against {
                lines.append(
                    Self.row(
                        "\(ratio.engine), \(ratio.input)", ratio.ownMs.short, ratio.otherMs.short, ratio.median.short,
                        ratio.smallest.short, ratio.largest.short))
            }
        }
        return lines.joined(separator: "\n")
    }

    static func row(_ first: String, _ others: String...) -> String {
        first + String(repeating: " ", count: max(28 - first.count, 1))
            + others.map { String(repeating: " ", count: max(11 - $0.count, 1)) + $0 }.joined()
    }
}
