extension [String] {
    /// The names, each once, where it stands first.
    public var withoutRepeats: [String] {
        var seen = Set<String>()
        return filter { seen.insert($0).inserted }
    }
}
