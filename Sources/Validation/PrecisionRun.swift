import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats

/// The effect of each float16 arithmetic on the networks and on the faces found, compared with float32.
package struct PrecisionMeasurement: Sendable {
    package let policies: [Policy]

    package init(policies: [Policy]) { self.policies = policies }

    /// The effect of one arithmetic.
    package struct Policy: Sendable {
        package let arithmetic: String
        /// Whether the arithmetic is a prediction that no recording confirms yet.
        package let isPredicted: Bool
        package let networks: [NetworkPrecision]
        /// The faces found by the cascade; nil without a cascade.
        package let faces: Faces?

        package init(arithmetic: String, isPredicted: Bool, networks: [NetworkPrecision], faces: Faces?) {
            self.arithmetic = arithmetic
            self.isPredicted = isPredicted
            self.networks = networks
            self.faces = faces
        }
    }

    /// The faces that the cascade finds in frames.
    package struct Faces: Sendable {
        package let minimumFaceSize: Int
        package let frames: KeptFrames<PrecisionFrame>
        package let notJudged: UnjudgedFrames

        package init(
            minimumFaceSize: Int, frames: KeptFrames<PrecisionFrame>, notJudged: UnjudgedFrames = UnjudgedFrames()
        ) {
            self.minimumFaceSize = minimumFaceSize
            self.frames = frames
            self.notJudged = notJudged
        }
    }
}

extension PrecisionMeasurement {
    /// The float16 arithmetics, in the order of the report.
    package static let arithmetics: [ArithmeticName] = [
        .fp16Weights, .fp16Storage, .fp16FMA, .fp16MultiplyAdd, .neuralEngineM1,
    ]

