import Synchronization
import Tensors
import Testing

@testable import Detection

/// A network that gives the same channels everywhere, and counts the images it is given.
private final class UniformNetwork: FaceNetwork {
    let scores: FaceScores
    private let channels: [Float]
    private let isMap: Bool
    private let batches = Mutex<[Int]>([])

    var batchSizes: [Int] { batches.withLock { $0 } }

    /// - Parameter isMap: Whether there is a position for each step of two pixels, as the proposal network has.
    init(_ channels: [Float], isMap: Bool = false, scores: FaceScores = .logits) {
        self.scores = scores
        self.channels = channels
        self.isMap = isMap
    }

    func evaluate(_ images: Tensor<Float>) -> Tensor<Float> {
        batches.withLock { $0.append(images.shape[0]) }
        let rows = isMap ? (images.shape[1] - 9) / 2 : 1
        let columns = isMap ? (images.shape[2] - 9) / 2 : 1
        let count = images.shape[0] * rows * columns
        return Tensor(
            [images.shape[0], rows, columns, channels.count],
            Array([[Float]](repeating: channels, count: count).joined()))
    }
}

/// A proposal network that gives each position of its map channels of its own, row by row, for one image.
private struct MapNetwork: FaceNetwork {
    let scores = FaceScores.logits
    private let positions: [[Float]]
    private let columns: Int

    init(_ positions: [[Float]], columns: Int) {
        self.positions = positions
        self.columns = columns
    }

    func evaluate(_ images: Tensor<Float>) -> Tensor<Float> {
        Tensor([1, positions.count / columns, columns, 6], Array(positions.joined()))
    }
}

@Suite struct FaceDetectorTests {
    /// Logits of a face, no regression.
    private static let face: [Float] = [-3, 3, 0, 0, 0, 0]
    private static let noFace: [Float] = [3, -3, 0, 0, 0, 0]
    /// All landmarks at a quarter of the width and three quarters of the height.
    private static let landmarks = [Float](repeating: 0.25, count: 5) + [Float](repeating: 0.75, count: 5)

    private func image(_ width: Int, _ height: Int) -> DecodedImage {
        DecodedImage(width: width, height: height, pixels: [UInt8](repeating: 90, count: width * height * 3))
    }

    private func detector(
        proposal: [Float] = face, refinement: [Float] = face, output: [Float] = face + landmarks,
        minimumFaceSize: Int = 20
    ) -> FaceDetector {
        FaceDetector(
            networks: FaceNetworks(
                proposal: UniformNetwork(proposal, isMap: true), refinement: UniformNetwork(refinement),
                output: UniformNetwork(output)),
            minimumFaceSize: minimumFaceSize)
    }

    @Test("An image smaller than the smallest face has no faces, and no network is asked")
    func smallImages() throws {
        for (width, height) in [(1, 1), (1, 10_000), (10_000, 1), (19, 500), (10, 10)] {
            let proposal = UniformNetwork(Self.face, isMap: true)
            var detector = detector()
            detector.networks.proposal = proposal
            let record = try detector.detect(in: image(width, height))
            #expect(record.faces.isEmpty && record.levels.isEmpty)
            #expect(CascadeStage.allCases.allSatisfy { record[$0] == [] })
            #expect(proposal.batchSizes.isEmpty)
        }
    }

    @Test("An image exactly as large as the smallest face is searched once")
    func equalImage() throws {
        let record = try detector().detect(in: image(20, 20))
        #expect(record.levels.map(\.scale) == [PyramidScale(scale: 0.6, width: 12, height: 12)])
        #expect(record.faces.count == 1)
    }

    @Test("A network that sees no face ends the cascade there")
    func rejections() throws {
        #expect(try detector(proposal: Self.noFace).detect(in: image(60, 40))[.proposals] == [])
        let refused = try detector(refinement: Self.noFace).detect(in: image(60, 40))
        #expect(refused[.refinementInput]?.isEmpty == false && refused[.outputInput] == [])
        let last = try detector(output: Self.noFace + Self.landmarks).detect(in: image(60, 40))
        #expect(last[.outputInput]?.isEmpty == false && last.faces.isEmpty)
    }

