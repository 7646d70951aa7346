import Detection
import Tensors
import Testing

@testable import FaceConformance

/// A proposal network that sees a face at the fourth row and column of a map of ten by ten, and nowhere else.
private struct OnePlaceNetwork: FaceNetwork {
    let scores = FaceScores.logits
    let channels: [Float]

    func evaluate(_ images: Tensor<Float>) -> Tensor<Float> {
        let (rows, columns) = ((images.shape[1] - 9) / 2, (images.shape[2] - 9) / 2)
        var positions = [[Float]](repeating: [3, -3, 0, 0, 0, 0], count: rows * columns)
        if (rows, columns) == (10, 10) { positions[33] = channels }
        return Tensor([1, rows, columns, 6], Array(positions.joined()))
    }
}

/// A network that gives the same channels everywhere.
private struct UniformNetwork: FaceNetwork {
    let scores = FaceScores.logits
    let channels: [Float]
    /// Whether there is a position for each step of two pixels, as the proposal network has.
    var isMap = false

    func evaluate(_ images: Tensor<Float>) -> Tensor<Float> {
        let rows = isMap ? (images.shape[1] - 9) / 2 : 1
        let columns = isMap ? (images.shape[2] - 9) / 2 : 1
        let count = images.shape[0] * rows * columns
        return Tensor(
            [images.shape[0], rows, columns, channels.count],
            Array([[Float]](repeating: channels, count: count).joined()))
    }
}

/// The search for what a list comes from, on frames of one face each that uniform networks find anywhere.
@Suite struct AttributionSearchTests {
    private static let face: [Float] = [-3, 3, 0, 0, 0, 0]
    private static let landmarks = [Float](repeating: 0.25, count: 5) + [Float](repeating: 0.75, count: 5)

    private func detector(
        _ rules: CascadeRules = .openFace, proposal: [Float] = face, output: [Float] = face
    ) -> FaceDetector {
        FaceDetector(
            networks: FaceNetworks(
                proposal: UniformNetwork(channels: proposal, isMap: true),
                refinement: UniformNetwork(channels: Self.face),
                output: UniformNetwork(channels: output + Self.landmarks)),
            rules: rules, minimumFaceSize: 24)
    }

    private static func image(_ side: Int) -> DecodedImage {
        DecodedImage(width: side, height: side, pixels: [UInt8](repeating: 90, count: side * side * 3))
    }

    /// Two frames of what a detector finds, changed.
    private func list(
        _ detector: FaceDetector, side: Int = 28, _ change: (_ index: Int, inout [Face]) -> Void = { _, _ in }
    ) throws -> [DetectedFrame] {
        let faces = try detector.detect(in: Self.image(side)).faces
        #expect(faces.count == 1)
        return (0..<2).map { index in
            var changed = faces
            change(index, &changed)
            return DetectedFrame(file: "\(index).png", width: side, height: side, faces: changed)
        }
    }

    private func attribution(
        _ list: [DetectedFrame], _ detector: FaceDetector, _ families: [DetectorFamily] = [.openFace]
    ) throws -> Attribution {
        try Attribution(frames: list, detector: detector, families: families) { frame in
            Self.image(frame.width ?? 0)
        }
    }

    @Test("MATLAB's rules, which differ in landmarks, are tried where there are some, or alone")
    func matlab() throws {
        let detector = detector()
        let (with, without) = (try list(detector), try list(detector) { $1[0].landmarks = [] })
        func tried(_ list: [DetectedFrame], _ families: [DetectorFamily]) throws -> Set<DetectorFamily> {
            Set(try attribution(list, detector, families).families.map(\.family))
        }
        #expect(try tried(with, [.openFace, .matlab]) == [.openFace, .matlab])
        #expect(try tried(without, [.openFace, .matlab]) == [.openFace])
        #expect(try tried(without, [.matlab]) == [.matlab])
    }

