import Conformance
import Detection
import Foundation
import TestSupport
import Testing
@testable import FaceConformance

/// Another detector is one that people run with a changed rule: its faces alone must tell which.
@Suite struct AttributionTests {
    /// At this size most changes move a face in one of the two frames, and they take seconds.
    static let minimumFaceSize = 190
    static let files = ["25_dark.jpg", "27_blurred.jpg"]
    private static let networks = Result { try bundledNetworks().memoized }

    private func detector() throws -> FaceDetector {
        FaceDetector(networks: try Self.networks.get(), minimumFaceSize: Self.minimumFaceSize)
    }

    /// What a detector with other rules finds in the two frames.
    private func faces(_ rules: CascadeRules, _ detector: FaceDetector) throws -> [DetectedFrame] {
        var other = detector
        other.rules = rules
        return try Self.files.map { file in
            let image = try frameImage(file)
            return DetectedFrame(
                file: file, width: image.width, height: image.height, faces: try other.detect(in: image).faces)
        }
    }

    private func attribution(_ frames: [DetectedFrame], _ detector: FaceDetector) throws -> Attribution {
        try Attribution(frames: frames, detector: detector) { try frameImage($0.file) }
    }

    @Test(
        "The rules of each detector are named as what they are",
        arguments: DetectorFamily.allCases.filter { $0 != .matlab })
    func families(_ family: DetectorFamily) throws {
        var detector = try detector()
        // For larger faces ipazc's detector finds nothing.
        if family == .ipazc { detector.minimumFaceSize = 20 }
        let attribution = try attribution(faces(family.rules, detector), detector)
        #expect(attribution.unexplained.isEmpty && attribution.networkFault == nil)
        #expect(attribution.written.steps.isEmpty && (attribution.written == .plain) == (family != .ipazc))
        if family == .openFace {
            #expect(attribution.differingFrames == 0 && attribution.explanations.isEmpty)
            #expect(attribution.meanOverlapBefore == 1)
        } else {
            let first = try #require(attribution.explanations.first)
            #expect(first.rules.isEmpty && first.differingFrames == 0)
            #expect(first.family == family)
        }
    }

