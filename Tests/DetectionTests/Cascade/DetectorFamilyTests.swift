import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import Detection

/// The detectors that people run, as values of the rules.
@Suite struct DetectorFamilyTests {
    @Test("Every family has different rules, and the changes between two families lead from one to the other")
    func changes() {
        let families = DetectorFamily.allCases
        #expect(Set(families.map(\.rules)).count == families.count)
        for family in families {
            for other in families {
                let changes = family.rules.changes(from: other.rules)
                #expect(other.rules.changed(changes) == family.rules)
                #expect(changes.isEmpty == (family == other))
            }
        }
    }

    @Test("A change is written as rule=value, and read again; others are refused")
    func spelling() throws {
        for family in DetectorFamily.allCases {
            for change in RuleChange.all(from: family.rules) {
                #expect(NamedRuleChanges(change.description)?.changes == [change])
            }
        }
        #expect(NamedRuleChanges("pyramid_factor=0.7070")?.changes.map(\.description) == ["pyramid_factor=0.707"])
        for text in ["", "squares", "squares=", "squares=round", "pyramid_factor=1.5", "pyramid_factor=nan", "a=b"] {
            #expect(NamedRuleChanges(text) == nil, "\(text)")
        }
    }

    @Test("Every named departure changes rules that there are, to values that OpenFace does not have")
    func departures() throws {
        for (name, wanted) in NamedRuleChanges.departures {
            let changes = try #require(NamedRuleChanges(name)).changes
            #expect(changes.count == wanted.count, "\(name)")
            #expect(changes.allSatisfy { $0.applied(to: .openFace) != .openFace }, "\(name)")
        }
    }

    @Test("The pyramid has the factor, the sizes and the smallest level that the rules say")
    func pyramids() throws {
        func sizes(_ rules: CascadeRules, minimumFaceSize: Int = 24) throws -> [[Int]] {
            try pyramid(width: 40, height: 24, minimumFaceSize: minimumFaceSize, rules: rules)
                .map { [$0.width, $0.height] }
        }
        var rules = CascadeRules.openFace
        #expect(try sizes(rules) == [[20, 12]])
        rules.levelSize = .nextAbove
        #expect(try sizes(rules) == [[21, 13]])
        rules.smallestLevel = .aboveSupport
        #expect(try sizes(rules) == [])
        rules = .openFace
        rules.pyramidFactor = 0.5
        #expect(try sizes(rules, minimumFaceSize: 12) == [[40, 24], [20, 12]])
        rules.levelSize = .truncated
        rules.pyramidFactor = 0.51
        #expect(try sizes(rules, minimumFaceSize: 12) == [[40, 24], [20, 12]])
    }

    @Test("ipazc's levels are as many as the image alone says; with one of less than 11 pixels there is none")
    func levelsOfTheImageAlone() throws {
        func sizes(_ minimumFaceSize: Int, _ rules: CascadeRules) throws -> [[Int]] {
            try pyramid(width: 640, height: 480, minimumFaceSize: minimumFaceSize, rules: rules)
                .map { [$0.width, $0.height] }
        }
        var rules = DetectorFamily.ipazc.rules
        // ln(480 / 12) / -ln 0.709 - 1 = 9.73: ten levels, of which the last has 480 * 0.6 * 0.709^9 = 13.04 rows.
        let levels = try sizes(20, rules)
        #expect(levels.count == 10 && levels[0] == [384, 288] && levels[9] == [17, 13])
        #expect(try sizes(40, rules) == [])
        rules.tooSmallLevels = .leftOut
        #expect(try sizes(40, rules).last?[1] == 12)
    }

    @Test("A box that is suppressed suppresses others where the rules say so")
    func suppressors() {
        let boxes = [Float(0), 4, 8].map { BoundingBox(x: $0, y: 0, width: 10, height: 10) }
        var rules = DetectorFamily.ipazc.rules
        func kept(_ scores: [Float]) -> [Int] {
            nonMaximumSuppression(of: boxes, scores: scores, Suppression(0.4, .union), rules: rules)
        }
        // Neighbours overlap by 6 / 14, the outer ones by 2 / 18.
        #expect(kept([0.9, 0.8, 0.7]) == [0])
        rules.suppressors = .keptBoxes
        #expect(kept([0.9, 0.8, 0.7]) == [0, 2])
    }

    @Test("A separate rule decides which of equal scores of faces comes first")
    func equalScoresOfFaces() {
        let boxes = [BoundingBox](repeating: BoundingBox(x: 0, y: 0, width: 10, height: 10), count: 2)
        var rules = DetectorFamily.facenetPyTorch.rules
        func first(_ suppression: Suppression) -> [Int] {
            nonMaximumSuppression(of: boxes, scores: [0.9, 0.9], suppression, rules: rules)
        }
        #expect(first(rules.suppressionWithinLevel) == [0] && first(rules.suppressionOfFaces) == [1])
        rules.outputEqualScores = .firstListedFirst
        #expect(first(rules.suppressionOfFaces) == [0])
    }

