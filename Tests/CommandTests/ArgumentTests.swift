import Conformance
import Detection
import FaceConformance
import JSONTree
import Reporting
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

    @Test("A change is read from what is written of it, and nothing else is one")
    func codedChanges() throws {
        let changes = RuleChange.all(from: .openFace)
        #expect(changes.count > 30)
        for change in changes {
            let json = try JSON(parsing: Array(JSON(encoding: [change]).text().utf8), file: "a.json")
            #expect(try json.decode([RuleChange].self) == [change])
        }
        for wrong in ["", "channel_order", "channel_order=", "channel_order=red", "none=bgr", "channel_order=bgr=rgb"] {
            #expect(throws: JSONError.self, "\(wrong)") {
                try JSON.array([.string(wrong)]).decode([RuleChange].self)
            }
        }
    }

    @Test("Every command limits its memory as it is asked to")
    func memory() throws {
        let commands = MTCNNValidate.configuration.subcommands
        #expect(commands.count == 11)
        for command in commands {
            let name = command._commandName
            // A size that cannot be read sets no limit for the tests that run beside this one.
            let error = #expect(throws: (any Error).self, "\(name)") {
                try MTCNNValidate.parseAsRoot([name, "--max-memory", "much"])
            }
            let message = error.map { MTCNNValidate.message(for: $0) } ?? ""
            #expect(message.contains("'much' is invalid for '--max-memory"), "\(name): \(message)")
        }
    }

    @Test("Where no detector is named, all are tried; else that one")
    func families() throws {
        #expect(try CascadeOptions.parse([]).familiesToTry == DetectorFamily.allCases)
        for family in DetectorFamily.allCases where family != .openFace {
            #expect(try CascadeOptions.parse(["--rules", family.rawValue]).familiesToTry == [family])
        }
        #expect(try CascadeOptions.parse([]).departure == nil)
        #expect(throws: (any Error).self) { try CascadeOptions.parse(["--rules", "none"]) }
    }

    @Test("What could not be judged because a file is damaged is damage; what fails, fails all the same")
    func exitStatus() {
        func report(_ cause: UnjudgedFrame.Cause, found: [BoundingBox]) -> DetectionReport {
            let box = BoundingBox(x: 10, y: 10, width: 40, height: 40)
            let matching = FaceMatching(
                file: "a.jpg", expected: [Face(box: box, confidence: nil)],
                found: found.map { Face(box: $0, confidence: nil) })
            let frame = ComparedFrame(
                faces: matching,
                divergence: StageDivergence(file: "a.jpg", expected: CascadeRecord(), found: CascadeRecord()))
            return DetectionReport(
                baseline: Side(engine: "a", arithmetic: "fp32"), candidate: Side(engine: "b", arithmetic: "fp32"),
                runs: [
                    .init(
                        gold: "gold", minimumFaceSize: 60, frames: [frame],
                        notJudged: [.init(file: "b.jpg", cause: cause, reason: "why")], deviations: [])
                ], deviations: [])
        }
        let box = BoundingBox(x: 10, y: 10, width: 40, height: 40)
        #expect(ReportSet([report(.damaged, found: [box])], leftOut: []).exitStatus == .badData)
        #expect(ReportSet([report(.unreadable, found: [box])], leftOut: []).exitStatus == .notJudged)
        #expect(ReportSet([report(.damaged, found: [])], leftOut: []).exitStatus == .doesNotConform)
        #expect(ReportSet([], leftOut: []).exitStatus == .notJudged)
    }

    @Test("Limits are numbers of 0 or more")
    func limits() throws {
        #expect(try LimitOptions.parse(["--max-abs-diff", "0", "--mean-abs-diff", "0.5"]).areGiven)
        #expect(try !LimitOptions.parse([]).areGiven)
        let all = ["--relative", "0.1", "--snr", "40", "--cosine", "0.99", "--ulp", "4", "--limits-on", "outputs"]
        let limits = try LimitOptions.parse(all).thresholds
        #expect(limits.map(\.metric) == [.relativeDiff, .signalToNoise, .cosine, .maxUlpDiff])
        #expect(limits.allSatisfy { $0.scope == .outputs })
        for wrong in [["--cosine", "1.1"], ["--ulp=-1"], ["--snr", "inf"], ["--limits-on", "outputs"]] {
            #expect(throws: (any Error).self, "\(wrong)") { try LimitOptions.parse(wrong) }
        }
        for wrong in ["-1", "nan", "inf"] {
            #expect(throws: (any Error).self, "\(wrong)") { try LimitOptions.parse(["--mean-abs-diff=\(wrong)"]) }
        }
    }

    @Test("A strict run excuses nothing; else the bundled list excuses what it is about, and nothing besides")
    func deviations() throws {
        let all = allReports.map { $0.name }
        let strict = try DeviationOptions.parse(["--strict"]).knownDeviations(ofBundled: all, of: allReports)
        #expect(allReports.allSatisfy { strict[$0].isEmpty })
        let listed = try DeviationOptions.parse([]).knownDeviations(ofBundled: all, of: allReports)
        #expect(!listed[PrecisionReport.self].isEmpty)
        let others = try DeviationOptions.parse([]).knownDeviations(ofBundled: [], of: allReports)
        #expect(allReports.allSatisfy { others[$0].isEmpty })
    }
}