    /// Runs the networks of a directory in each float16 arithmetic: on the captures' inputs, layer by layer, and, if
    /// the directory holds the cascade, as a detector on the frames.
    ///
    /// - Parameters:
    ///   - captures: one of each, which supplies the inputs.
    ///   - frames: the directory of the frames.
    ///   - packageArithmetic: the arithmetic of the float16 parts of packages beside the cascade's networks, if it is a
    ///     float16 one; else `fp16-storage`.
    ///   - tasks: the metrics to measure on the networks' outputs.
    ///   - frameList: names the frames to take of the directory; nil for all.
    ///   - shard: which pairs of network and arithmetic, and which frames, to compare. A list of frames is the shard's own.
    ///   - known: keeps what the cascade finds in float32, for another report.
    ///   - log: takes what is measured on each frame.
    /// - Throws: the errors of reading and computing, and ``Conformance/ComparisonError/nothingInCommon(_:)`` if there
    ///   are no frames for a cascade, or no captures for other networks.
    package init(
        models: ModelLibrary, captures: CaptureLibrary, frames: String, frameList: String? = nil, minimumFaceSize: Int,
        rules: CascadeRules = .openFace, reading: ImageReading = ImageReading(),
        arithmetics: [ArithmeticName] = arithmetics,
        packageArithmetic: ArithmeticName = .fp16Storage, tasks: [TaskMetric] = [],
        programs: ProgramTasks = ProgramTasks(), judgesOthers: Bool = false, shard: Shard = .whole,
        known: KnownDetections? = nil, log: FrameLog? = nil, progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let isCascade = try models.missingFaceNetworks.isEmpty
        let networks =
            try isCascade
            ? CascadeNetwork.allCases.map(\.modelName)
                + (judgesOthers ? models.otherNetworks.filter(captures.holds) : [])
            : models.names
        for network in networks { try models.model(network).requireFloat32(as: "the baseline of fp16_vs_fp32") }
        let captured = networks.filter(captures.holds)
        try tasks.requireOutputs(among: captured.flatMap { try models.model($0).graph.outputs })
        guard isCascade || !captured.isEmpty else { throw captures.lacksCaptures(of: networks) }
        let packages = isCascade ? try Float16Packages(models.model(inFile:)) : nil
        let candidates =
            arithmetics.map(Candidate.arithmetic)
            + (packages.map {
                [Candidate.packages($0, packageArithmetic.elementType == .float16 ? packageArithmetic : .fp16Storage)]
            } ?? [])
        // A report on other networks names those without a capture: they are not judged.
        let measured = isCascade ? captured : networks
        let jobs = shard.stretch(
            of: candidates.enumerated().flatMap { index, candidate in
                measured.filter { candidate.isOf($0) }.map { (index, $0) }
            })
        // The arithmetics of a network share its exact results, and are computed at once.
        let groups = measured.map { network in (network: network, own: jobs.filter { $0.1 == network }.map(\.0)) }
            .filter { !$0.own.isEmpty }
        let precisions = try groups.flatMap { group in
            let network = group.network
            let kind = CascadeNetwork.allCases.first { $0.modelName == network }
            let threshold = kind.map { Double(rules.scoreThresholds[$0]) } ?? 0.5
            let capture = try captured.contains(network) ? captures.capture(of: network) : nil
            var found = [(Int, NetworkPrecision)]()
            let arithmetics = group.own.compactMap { index in
                if case .arithmetic(let arithmetic) = candidates[index] { (index, arithmetic) } else { nil }
            }
            if !arithmetics.isEmpty {
                for (index, _) in arithmetics { progress("\(candidates[index].name), \(network)") }
                let model = try models.model(network)
                var own = try NetworkPrecision.all(
                    in: arithmetics.map(\.1), running: model.graph, oracle: models.oracle(of: model),
                    modelSha256: model.sha256,
                    on: capture.map(NetworkInputs.recorded) ?? [],
                    reading: { name in
                        try capture.map { try NetworkInputs.read(name, in: $0, of: model.graph) } ?? []
                    }, network: network, scoreThreshold: threshold, tasks: tasks.on(model.graph.outputs))
                if let capture, !programs.isEmpty {
                    for (index, arithmetic) in arithmetics.map(\.1).enumerated() {
                        let engine = try arithmetic.engine(for: model.graph)
                        own[index].add(try programs.measure(of: engine, in: arithmetic, against: model, on: capture))
                    }
                }
                found += zip(arithmetics.map(\.0), own)
            }
            for index in group.own {
                guard case .packages(let packages, let arithmetic) = candidates[index], let kind, let capture
                else { continue }
                progress("\(candidates[index].name), \(network)")
                let precision = try NetworkPrecision(
                    of: packages[kind], as: kind, in: arithmetic, on: capture, scoreThreshold: threshold)
                found.append((index, precision))
            }
            return found
        }
        let faces =
            isCascade
            ? try Self.faces(
                models, candidates, FrameDirectory(frames, list: frameList), minimumFaceSize, rules, reading,
                frameList == nil ? shard : .whole, known, log, progress) : nil
        self.init(
            policies: candidates.enumerated().map { index, candidate in
                Policy(
                    arithmetic: candidate.name, isPredicted: candidate.isPredicted,
                    networks: precisions.filter { $0.0 == index }.map(\.1), faces: faces?[index])
            })
    }

    /// The cascade's faces in each arithmetic.
    private static func faces(
        _ models: ModelLibrary, _ candidates: [Candidate], _ directory: FrameDirectory, _ minimumFaceSize: Int,
        _ rules: CascadeRules, _ reading: ImageReading, _ shard: Shard, _ known: KnownDetections?, _ log: FrameLog?,
        _ progress: @Sendable (String) -> Void
    ) throws -> [Faces] {
        guard directory.areListed || !directory.files.isEmpty else {
            throw ComparisonError.nothingInCommon("\(directory.path) holds no frames")
        }
        FreedMemory.giveBack()
        let all = try concurrentMap([.arithmetic(.fp32)] + candidates) { try $0.networks(models) }
        let detectors = all.map { FaceDetector(networks: $0, rules: rules, minimumFaceSize: minimumFaceSize) }
        let section = FrameLog.Section(report: "fp16_vs_fp32")
        var frames = candidates.map { _ in KeptFrames<PrecisionFrame>() }
        var notJudged = candidates.map { _ in UnjudgedFrames() }
        try streamedMap(shard.stretch(ofCount: directory.files.count)) { index in
            let file = directory.files[index]
            progress(file)
            return try FrameComparison(
                file: file, in: directory.path, baseline: detectors[0], candidates: Array(detectors.dropFirst()),
                reading: reading, known: known)
        } take: { comparisons in
            for index in candidates.indices {
                let outcomes = comparisons.map { $0.candidates[index] }
                frames[index].add(KeptFrames(outcomes.compactMap(\.frame)))
                notJudged[index].add(UnjudgedFrames(outcomes.compactMap(\.failure)))
            }
            guard let log else { return }
            for comparison in comparisons {
                for (candidate, outcome) in zip(candidates, comparison.candidates) {
                    switch outcome {
                    case .compared(let frame): try log.add(frame, to: section, arithmetic: candidate.name)
                    case .notJudged(let frame): try log.add(notJudged: frame, to: section, arithmetic: candidate.name)
                    }
                }
            }
        }
        return zip(frames, notJudged).map {
            Faces(minimumFaceSize: minimumFaceSize, frames: $0, notJudged: $1)
        }
    }
}

