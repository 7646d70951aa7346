import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing
@testable import Validation

/// Faces that are looked for once, however many lists and reports ask for them.
@Suite struct KnownDetectionsTests {
    /// A network that counts the inputs it is asked for.
    private final class CountedNetwork: FaceNetwork {
        private let network: any FaceNetwork
        private let count: Mutex<Int>

        init(_ network: any FaceNetwork) {
            self.network = network
            count = Mutex(0)
        }

        var scores: FaceScores { network.scores }
        var evaluations: Int { count.withLock { $0 } }

        func evaluate(_ images: Tensor<Float>) throws -> Tensor<Float> {
            count.withLock { $0 += images.shape[0] }
            return try network.evaluate(images)
        }
    }

    private struct Refused: Error {}

    private static let frames = fixtures.appendingPathComponent("frames").path
    private static let file = "01_astronaut_close.jpg"

    private static func counted() throws -> (proposal: CountedNetwork, detector: FaceDetector) {
        let networks = try ModelLibrary(fixtures.appendingPathComponent("models").path).faceNetworks(in: .fp32)
        let proposal = CountedNetwork(networks.proposal)
        let detector = FaceDetector(
            networks: FaceNetworks(
                proposal: proposal, refinement: networks.refinement, output: networks.output),
            minimumFaceSize: 120)
        return (proposal, detector)
    }

    private static func image() throws -> DecodedImage {
        try DecodedImage(contentsOf: URL(fileURLWithPath: "\(frames)/\(file)"), as: ImageReading())
    }

    @Test("What is asked again is computed once, and only if it is the same: frame, rules and face size")
    func once() throws {
        let (proposal, detector) = try Self.counted()
        let known = KnownDetections()
        func ask(
            _ file: String = Self.file, _ change: (inout FaceDetector) -> Void = { _ in }
        ) throws -> CascadeRecord {
            var asked = detector
            change(&asked)
            return try known.detection(in: file, by: asked, isAskedAgain: true, reading: Self.image)
        }
        let first = try ask()
        let once = proposal.evaluations
        #expect(once > 0)
        #expect(try ask() == first && first == detector.detect(in: Self.image()))
        // The comparison itself computed it a second time.
        #expect(proposal.evaluations == 2 * once)
        _ = try ask("another.jpg")
        #expect(proposal.evaluations == 3 * once)
        _ = try ask { $0.scoreThresholds.output = 0.9 }
        #expect(proposal.evaluations == 4 * once)
        let coarser = try ask { $0.minimumFaceSize = 200 }
        #expect(proposal.evaluations > 4 * once && coarser != first)
    }

    @Test("What nobody asks again is not kept, and a frame's size is checked each time, before anything is computed")
    func checks() throws {
        let (proposal, detector) = try Self.counted()
        let known = KnownDetections()
        var sizes = [[Int]]()
        func ask(_ isAskedAgain: Bool, fails: Bool = false) throws {
            _ = try known.detection(in: Self.file, by: detector, isAskedAgain: isAskedAgain, reading: Self.image) {
                sizes.append([$0.width, $0.height])
                if fails { throw Refused() }
            }
        }
        #expect(throws: Refused.self) { try ask(true, fails: true) }
        #expect(proposal.evaluations == 0)
        try ask(false)
        let once = proposal.evaluations
        try ask(true)
        #expect(proposal.evaluations == 2 * once)
        #expect(throws: Refused.self) { try ask(true, fails: true) }
        try ask(true)
        #expect(proposal.evaluations == 2 * once)
        let image = try Self.image()
        #expect(sizes == [[Int]](repeating: [image.width, image.height], count: 5))
    }

    @Test("Of more boxes than may be kept, none is")
    func most() throws {
        let (proposal, detector) = try Self.counted()
        func ask(_ known: KnownDetections) throws -> CascadeRecord {
            try known.detection(in: Self.file, by: detector, isAskedAgain: true, reading: Self.image)
        }
        let count = try ask(KnownDetections()).candidateCount
        let once = proposal.evaluations
        for (most, runs) in [(count - 1, 2), (count, 1)] {
            let (before, known) = (proposal.evaluations, KnownDetections(most: most))
            for _ in 0..<2 { _ = try ask(known) }
            #expect(proposal.evaluations - before == runs * once)
        }
    }

    @Test("What the report on float16 finds in float32, the report on a list does not look for again")
    func reports() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/frames", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: "\(directory)/captures", withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: "\(Self.frames)/\(Self.file)", toPath: "\(directory)/frames/\(Self.file)")
            let known = KnownDetections()
            _ = try PrecisionMeasurement(
                models: ModelLibrary(fixtures.appendingPathComponent("models").path),
                captures: CaptureLibrary("\(directory)/captures"),
                frames: "\(directory)/frames", minimumFaceSize: 60, arithmetics: [.fp16Weights], known: known)
            func measured(_ known: KnownDetections) throws -> (frames: [ComparedFrame], evaluations: Int) {
                let (proposal, detector) = try Self.counted()
                let measured = try DetectionMeasurement(
                    golds: [fixtures.appendingPathComponent("gold/openface_cpp_min60.json").path],
                    frames: "\(directory)/frames", detector: detector, minimumFaceSize: nil,
                    candidate: Side(engine: "counted"), known: known)
                return (measured.golds.flatMap(\.frames.listed), proposal.evaluations)
            }
            let (again, alone) = (try measured(known), try measured(KnownDetections()))
            #expect(again.evaluations == 0 && alone.evaluations > 0)
            #expect(again.frames == alone.frames && alone.frames.count == 1)
        }
    }

    @Test("Two lists of one face size are compared with one detection, and each as if it were alone")
    func lists() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/frames", withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: "\(Self.frames)/\(Self.file)", toPath: "\(directory)/frames/\(Self.file)")
            let lists = ["openface_cpp_min40", "openface_cpp_stages_min40"].map {
                fixtures.appendingPathComponent("gold/\($0).json").path
            }
            func measured(_ lists: [String]) throws -> (golds: [GoldComparison], evaluations: Int) {
                let (proposal, detector) = try Self.counted()
                let measured = try DetectionMeasurement(
                    golds: lists, frames: "\(directory)/frames", detector: detector, minimumFaceSize: nil,
                    candidate: Side(engine: "counted"))
                return (measured.golds, proposal.evaluations)
            }
            let both = try measured(lists)
            let alone = try lists.map { try measured([$0]) }
            #expect(both.evaluations == alone[0].evaluations && both.evaluations == alone[1].evaluations)
            #expect(both.golds.map(\.frames.listed) == alone.flatMap { $0.golds.map(\.frames.listed) })
            #expect(both.golds.map(\.frames.listed.count) == [1, 1])
        }
    }
}
