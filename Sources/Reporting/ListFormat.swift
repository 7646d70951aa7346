extension [String] {
    /// The first three, for a person.
    public var firstFew: String { prefix(3).joined(separator: ", ") + (count > 3 ? ", ..." : "") }
}
