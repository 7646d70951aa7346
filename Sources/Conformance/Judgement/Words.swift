extension RawRepresentable<String> {
    /// What a document writes with underscores, for a person: `at least` of `at_least`.
    public var words: String { rawValue.replacing("_", with: " ") }
}
