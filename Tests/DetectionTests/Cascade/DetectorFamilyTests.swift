import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import Detection

/// The detectors that people run, as values of the rules.
@Suite struct DetectorFamilyTests {
    @Test("Every family has rules of its own, and is reached from any other by the changes between them")
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
