import Conformance
import Testing

@Suite struct JudgementTests {
    let limit = Threshold(.maxAbsDiff, .below, 1e-5, .requested, "test")

    @Test("The worst part decides, and no parts at all are not judged")
    func combining() {
        #expect(Verdict(combining: []) == .notJudged)
        #expect(Verdict(combining: [.conforms, .conformsWithKnownDeviations]) == .conformsWithKnownDeviations)
        #expect(Verdict(combining: [.conforms, .notJudged]) == .notJudged)
        #expect(Verdict(combining: [.notJudged, .doesNotConform]) == .doesNotConform)
    }

    @Test("NaN keeps no limit", arguments: [Threshold.Direction.below, .atMost, .above, .atLeast])
    func notANumber(direction: Threshold.Direction) {
        #expect(!Threshold(.maxAbsDiff, direction, 0, .requested, "").holds(for: .nan))
    }

    @Test(
        "A limit holds on its own side",
        arguments: [
            (Threshold.Direction.below, 0.9, true), (.below, 1, false), (.atMost, 1, true), (.atMost, 1.1, false),
            (.above, 1.1, true), (.above, 1, false), (.atLeast, 1, true), (.atLeast, 0.9, false),
        ])
    func directions(direction: Threshold.Direction, value: Double, holds: Bool) {
        #expect(Threshold(.maxAbsDiff, direction, 1, .requested, "").holds(for: value) == holds)
    }

    @Test(
        "A listed deviation is accepted up to its bound, fails beyond it, and is noticed when it is gone",
        arguments: [
            (2e-5, Verdict.conformsWithKnownDeviations, DeviationOutcome.Status.present),
            (4e-5, .doesNotConform, .worse), (1e-6, .conforms, .disappeared), (Double.nan, .doesNotConform, .worse),
        ])
    func deviations(value: Double, verdict: Verdict, status: DeviationOutcome.Status) {
        let known = KnownDeviation(check: "net/layer/max_abs_diff", bound: 3e-5, reason: "why")
        let check = Check(value, of: "net/layer", against: limit, deviations: [known])
        #expect(check.verdict == verdict)
        #expect(DeviationOutcome(known, among: [check]).status == status)
        #expect(Check(2e-5, of: "net/other", against: limit, deviations: [known]).verdict == .doesNotConform)
        #expect(DeviationOutcome(known, among: []).status == .notChecked)
    }
}
