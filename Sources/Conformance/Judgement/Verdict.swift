/// What a comparison comes to.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    case conforms
    /// Limits are exceeded only where, and no further than, the list of known deviations says.
    case conformsWithKnownDeviations = "conforms_with_known_deviations"
    case doesNotConform = "does_not_conform"
    /// Something that was to be compared was not.
    case notJudged = "not_judged"

    /// The verdict over several parts: none at all are not judged, and one that does not conform decides.
    public init(combining parts: some Sequence<Verdict>) {
        let parts = Set(parts)
        let decisive: [Verdict] = [.doesNotConform, .notJudged, .conformsWithKnownDeviations, .conforms]
        self = decisive.first { parts.contains($0) } ?? .notJudged
    }
}
