extension [String] {
    /// The names without repeats, in order of first occurrence.
    public var withoutRepeats: [String] {
        var seen = Set<String>()
        return filter { seen.insert($0).inserted }
    }
}
