import Conformance

extension [String] {
    /// The first three, for a person.
    public var firstFew: String { prefix(3).joined(separator: ", ") + (count > 3 ? ", ..." : "") }
}

extension [Threshold] {
    /// The limits for a person: `mean iou above 0.75, false positives below 2`.
    var words: String {
        map { "\($0.metric.words) \($0.direction.words) \($0.limit.short)" }
            .joined(separator: ", ")
    }
}
