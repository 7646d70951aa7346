import Detection
import Testing

@testable import mtcnn_validate

/// What words of the command line are read as, without a run of the program.
@Suite struct ArgumentTests {
    @Test("Score thresholds are three numbers from 0 to 1, in the order of the networks")
    func thresholds() {
        #expect(
            ScoreThresholds(argument: "0.25,0.5,1") == ScoreThresholds(proposal: 0.25, refinement: 0.5, output: 1))
        #expect(ScoreThresholds(argument: "0,0,0") == ScoreThresholds(proposal: 0, refinement: 0, output: 0))
        for wrong in [
            "", "0.5", "0.5,0.5", "0.5,0.5,0.5,0.5", "0.5,0.5,1.5", "-0.1,0.5,0.5", "0.5,,0.5", "a,b,c", "nan,0,0",
        ] {
            #expect(ScoreThresholds(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test("A change is a known rule with a value that it can have, or the name of known departures")
    func changes() throws {
        let rule = try #require(CascadeRule.all.first { !$0.isNumber })
        let value = try #require(rule.values.last)
        #expect(
            NamedRuleChanges(argument: "\(rule.name)=\(value)")?.changes.map(\.description) == ["\(rule.name)=\(value)"]
        )
        #expect(NamedRuleChanges(argument: "area_interpolation")?.changes.count == 2)
        for wrong in ["", rule.name, "\(rule.name)=", "=\(value)", "\(rule.name)=\(value)=", "none=\(value)"] {
            #expect(NamedRuleChanges(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test("The table of rules has a line for each rule and a column for each detector, one below the other")
    func table() throws {
        let lines = NamedRuleChanges.table.split(separator: "\n").map { Array($0) }
        #expect(lines.count == CascadeRule.all.count + 1)
        let head = try #require(lines.first)
        #expect(String(head).hasPrefix("rule"))
        for family in DetectorFamily.allCases {
            let name = " \(family.rawValue) "
            let column = try #require((String(head) + " ").range(of: name))
            let place = String(head).distance(from: String(head).startIndex, to: column.lowerBound)
            for (rule, line) in zip(CascadeRule.all, lines.dropFirst()) {
                let rest = String(line.dropFirst(place)).split(separator: " ").first.map(String.init) ?? ""
                #expect(rest == rule.value(in: family.rules), "\(rule.name) of \(family.rawValue)")
            }
        }
        for family in DetectorFamily.allCases { #expect(NamedRuleChanges.help.contains(family.meaning)) }
    }
}