    @Test("A score equal to its threshold passes, under the exclusive rule it does not")
    func inclusiveThreshold() throws {
        // Equal logits give 1 / (1 + e^0), which is 0.5 exactly.
        var detector = detector(proposal: [1, 1, 0, 0, 0, 0])
        detector.scoreThresholds.proposal = 0.5
        #expect(try detector.detect(in: image(20, 20))[.proposals]?.count == 1)
        detector.rules.proposalThreshold = .exclusive
        #expect(try detector.detect(in: image(20, 20))[.proposals] == [])
    }

    @Test("A proposal stands where its position on the map lies in the frame")
    func proposalBoxes() throws {
        let record = try detector(minimumFaceSize: 24).detect(in: image(28, 24))
        // Scale 0.5: positions (2x + 1) / s to (2x + 12) / s.
        #expect(
            record.levels[0].proposals.map(\.box) == [
                BoundingBox(x: 2, y: 2, width: 22, height: 22), BoundingBox(x: 6, y: 2, width: 22, height: 22),
            ])
    }

    @Test("A proposal of a lower row of the map is as high as one of the first")
    func proposalHeights() throws {
        let proposals = try detector(minimumFaceSize: 24).detect(in: image(28, 28)).levels[0].proposals
        #expect(proposals.map(\.box.y) == [2, 6, 2, 6] && proposals.allSatisfy { $0.box.height == 22 })
    }

    @Test("A lone proposal has the regression of the position across the map, in its row, where the rule says so")
    func loneProposal() throws {
        // Of 3 columns and 2 rows of positions the last of the second row is a face; across it is the first.
        let own: [Float] = [0.01, 0.02, 0.03, 0.04]
        let across: [Float] = [0.05, 0.06, 0.07, 0.08]
        var positions = [[Float]](repeating: [3, -3, 0, 0, 0, 0], count: 6)
        positions[5] = [-3, 3] + own
        positions[3] = [3, -3] + across
        var detector = detector(minimumFaceSize: 24)
        detector.networks.proposal = MapNetwork(positions, columns: 3)
        func regressions() throws -> [[Float]] {
            try detector.detect(in: image(30, 28))[.proposals]?.map {
                [$0.regression.left, $0.regression.top, $0.regression.right, $0.regression.bottom]
            } ?? []
        }
        #expect(try regressions() == [own])
        detector.rules.loneProposal = .mirroredRegression
        #expect(try regressions() == [across])
    }

    @Test("Proposals are listed column by column, or row by row where the rule says so")
    func proposalOrder() throws {
        var detector = detector(minimumFaceSize: 24)
        func corners() throws -> [[Float]] {
            try detector.detect(in: image(28, 28)).levels[0].proposals.map { [$0.box.x, $0.box.y] }
        }
        #expect(try corners() == [[2, 2], [2, 6], [6, 2], [6, 6]])
        detector.rules.proposalOrder = .rowByRow
        #expect(try corners() == [[2, 2], [6, 2], [2, 6], [6, 6]])
    }

    @Test("Landmarks are fractions of the pixels that the output network saw")
    func landmarkPositions() throws {
        let record = try detector(minimumFaceSize: 24).detect(in: image(24, 24))
        let input = try #require(record[.outputInput]?.first).box
        let region = input.cropRegion(.fromOneBefore)
        let expected = Point(
            x: Float(region.x) + 0.25 * Float(region.width), y: Float(region.y) + 0.75 * Float(region.height))
        #expect(record.faces.first?.landmarks == [Point](repeating: expected, count: 5))
    }

    @Test("Landmarks averaged with the mirror image's lie midway between where the two see them")
    func meanLandmarks() throws {
        var detector = detector(minimumFaceSize: 24)
        detector.rules.landmarks = .meanOfMirrored
        let record = try detector.detect(in: image(24, 24))
        let region = try #require(record[.outputInput]?.first).box.cropRegion(detector.rules.cropRegion)
        // A quarter from the left, and a quarter from the right.
        let expected = Point(
            x: Float(region.x) + 0.5 * Float(region.width), y: Float(region.y) + 0.75 * Float(region.height))
        #expect(record.faces.first?.landmarks == [Point](repeating: expected, count: 5))
    }

    @Test("Landmarks that are fractions of the box count its extents with the last pixel, from a pixel before it")
    func landmarksOfBox() throws {
        var detector = detector(minimumFaceSize: 24)
        detector.rules.landmarks = .ofBox
        let record = try detector.detect(in: image(24, 24))
        let box = try #require(record[.outputInput]?.first).box
        let expected = Point(
            x: box.x + 0.25 * (box.width + 1) - 1, y: box.y + 0.75 * (box.height + 1) - 1)
        #expect(record.faces.first?.landmarks == [Point](repeating: expected, count: 5))
    }

    @Test("Crops are judged in bounded batches, and each only once")
    func batches() throws {
        let refinement = UniformNetwork(Self.face)
        var detector = detector()
        detector.networks.refinement = refinement
        // Proposals that overlap too little to suppress each other: each is moved by its whole width.
        detector.networks.proposal = UniformNetwork([-3, 3, 0, 0, 0, 0], isMap: true)
        var frame = FrameEvaluations(image: image(100, 100), networks: detector.networks)
        let record = try detector.detect(in: &frame)
        let crops = Set((record[.refinementInput] ?? []).map(\.box)).count
        #expect(crops > 64)
        #expect(refinement.batchSizes.allSatisfy { $0 <= 64 })
        #expect(refinement.batchSizes.reduce(0, +) == crops)

        detector.rules.finalCalibration = .omitted
        #expect(try detector.detect(in: &frame)[.refinementInput] == record[.refinementInput])
        #expect(refinement.batchSizes.reduce(0, +) == crops)
    }

    @Test("A minimum face below what the proposal network sees is refused")
    func minimumFaceSize() {
        for size in [11, 0, -5] {
            #expect(throws: CascadeError.minimumFaceSize(size)) {
                try detector(minimumFaceSize: size).detect(in: image(50, 50))
            }
        }
    }

    @Test("A network that gives a NaN or an infinity is named, with where it did")
    func notFinite() {
        #expect {
            try detector(refinement: [-3, 3, 0, .nan, 0, 0]).detect(in: image(20, 20))
        } throws: {
            guard case CascadeError.notFinite(.refinement, let value, let index) = $0 else { return false }
            return value.isNaN && index == [0, 0, 0, 3]
        }
        #expect(throws: CascadeError.notFinite(network: .proposal, value: .infinity, index: [0, 0, 0, 5])) {
            try detector(proposal: [-3, 3, 0, 0, 0, .infinity]).detect(in: image(20, 20))
        }
    }

    @Test("An output of another shape is refused, with what was expected")
    func outputShape() {
        let error = CascadeError.outputShape(network: .output, [1, 1, 1, 6], expected: "[1, 1, 1, 16]")
        #expect(throws: error) { try detector(output: Self.face).detect(in: image(20, 20)) }
        #expect(error.description == "the output network gave an output of shape [1, 1, 1, 6], expected [1, 1, 1, 16]")
    }

    @Test("Regressions of any size lead to boxes, not to a crash", arguments: RuleChange.all(from: .openFace))
    func hugeRegressions(_ change: RuleChange) throws {
        for size: Float in [1e6, 1e30, -1e30, 3e38] {
            for channel in 2..<6 {
                var wild = Self.face
                wild[channel] = size
                var detector = detector(proposal: wild, refinement: wild, output: wild + Self.landmarks)
                detector.rules = change.applied(to: .openFace)
                #expect(try detector.detect(in: image(26, 22))[.proposals]?.isEmpty == false)
            }
        }
    }

    @Test("Every change changes its own rule, and no two do the same")
    func changes() {
        let changes = RuleChange.all(from: .openFace)
        let changed = changes.map { $0.applied(to: .openFace) }
        #expect(!changed.contains(.openFace))
        #expect(Set(changed).count == changes.count)
        #expect(Set(CascadeRule.all.map(\.name)).count == CascadeRule.all.count)
        #expect(changes.allSatisfy { !$0.meaning.isEmpty })
    }
}
