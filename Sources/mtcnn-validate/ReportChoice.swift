import ArgumentParser
import Reporting

/// A report by its name.
struct ReportChoice: ExpressibleByArgument {
    let report: any Report.Type

    init?(argument: String) {
        guard let report = allReports.first(where: { $0.name == argument }) else { return nil }
        self.report = report
    }

    static var allValueStrings: [String] { allReports.map { $0.name } }
}

/// The reports that a run makes, and why it leaves out the others.
struct ReportSelection {
    let made: [any Report.Type]
    let leftOut: [String]

    /// - Parameters:
    ///   - asked: the reports asked for; none for all.
    ///   - missing: the face networks that the directory of models lacks.
    ///   - beside: the networks with a capture that the directory holds beside the face networks.
    ///   - limitsAnswers: whether a limit says what other networks' answers may lose.
    /// - Throws: ``CommandError`` where none of them can be made.
    init(
        _ asked: [ReportChoice], missing: [String], beside: [String] = [], limitsAnswers: Bool
    ) throws(CommandError) {
        var (made, leftOut) = ([any Report.Type](), [String]())
        for report in allReports {
            if !asked.isEmpty, !asked.contains(where: { $0.report == report }) {
                leftOut.append("\(report.name): --only asks for others")
            } else if report == PrecisionReport.self, !missing.isEmpty, asked.isEmpty, !limitsAnswers {
                leftOut.append(
                    "\(report.name): what the networks' answers may lose is not said; --require top1=0.99, for example, "
                        + "says it")
            } else if report == DetectionReport.self, !missing.isEmpty {
                leftOut.append(
                    "\(report.name): it is about face networks, and the models hold no "
                        + missing.joined(separator: ", "))
            } else {
                made.append(report)
                if report == PrecisionReport.self, missing.isEmpty, !beside.isEmpty, !limitsAnswers {
                    leftOut.append(
                        "\(report.name) of \(beside.joined(separator: ", ")): what the answers may lose is not said; "
                            + "--require top1=0.99, for example, says it")
                }
            }
        }
        guard !made.isEmpty else {
            throw CommandError(.noInput, "no report can be made. \(leftOut.joined(separator: "; "))")
        }
        (self.made, self.leftOut) = (made, leftOut)
    }

    func makes(_ report: any Report.Type) -> Bool { made.contains { $0 == report } }
}
