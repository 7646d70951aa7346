import Conformance
import JSONTree

/// The known deviations of each report, as `validation/known_deviations.json` lists them.
package struct KnownDeviations: Sendable, Equatable {
    private var lists = [String: [KnownDeviation]]()
    /// The listed checks without a reason, which do not count.
    package private(set) var unjustified = [String]()

    /// No deviations.
    package init() {}

    /// - Throws: ``JSONTree/JSONError``, also for a list under an unknown report name.
    package init(_ json: JSON, file: String) throws(JSONError) {
        guard case .object(let members) = json else {
            throw .unexpected(file: file, path: "", reason: "an object is expected, with a list for each report")
        }
        for member in members {
            guard allReports.contains(where: { $0.name == member.key }) else {
                throw .unexpected(
                    file: file, path: member.key,
                    reason: "no report has that name; there are \(allReports.map { $0.name }.joined(separator: ", "))")
            }
            let listed: [KnownDeviation] = try member.value.decode(file: file)
            if let unbounded = listed.first(where: { !$0.bound.isFinite }) {
                throw .unexpected(
                    file: file, path: "\(member.key): \(unbounded.check)",
                    reason: "its bound is no number, and would let pass what is infinitely far off")
            }
            let isJustified = { (deviation: KnownDeviation) in !deviation.reason.allSatisfy(\.isWhitespace) }
            lists[member.key] = listed.filter(isJustified)
            unjustified += listed.filter { !isJustified($0) }.map { "\(member.key): \($0.check)" }
        }
    }

    /// The deviations of a report; empty if it has no list.
    package subscript(report: any Report.Type) -> [KnownDeviation] {
        get { lists[report.name] ?? [] }
        set { lists[report.name] = newValue.isEmpty ? nil : newValue }
    }
}

extension KnownDeviations {
    /// A list of the failures in reports; each entry still lacks the reason that makes it count.
    ///
    /// NaN has no bound and is left out.
    package static func draft(of reports: [any Report]) -> [String: [KnownDeviation]] {
        var lists = [String: [KnownDeviation]]()
        for report in reports {
            let failing = report.checks.filter { $0.verdict == .doesNotConform && $0.value?.isFinite == true }
            lists[type(of: report).name] = failing.map { check in
                let model = report.checkedModels.first { check.id.hasPrefix($0.namePart) }
                return KnownDeviation(check: check.id, bound: check.value ?? 0, reason: "", model: model?.sha256)
            }
        }
        return lists.filter { !$0.value.isEmpty }
    }
}