    @Test(
        "A changed rule of a detector is the first that is named",
        arguments: [DetectorFamily.openFace, .classic, .mtcnnRuntime])
    func changes(_ family: DetectorFamily) throws {
        let detector = try detector()
        // Crops from a pixel before move faces by about one pixel, as a list does whose first pixel is 1.
        let changes = ["crop_region=exclusive", "proposal_correction=omitted", "crop_region=from_one_before"]
        for change in changes.compactMap({ NamedRuleChanges($0)?.changes[0] }) {
            let rules = change.applied(to: family.rules)
            guard rules != family.rules else { continue }
            let attribution = try attribution(faces(rules, detector), detector)
            let first = try #require(attribution.explanations.first)
            #expect(first.differingFrames == 0, "\(family) \(change)")
            #expect(
                (first.family == family && first.rules == [change]) || first.equallyGood.contains([change]),
                "\(family) \(change): \(first)")
        }
    }

    @Test("Without the last step every box overlaps by 0.7209, whatever the face")
    func noLastStep() throws {
        let detector = try detector()
        let unchanged = try faces(.openFace, detector)
        let without = CascadeRules.openFace.changed(NamedRuleChanges("no_final_calibration")?.changes ?? [])
        for (frame, without) in zip(unchanged, try faces(without, detector)) {
            let matching = FaceMatching(file: frame.file, expected: frame.faces, found: without.faces)
            #expect(matching.missed.isEmpty && matching.falsePositives.isEmpty && !matching.matches.isEmpty)
            // A box of 1 x 1 and the one at (-0.0075, 0.2459) of 1.0323 x 0.7751: they share 1 by 0.7541, and
            // 0.7541 / (1 + 1.0323 * 0.7751 - 0.7541) = 0.72091. Float32 coordinates of hundreds of pixels
            // move that by some 1e-6.
            #expect(matching.matches.allSatisfy { abs($0.intersectionOverUnion - 0.72091) < 5e-6 })
        }
    }

    @Test("A frame that one close decision makes another has this decision named, confirmed by taking it the other way")
    func closeDecision() throws {
        let detector = try detector()
        var other = detector
        var frames: [DetectedFrame] = []
        var flipped: String?
        for file in ["20_group.jpg", "24_tiny_faces.jpg", "19_group.jpg"] {
            let image = try frameImage(file)
            other.minimumFaceSize = 40
            other.nudges = []
            var evaluations = FrameEvaluations(image: image, networks: other.networks)
            let plain = try other.detect(in: &evaluations)
            var faces = plain.faces
            let boxes = faces.map(\.box)
            for decision in plain.closeDecisions(near: boxes, detector.rules) where flipped == nil {
                other.nudges = [decision.nudge]
                let nudged = try other.detect(in: &evaluations).faces
                if nudged != faces, zip(nudged, faces).contains(where: { abs($0.box.x - $1.box.x) > 0.5 }) {
                    faces = nudged
                    flipped = file
                }
            }
            frames.append(DetectedFrame(file: file, width: nil, height: nil, faces: faces))
        }
        let file = try #require(flipped)
        other = detector
        other.minimumFaceSize = 40
        let attribution = try Attribution(frames: frames, detector: other, families: [.openFace]) {
            try frameImage($0.file)
        }
        #expect(attribution.differingFrames == 1)
        let explained = attribution.explanations.first { $0.differingFrames == 0 } != nil
        #expect(explained || attribution.unexplained.first?.file == file)
        #expect(explained || attribution.unexplained.first?.flippedDecision != nil)
    }

    @Test("Probabilities that no network here gives are the networks' fault, and are no rule's")
    func otherNetworks() throws {
        let detector = try detector()
        var frames = try faces(DetectorFamily.classic.rules, detector)
        for frame in frames.indices {
            for face in frames[frame].faces.indices {
                frames[frame].faces[face].confidence = 0.8
                frames[frame].faces[face].box.x += 3
            }
        }
        let attribution = try attribution(frames, detector)
        #expect(attribution.networkFault != nil)
        #expect(attribution.unexplained.count == 2)
        #expect(attribution.explanations.allSatisfy { $0.differingFrames == 2 && $0.framesExplained == 0 })
    }
}

/// How a list is written is never blamed on a cascade.
@Suite struct WrittenFormTests {
    private let frames = ["01_astronaut_close.jpg", "10_hopper_wide.jpg", "13_mona_lisa.jpg"]
    private static let networks = Result { try bundledNetworks().memoized }

    private func gold() throws -> [DetectedFrame] {
        try DetectionDocument(contentsOf: fixtures.appendingPathComponent("gold/openface_cpp_min60.json")).images
            .filter { frames.contains($0.file) }
    }

    private func attribution(_ frames: [DetectedFrame]) throws -> Attribution {
        let detector = FaceDetector(networks: try Self.networks.get())
        return try Attribution(frames: frames, detector: detector) { try frameImage($0.file) }
    }

    private func attribution(writing box: (BoundingBox) -> BoundingBox) throws -> Attribution {
        var frames = try gold()
        for frame in frames.indices {
            for face in frames[frame].faces.indices {
                frames[frame].faces[face].box = box(frames[frame].faces[face].box)
            }
        }
        return try attribution(frames)
    }

    private func box(_ box: BoundingBox, _ change: (Float) -> Float) -> BoundingBox {
        BoundingBox(x: change(box.x), y: change(box.y), width: change(box.width), height: change(box.height))
    }

    private func expect(_ attribution: Attribution, _ steps: [WrittenForm.Step], _ comment: Comment) {
        #expect(attribution.written.steps == steps, comment)
        #expect(attribution.differingFrames == 0 && attribution.explanations.isEmpty, comment)
    }

    @Test("Rounded and cut numbers are what they are, and the rest agrees")
    func precisions() throws {
        for (unit, change, manner) in [
            (1, { $0.rounded() }, .rounded), (1, { $0.rounded(.towardZero) }, .cut),
            (0.1, { ($0 * 10).rounded() / 10 }, .rounded), (0.01, { ($0 * 100).rounded() / 100 }, .rounded),
        ] as [(Double, (Float) -> Float, WrittenPrecision.Manner)] {
            let attribution = try attribution { box($0, change) }
            expect(attribution, [], "\(unit) \(manner)")
            #expect(attribution.written.precision == WrittenPrecision(unit: unit, manner: manner))
        }
    }

