import Conformance
import JSONTree

/// The known deviations of each report, as `validation/known_deviations.json` lists them.
public struct KnownDeviations: Sendable, Equatable {
    private var lists = [String: [KnownDeviation]]()

    /// None at all.
    public init() {}

    /// - Throws: ``JSONTree/JSONError``, also for a list of a report that is none.
    public init(_ json: JSON, file: String) throws(JSONError) {
        guard case .object(let members) = json else {
            throw .unexpected(file: file, path: "", reason: "an object is expected, with a list for each report")
        }
        for member in members {
            guard allReports.contains(where: { $0.name == member.key }) else {
                throw .unexpected(
                    file: file, path: member.key,
                    reason: "no report has that name; there are \(allReports.map { $0.name }.joined(separator: ", "))")
            }
            lists[member.key] = try member.value.decode(file: file)
        }
    }

    /// Those of a report; none where it has no list.
    public subscript(report: any Report.Type) -> [KnownDeviation] {
        get { lists[report.name] ?? [] }
        set { lists[report.name] = newValue.isEmpty ? nil : newValue }
    }
}
