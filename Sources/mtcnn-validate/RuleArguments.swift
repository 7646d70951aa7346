import ArgumentParser
import Detection
import Foundation

extension NamedRuleChanges: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    /// Every rule and its value for each detector, a line a rule.
    static var table: String {
        let families = DetectorFamily.allCases
        let rows =
            [["rule"] + families.map(\.rawValue)]
            + CascadeRule.all.map { rule in [rule.name] + families.map { rule.value(in: $0.rules) } }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0.padding(toLength: $1 + 2, withPad: " ", startingAt: 0) }
            return cells.joined().trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }

    /// Every rule with its values, for `--help`.
    static var help: String {
        var lines = ["Detectors that --rules takes:"]
        for family in DetectorFamily.allCases { lines.append("\(family.rawValue): \(family.meaning)") }
        lines += ["", "Rules that --change takes, each as rule=value:"]
        for rule in CascadeRule.all {
            let values = rule.isNumber ? "a number, as \(rule.values[0])" : rule.values.joined(separator: ", ")
            lines.append("\(rule.name): \(rule.meaning): \(values)")
        }
        lines += ["", "Well-known departures from OpenFace's rules have names of their own:"]
        for name in departures.keys.sorted() {
            let changes = NamedRuleChanges(name)?.changes.map(\.description) ?? []
            lines.append("\(name): \(changes.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}

extension ScoreThresholds: ExpressibleByArgument {
    /// Three numbers from 0 to 1, with commas between them.
    public init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
        guard numbers.count == 3, numbers.allSatisfy({ $0.map { (0...1).contains($0) } ?? false }) else { return nil }
        self.init(proposal: numbers[0] ?? 0, refinement: numbers[1] ?? 0, output: numbers[2] ?? 0)
    }
}