    @Test("Numbers are written as the rule says: of cut ones x and y begin at 0, and the far sides are cut")
    func writtenNumbers() {
        let box = BoundingBox(x: -1.5, y: 2.5, width: 10.75, height: 3.25)
        #expect(box.written(.exact) == box)
        #expect(box.written(.rounded) == BoundingBox(x: -2, y: 2, width: 11, height: 3))
        #expect(box.written(.cut) == BoundingBox(x: 0, y: 2, width: 9, height: 3))
        #expect(Point(x: -1.5, y: 2.5).written(.cut) == Point(x: -1, y: 2))
    }

    @Test("A box near the boundary of a pixel has another square beside it, at its distance; others have none")
    func nearbySquares() throws {
        for family in DetectorFamily.allCases where family != .ipazc {
            let rules = family.rules
            let boundary: Float = rules.squares == .cornersRounded ? 0.5 : 0
            let box = BoundingBox(x: 10 + boundary - 0.0001, y: 20.3, width: 30.35, height: 30.35)
            let near = rules.squares(near: box, within: 0.0005)
            #expect(near.count == 1, "\(family)")
            #expect(try abs(#require(near.first).distance - 0.0001) < 3e-5, "\(family)")
            let far = BoundingBox(x: 10.2, y: 20.3, width: 30.35, height: 30.35)
            #expect(rules.squares(near: far, within: 0.0005).isEmpty, "\(family)")
        }
    }

    @Test("Of the detectors with classic rules one mirrors a lone proposal, and the other takes means of landmarks")
    func classicAndMATLAB() {
        let families = DetectorFamily.allCases
        #expect(families.filter { $0.rules.loneProposal == .mirroredRegression } == [.classic])
        #expect(families.filter { $0.rules.landmarks == .meanOfMirrored } == [.matlab])
    }

    @Test("mtcnn-runtime alone shrinks its pyramid by 0.707, and takes means of areas for MXNet's crops")
    func mtcnnRuntime() {
        let families = DetectorFamily.allCases
        #expect(families.filter { $0.rules.pyramidFactor == 0.707 } == [.mtcnnRuntime])
        #expect(families.filter { $0.rules.outputPixels == .bytes } == [.mtcnnRuntime])
        #expect(DetectorFamily.mxnet.rules.cropResampling != .area)
        #expect(DetectorFamily.mtcnnRuntime.rules.cropResampling == .area)
    }

    @Test("Squares of rounded corners are those of extents that count their last pixel, in float32")
    func lastPixel() {
        // 16 + 2^-20 is 16 in float32: half of what the height lacks is 0.5, not 0.5 - 2^-21.
        let box = BoundingBox(x: 0, y: 7, width: 16, height: 15 + 0x1p-20)
        #expect(box.squared(.cornersRounded) == BoundingBox(x: 0, y: 6, width: 16, height: 16))
    }

    @Test("What lies beyond the image is grey for those networks whose rules say so, and black for others")
    func beyondTheImage() {
        for family in DetectorFamily.allCases {
            for network in CascadeNetwork.allCases {
                #expect(family.rules.resampling(for: network).isGreyBeyond == (family == .ipazc))
            }
        }
    }

    @Test("Squares, regions and corrections of a box between whole pixels are those of the rule")
    func geometry() {
        let box = BoundingBox(x: 2.5, y: 3.75, width: 10, height: 6.5)
        #expect(box.squared(.float) == BoundingBox(x: 2.5, y: 2, width: 10, height: 10))
        #expect(box.squared(.sideTruncated) == BoundingBox(x: 2, y: 2, width: 10, height: 10))
        #expect(box.squared(.cornersTruncated) == BoundingBox(x: 2, y: 2, width: 10, height: 10))
        #expect(box.squared(.cornersRounded) == BoundingBox(x: 2, y: 2, width: 10, height: 10))
        #expect(box.cropRegion(.exclusive) == PixelBox(x: 2, y: 3, width: 10, height: 7))
        #expect(box.cropRegion(.fromOneBefore) == PixelBox(x: 1, y: 2, width: 11, height: 8))
        let regression = BoxRegression(left: 0.5, top: 0, right: 0, bottom: -0.5)
        let plain = box.corrected(by: regression, .float, growth: 0, farEdge: 0)
        #expect(plain == BoundingBox(x: 7.5, y: 3.75, width: 5, height: 3.25))
        let grown = box.corrected(by: regression, .float, growth: 1, farEdge: 1)
        #expect(grown == BoundingBox(x: 8, y: 3.75, width: 5.5, height: 3.75))
        #expect(box.clipped(width: 10, height: 8) == BoundingBox(x: 2.5, y: 3.75, width: 6.5, height: 3.25))
    }
}
