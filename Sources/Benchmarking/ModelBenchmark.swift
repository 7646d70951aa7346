import Engines
import NetworkGraph
import OutsideEngines
import Tensors

/// How fast a model is on one input, on one thread, and how fast other engines are.
package struct ModelBenchmark: Sendable, Codable, Equatable {
    package let schema: String
    package let model: String
    package let arithmetic: String
    package let inputs: [Input]
    package let time: DurationStatistics
    /// Multiplications and additions in sums of products, in units of 10^9 a second, for the median time.
    package let gflops: Double
    /// In units of 10^9 operations a second, on one core.
    package let multiplyAddPeakGflops: Double
    /// The nodes that no kernel computes, by their operators: they are slow.
    package let nodesWithoutKernels: [OperatorCount]
    package let against: [SpeedRatio]

    package struct Input: Sendable, Codable, Equatable {
        package let name: String
        package let shape: [Int]
    }

    /// How many nodes have an operator.
    package struct OperatorCount: Sendable, Codable, Equatable {
        package let `operator`: String
        package let count: Int
    }

    /// - Parameters:
    ///   - engine: computes the model here.
    ///   - peak: of one core, in units of 10^9 operations a second.
    ///   - others: engines that compute the same file; each is first asked for its outputs, which must agree.
    /// - Throws: ``BenchmarkError``, and any error of an engine.
    package init(
        model: String, _ engine: any Engine, on inputs: [String: AnyTensor], peak: Double, rounds: Int,
        against others: [(name: String, engine: OutsideEngine)]
    ) throws {
        schema = "mtcnn-validate/bench-model/1"
        self.model = model
        arithmetic = engine.arithmetic.rawValue
        self.inputs = inputs.sorted { $0.key < $1.key }.map { Input(name: $0.key, shape: $0.value.shape.dimensions) }
        let operations = try engine.graph.multiplyAdds(for: inputs.mapValues(\.shape)).values.reduce(0, +) * 2
        // The first run plans, and allocates the memory that the others reuse.
        let outputs = try engine.run(inputs)
        let once = try seconds { _ = try engine.run(inputs) }
        let times = try (0..<min(max(Int(0.1 * Double(rounds) / once), 5), 2000)).map { _ in
            try seconds { _ = try engine.run(inputs) }
        }
        time = DurationStatistics(seconds: times)
        gflops = Double(operations) / time.medianMs / 1e6
        multiplyAddPeakGflops = peak
        nodesWithoutKernels = engine.nodesWithoutKernels(for: inputs).sorted { $0.key < $1.key }.map {
            OperatorCount(operator: $0.key, count: $0.value)
        }
        against = try others.map { name, other in
            let difference = try Self.difference(outputs, try other.run(inputs), engine: name)
            return try SpeedRatio(
                engine: name, input: model, maxAbsDiff: difference, rounds: rounds, once: once,
                own: { _ = try engine.run(inputs) }, other: { try other.time(inputs, count: $0) })
        }
    }

    /// How much a correct program may differ, as a share of the output's largest number: the sums of float32 networks
    /// agree to about 1e-5 of it. More means that the engine computes something else, whose time says nothing.
    private static let largestShare = 1e-3

    private static func difference(
        _ own: [String: AnyTensor], _ other: [String: AnyTensor], engine: String
    ) throws -> Double {
        var largest = 0.0
        for (name, tensor) in own.sorted(by: { $0.key < $1.key }) {
            guard let answer = other[name] else { continue }
            let expected = tensor.float64.elements
            let difference = maximalDifference(expected, answer.float64.elements)
            let magnitude = expected.reduce(1.0) { max($0, abs($1)) }
            guard difference <= largestShare * magnitude else {
                throw BenchmarkError.differs(engine: engine, output: name, by: difference)
            }
            largest = max(largest, difference)
        }
        return largest
    }

    /// As text.
    package var table: String {
        let shapes = inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        var lines = [
            "\(model): \(shapes)",
            Benchmark.row("built-in \(arithmetic), 1 thread", "median ms", "P95 ms", "GFLOP/s", "% of peak"),
            Benchmark.row(
                "", time.medianMs.short, time.p95Ms.short, gflops.short,
                (gflops / multiplyAddPeakGflops * 100).short),
            "peak of one core: \(multiplyAddPeakGflops.short) GFLOP/s",
        ]
        if !nodesWithoutKernels.isEmpty {
            let operators = nodesWithoutKernels.map { "\($0.count) \($0.operator)" }
            lines.append("computed by their definitions, without kernels: \(operators.joined(separator: ", "))")
        }
        if !against.isEmpty {
            lines += ["", Benchmark.row("against", "ours, ms", "theirs, ms", "ratio", "from", "to", "max diff")]
            lines += against.map { ratio in
                Benchmark.row(
                    ratio.engine, ratio.ownMs.short, ratio.otherMs.short, ratio.median.short, ratio.smallest.short,
                    ratio.largest.short, ratio.maxAbsDiff.short)
            }
        }
        return lines.joined(separator: "\n")
    }
}

/// Why a model's time is not compared.
package enum BenchmarkError: Error, Equatable, CustomStringConvertible {
    case differs(engine: String, output: String, by: Double)

    package var description: String {
        switch self {
        case .differs(let engine, let output, let difference):
            "\(engine) computes something else: output \"\(output)\" differs by \(difference.short). Times are compared of "
                + "equal answers alone; `compare` says where the two part."
        }
    }
}
