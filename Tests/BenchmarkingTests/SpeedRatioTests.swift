import Detection
import Foundation
import OutsideEngines
import Tensors
import TestSupport
import Testing

@testable import Benchmarking

/// Another engine, played by a shell script.
@Suite struct SpeedRatioTests {
    private struct ZeroNetwork: FaceNetwork {
        let scores = FaceScores.logits

        func evaluate(_ images: Tensor<Float>) -> Tensor<Float> {
            Tensor([images.shape[0], 1, 1, 6], repeating: 0)
        }
    }

    private let input = NetworkInput(.refinement, count: 2, rows: 24, columns: 24)

    /// The ratio against a script that answers `load` with an output and what it says, and `run` with some words.
    private func ratio(output: Float, load: String = "ready", run: String = "0.5") throws -> SpeedRatio {
        try withTemporaryDirectory { path in
            let directory = URL(fileURLWithPath: path)
            let kept = directory.appendingPathComponent("y.npy")
            try Data(AnyTensor.float32(Tensor([2, 1, 1, 6], repeating: output)).npy).write(to: kept)
            let script = directory.appendingPathComponent("adapter.sh")
            let lines = """
                while read -r request network given computed; do
                    if [ "$request" = load ]; then cp '\(kept.path)' "$computed"; echo '\(load)'; else echo '\(run)'; fi
                done
                """
            try Data(lines.utf8).write(to: script)
            let engine = try PeerEngine("script", python: "/bin/sh", adapter: script.path, models: directory.path)
            return try SpeedRatio(ZeroNetwork(), on: input, against: engine, rounds: 3)
        }
    }

    @Test("An engine that computes the same is compared, and takes as long as it says")
    func sameOutputs() throws {
        let ratio = try ratio(output: 1e-6)
        #expect(ratio.engine == "script" && ratio.input == "rnet 2")
        #expect(ratio.maxAbsDiff == Double(Float(1e-6)))
        #expect(ratio.smallest <= ratio.median && ratio.median <= ratio.largest && ratio.smallest > 0)
    }

    @Test("An engine that computes something else is not compared", arguments: [0.01 as Float, .nan, .infinity])
    func otherOutputs(value: Float) {
        #expect(throws: OutsideEngineError.self) { try ratio(output: value) }
    }

    @Test("What an engine cannot do is said in its own words")
    func refusal() {
        #expect(throws: OutsideEngineError.refused(engine: "script", reason: "no such network")) {
            try ratio(output: 0, load: "error no such network")
        }
        let reason = "\"soon\" in answer to \"run\", not a number of seconds"
        #expect(throws: OutsideEngineError.nonsense(engine: "script", reason: reason)) {
            try ratio(output: 0, run: "soon")
        }
    }

    @Test("A program that ends is an error with its last words, and one that hangs an error in time")
    func end() throws {
        try withTemporaryDirectory { directory in
            func engine(_ script: String) throws -> PeerEngine {
                try Data(script.utf8).write(to: URL(fileURLWithPath: "\(directory)/a.sh"))
                return try PeerEngine(
                    "a", python: "/bin/sh", adapter: "\(directory)/a.sh", models: "/", secondsToAnswer: 0.5)
            }
            let ends = try engine("echo 'no package' >&2")
            #expect(throws: OutsideEngineError.died(engine: "a", lastWords: "no package")) { try ends.run(count: 1) }
            let hangs = try engine("exec sleep 100")
            #expect(throws: OutsideEngineError.tooLate(engine: "a", seconds: 0.5, lastWords: "")) {
                try hangs.run(count: 1)
            }
        }
    }
}