    @Test("Two changed rules of which each brings faces nearer are named together")
    func twoRules() throws {
        let output: [Float] = [-3, 3, 0.0137, 0.0271, -0.0313, 0.0173]
        let names = ["no_final_calibration", "output_far_edge=at_extent"]
        let changes = names.flatMap { NamedRuleChanges($0)?.changes ?? [] }
        let list = try list(detector(CascadeRules.openFace.changed(changes), output: output))
        let best = try #require(attribution(list, detector(output: output)).explanations.first)
        #expect(changes.count == 2 && best.differingFrames == 0)
        #expect(([best.rules] + best.equallyGood).map(Set.init).contains(Set(changes)), "\(best)")
    }

    @Test("Four changes at most are named together, though a fifth would bring faces nearer")
    func fiveRules() throws {
        // RNet moves edges to either side of a whole pixel; PNet moves boxes by more than two.
        let proposal: [Float] = [-3, 3, 0.1, 0.1, 0.1, 0.1]
        let refinement: [Float] = [-3, 3, 0.0435, 0.0871, 0, 0]
        let output: [Float] = [-3, 3, 0.137, 0.271, -0.113, 0.173]
        func detector(_ rules: CascadeRules) -> FaceDetector {
            var detector = self.detector(rules, output: output)
            detector.networks.proposal = OnePlaceNetwork(channels: proposal)
            detector.networks.refinement = UniformNetwork(channels: refinement)
            return detector
        }
        let changes = [
            "no_final_calibration", "output_far_edge=at_extent", "output_extent=plain", "refinement_extent=plus_one",
            "proposal_correction=omitted",
        ].flatMap { NamedRuleChanges($0)?.changes ?? [] }
        let list = try list(detector(CascadeRules.openFace.changed(changes)), side: 60)
        let attribution = try attribution(list, detector(.openFace))
        #expect(changes.count == 5 && attribution.explanations.map(\.rules.count).max() == 4)
        #expect(attribution.explanations.allSatisfy { $0.differingFrames > 0 })
    }

    @Test("What differs by less than two programs may is explained by no rule that comes nearer yet")
    func nothingToExplain() throws {
        // With the last pixel the extent moves an edge by less than a thousandth of a pixel more.
        let output: [Float] = [-3, 3, 0.000_337, 0.000_213, 0.000_571, -0.000_419]
        var rules = DetectorFamily.classic.rules
        rules.outputExtent = .plain
        let list = try list(detector(DetectorFamily.classic.rules, output: output))
        let attribution = try attribution(list, detector(rules, output: output), [.classic])
        #expect(attribution.written == .plain && attribution.differingFrames == 0)
        #expect(attribution.families[0].meanOverlapAfter ?? 0 > attribution.meanOverlapBefore ?? 1)
        #expect(attribution.explanations.isEmpty)
    }

    @Test("The networks are at fault by the difference of probabilities that half of the faces exceed")
    func medianDifference() throws {
        let list = try list(detector()) { $1[0].confidence = ($1[0].confidence ?? 0) - ($0 == 0 ? 0.25 : 0.5) }
        let fault = try attribution(list, detector()).networkFault
        #expect(fault?.contains("differ, by 0.5 in the median") == true, "\(fault ?? "none")")
    }

    @Test("Of a frame that no decision explains three close decisions are named")
    func threeDecisions() throws {
        let list = try list(detector()) { $1[0].confidence = 0.5 }
        let unexplained = try attribution(list, detector()).unexplained
        #expect(unexplained.map(\.closeDecisions.count) == [3, 3])
    }

    @Test("Where half of the frames differ, a close decision may still be why")
    func half() throws {
        // The probability of a face lies one part in a million above the threshold.
        let detector = detector(proposal: [0, 0.405_469_3, 0, 0, 0, 0])
        let found = try attribution(list(detector, side: 24) { if $0 == 1 { $1 = [] } }, detector)
        #expect(found.unexplained.map(\.file) == ["1.png"])
        #expect(found.unexplained.first?.flippedDecision?.contains("from its threshold 0.6") == true)
    }
}
