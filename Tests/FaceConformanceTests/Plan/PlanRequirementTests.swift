import Conformance
import Testing
@testable import FaceConformance

@Suite struct PlanRequirementTests {
    private func measurement(meanIou: Double?, maxAbsDiff: Double) -> PlanMeasurement {
        PlanMeasurement(
            meanIou: meanIou, minIou: meanIou, detectionAgreement: meanIou == nil ? nil : 1, maxAbsDiff: maxAbsDiff,
            meanAbsDiff: 0)
    }

    @Test("Overlaps and agreement must reach their limit, differences must not exceed theirs")
    func directions() throws {
        let overlap = try #require(PlanRequirement("mean_iou=0.5"))
        #expect(overlap.holds(for: measurement(meanIou: 0.5, maxAbsDiff: 1)))
        #expect(!overlap.holds(for: measurement(meanIou: 0.49, maxAbsDiff: 0)))
        let difference = try #require(PlanRequirement("max_abs_diff=1e-3"))
        #expect(difference.holds(for: measurement(meanIou: 0, maxAbsDiff: 1e-3)))
        #expect(!difference.holds(for: measurement(meanIou: 1, maxAbsDiff: 1.1e-3)))
    }

    @Test("What was not measured, or is not finite, keeps no limit")
    func nothingMeasured() throws {
        let failed = measurement(meanIou: nil, maxAbsDiff: .infinity)
        for text in ["mean_iou=0", "min_iou=0", "detection_agreement=0", "max_abs_diff=1"] {
            let requirement = try #require(PlanRequirement(text))
            #expect(!requirement.holds(for: failed) && requirement.shortfall(of: failed) == .infinity)
        }
    }

    @Test("The shortfall is in multiples of the distance that is allowed")
    func shortfall() throws {
        let overlap = try #require(PlanRequirement("mean_iou=0.75"))
        #expect(overlap.shortfall(of: measurement(meanIou: 0.5, maxAbsDiff: 0)) == 2)
        #expect(overlap.shortfall(of: measurement(meanIou: 0.8, maxAbsDiff: 0)) == 0)
    }

    @Test(
        "What is no limit is refused",
        arguments: [
            "", "mean_iou", "mean_iou=", "mean_iou=x", "mean_iou=1.5", "mean_iou=-1", "max_abs_diff=nan",
            "max_abs_diff=inf", "speed=1", "mean_iou=0.9=1", "max_abs_diff=-1e-3",
        ])
    func refused(_ text: String) {
        #expect(PlanRequirement(text) == nil)
    }
}