    @Test("Corners, exchanged axes, scaled, one-based and mirrored boxes are named, and the rest agrees")
    func layouts() throws {
        expect(
            try attribution {
                BoundingBox(x: $0.x, y: $0.y, width: $0.x + $0.width, height: $0.y + $0.height)
            }, [.cornersAsExtents], "corners")
        expect(
            try attribution { BoundingBox(x: $0.y, y: $0.x, width: $0.height, height: $0.width) }, [.axesExchanged],
            "axes")
        let half = try attribution { box($0) { $0 / 2 } }
        expect(half, [.scaled], "half")
        #expect(half.written.scale == 0.5 && half.written.words == "scaled by 1/2")
        expect(
            try attribution { BoundingBox(x: $0.x + 1, y: $0.y + 1, width: $0.width, height: $0.height) }, [.oneBased],
            "one-based")
        expect(
            try attribution { BoundingBox(x: 640 - $0.x - $0.width, y: $0.y, width: $0.width, height: $0.height) },
            [.mirrored], "mirrored in the width that most frames have")
        expect(
            try attribution {
                BoundingBox(x: $0.x + $0.width / 2, y: $0.y + $0.height / 2, width: $0.width, height: $0.height)
            }, [.centred], "centres")
    }

    @Test("Fractions of the image, and pixels of images of other sizes, are named, and the rest agrees")
    func otherSizes() throws {
        func list(_ change: (BoundingBox, Float, Float) -> BoundingBox) throws -> [DetectedFrame] {
            var frames = try gold()
            for frame in frames.indices {
                let (width, height) = (Float(frames[frame].width ?? 1), Float(frames[frame].height ?? 1))
                frames[frame].faces = frames[frame].faces.map {
                    Face(box: change($0.box, width, height), confidence: $0.confidence)
                }
            }
            return frames
        }
        expect(
            try attribution(
                list {
                    BoundingBox(
                        x: ($0.x + $0.width / 2) / $1, y: ($0.y + $0.height / 2) / $2, width: $0.width / $1,
                        height: $0.height / $2)
                }), [.fractions, .centred], "centres as fractions")
        expect(
            try attribution(
                list {
                    BoundingBox(
                        x: $0.y / $2, y: $0.x / $1, width: ($0.y + $0.height) / $2, height: ($0.x + $0.width) / $1)
                }), [.fractions, .cornersAsExtents, .axesExchanged], "corners as fractions, y first")
        var frames = try list {
            BoundingBox(
                x: $0.x * 300 / $1, y: $0.y * 300 / $2, width: $0.width * 300 / $1, height: $0.height * 300 / $2)
        }
        for frame in frames.indices { (frames[frame].width, frames[frame].height) = (300, 300) }
        expect(try attribution(frames), [.inListedSize], "resized")
    }

    @Test("Percents and another order of landmarks are named, and the rest agrees")
    func percentsAndLandmarks() throws {
        let detector = FaceDetector(networks: try Self.networks.get())
        let list = try frames.map { file in
            var faces = try detector.detect(in: try frameImage(file)).faces
            for index in faces.indices {
                faces[index].confidence = faces[index].confidence.map { $0 * 100 }
                let points = faces[index].landmarks
                faces[index].landmarks = [1, 0, 2, 4, 3].map { points[$0] }
            }
            return DetectedFrame(file: file, width: nil, height: nil, faces: faces)
        }
        let attribution = try attribution(list)
        #expect(attribution.written.hasPercents && attribution.written.landmarkOrder == [1, 0, 2, 4, 3])
        expect(attribution, [], "percents")
    }

    @Test("Sizes that the images do not have are said, and the faces compared")
    func sizes() throws {
        var frames = try gold()
        for index in frames.indices {
            (frames[index].width, frames[index].height) = (frames[index].height, frames[index].width)
        }
        let attribution = try attribution(frames)
        expect(attribution, [], "sizes")
        #expect(attribution.sizes?.contains("width and height exchanged: 01_astronaut_close.jpg as 480 x 640") == true)
    }
}

@Sendable private func frameImage(_ file: String) throws -> DecodedImage {
    try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/\(file)"))
}
