/// The result of a comparison.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    case conforms
    /// Limits are exceeded only where the list of known deviations says so, and no further.
    case conformsWithKnownDeviations = "conforms_with_known_deviations"
    case doesNotConform = "does_not_conform"
    /// Something required was not compared.
    case notJudged = "not_judged"

    /// The verdict over several parts: without parts, not judged; with a nonconforming part, nonconforming.
    public init(combining parts: some Sequence<Verdict>) {
        let parts = Set(parts)
        let decisive: [Verdict] = [.doesNotConform, .notJudged, .conformsWithKnownDeviations, .conforms]
        self = decisive.first { parts.contains($0) } ?? .notJudged
    }
}
