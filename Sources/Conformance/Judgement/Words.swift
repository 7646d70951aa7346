extension RawRepresentable<String> {
    /// A document's words with spaces for underscores: `at least` for `at_least`.
    package var words: String { rawValue.replacing("_", with: " ") }
}
