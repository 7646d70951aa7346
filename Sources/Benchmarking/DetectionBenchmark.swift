import Detection
import Engines
import FaceConformance
import Foundation
import Synchronization
import Tensors

/// How fast a detector finds the faces in some frames.
package struct DetectionBenchmark: Sendable, Codable, Equatable {
    package let frames: Int
    package let threads: Int
    /// With as many concurrent frames as threads, including decoding.
    package let framesPerSecond: Double
    /// One frame at a time, without decoding.
    package let latency: DurationStatistics
    /// Mean milliseconds a frame on one thread.
    package let stages: Stages

    /// How a frame's time is spent.
    package struct Stages: Sendable, Codable, Equatable {
        package let decodingMs: Double
        package let pnetMs: Double
        package let rnetMs: Double
        package let onetMs: Double
        /// Resampling, suppression and the handling of boxes.
        package let restMs: Double
    }

    init(
        frames: Int, threads: Int, framesPerSecond: Double, latency: DurationStatistics, stages: Stages
    ) {
        self.frames = frames
        self.threads = threads
        self.framesPerSecond = framesPerSecond
        self.latency = latency
        self.stages = stages
    }

    /// - Parameters:
    ///   - files: the frames' images, read again in every round.
    ///   - rounds: how often to measure each.
    /// - Throws: `ImageError`, and any error of the networks.
    package init(_ detector: FaceDetector, files: [String], reading: ImageReading, rounds: Int) throws {
        func image(_ file: String) throws -> DecodedImage {
            try DecodedImage(contentsOf: URL(fileURLWithPath: file), as: reading)
        }
        for file in files { _ = try detector.detect(in: image(file)) }

        var latencies = [Double]()
        for _ in 0..<rounds {
            for file in files {
                let frame = try image(file)
                latencies.append(try seconds { _ = try detector.detect(in: frame) })
            }
        }
        let stream = (0..<rounds).flatMap { _ in files }
        let elapsed = try seconds {
            _ = try concurrentMap(stream) { file in
                try detector.detect(
                    in: DecodedImage(contentsOf: URL(fileURLWithPath: file), as: reading)
                ).faces.count
            }
        }
        self.init(
            frames: files.count, threads: Threads.limit, framesPerSecond: Double(stream.count) / elapsed,
            latency: DurationStatistics(seconds: latencies), stages: try Stages(detector, files: files, image))
    }
}

extension DetectionBenchmark.Stages {
    fileprivate init(_ detector: FaceDetector, files: [String], _ image: (String) throws -> DecodedImage) throws {
        let threads = Threads.limit
        Threads.limit = 1
        defer { Threads.limit = threads }
        let networks = [detector.networks.proposal, detector.networks.refinement, detector.networks.output]
            .map(TimedNetwork.init)
        var timed = detector
        timed.networks = FaceNetworks(proposal: networks[0], refinement: networks[1], output: networks[2])
        var (decoding, detecting) = (0.0, 0.0)
        for file in files {
            var frame: DecodedImage?
            decoding += try seconds { frame = try image(file) }
            detecting += try seconds { if let frame { _ = try timed.detect(in: frame) } }
        }
        let ms = 1000 / Double(files.count)
        let times = networks.map(\.total)
        self.init(
            decodingMs: decoding * ms, pnetMs: times[0] * ms, rnetMs: times[1] * ms, onetMs: times[2] * ms,
            restMs: (detecting - times.reduce(0, +)) * ms)
    }
}

/// A network that accumulates its time.
private final class TimedNetwork: FaceNetwork {
    private let network: any FaceNetwork
    private let elapsed = Mutex(0.0)

    init(_ network: any FaceNetwork) {
        self.network = network
    }

    var scores: FaceScores { network.scores }

    /// In seconds.
    var total: Double { elapsed.withLock { $0 } }

    func evaluate(_ images: Tensor<Float>) throws -> Tensor<Float> {
        let start = ContinuousClock.now
        let output = try network.evaluate(images)
        let time = start.duration(to: .now) / .seconds(1)
        elapsed.withLock { $0 += time }
        return output
    }
}