/// What is compared with float32.
private enum Candidate: Sendable {
    /// The networks in a float16 arithmetic.
    case arithmetic(ArithmeticName)
    /// Other networks, which declare float16 themselves.
    case packages(Float16Packages, ArithmeticName)

    var name: String {
        switch self {
        case .arithmetic(let arithmetic): arithmetic.rawValue
        case .packages(_, let arithmetic):
            arithmetic == .fp16Storage ? "packages" : "packages-\(arithmetic.rawValue)"
        }
    }

    var isPredicted: Bool { if case .arithmetic(.neuralEngineM1) = self { true } else { false } }

    func isOf(_ network: String) -> Bool {
        if case .packages = self { CascadeNetwork.allCases.contains { $0.modelName == network } } else { true }
    }

    func networks(_ models: ModelLibrary) throws -> FaceNetworks {
        switch self {
        case .arithmetic(let arithmetic): try models.faceNetworks(in: arithmetic)
        case .packages(let packages, let arithmetic):
            try FaceNetworks(arithmetic: arithmetic) { packages[$0] }
        }
    }
}

/// One frame's faces in every arithmetic, compared with the first.
private struct FrameComparison: Sendable {
    enum Outcome: Sendable {
        case compared(PrecisionFrame)
        case notJudged(UnjudgedFrame)

        var frame: PrecisionFrame? { if case .compared(let frame) = self { frame } else { nil } }
        var failure: UnjudgedFrame? { if case .notJudged(let failure) = self { failure } else { nil } }
    }

    let candidates: [Outcome]

    init(
        file: String, in directory: String, baseline: FaceDetector, candidates: [FaceDetector], reading: ImageReading,
        known: KnownDetections?
    ) throws {
        func notFinite(_ reason: String) -> Outcome {
            .notJudged(UnjudgedFrame(file: file, cause: .notFinite, reason: reason))
        }
        let image: DecodedImage
        let expected: CascadeRecord
        do {
            image = try DecodedImage(
                contentsOf: URL(fileURLWithPath: "\(directory)/\(file)"), as: reading)
            let decoded = image
            expected =
                try known?.detection(in: file, by: baseline, isAskedAgain: true, reading: { decoded })
                ?? baseline.detect(in: image)
        } catch let error as ImageError {
            self.candidates = candidates.map { _ in .notJudged(.init(file: file, error)) }
            return
        } catch let error as CascadeError where error.isNotFinite {
            self.candidates = candidates.map { _ in notFinite("float32: \(error.description)") }
            return
        }
        self.candidates = try candidates.map { detector in
            var detector = detector
            var evaluations = FrameEvaluations(image: image, networks: detector.networks)
            do {
                let found = try detector.detect(in: &evaluations)
                detector.rules.scorePrecision = .half
                let withHalfScores = try detector.detect(in: &evaluations).faces
                return .compared(
                    PrecisionFrame(
                        file: file, faces: FaceMatching(file: file, expected: expected.faces, found: found.faces),
                        facesWithFloat16Scores: FaceMatching(
                            file: file, expected: expected.faces, found: withHalfScores),
                        firstDeparture: StageDivergence(file: file, expected: expected, found: found).firstDeparture?
                            .stage,
                        flippedDecisions: FlippedDecision.all(expected: expected, found: found)))
            } catch let error as CascadeError where error.isNotFinite {
                return notFinite(error.description)
            }
        }
    }
}
