extension [String] {
    /// The names without repeats, in order of first occurrence.
    package var withoutRepeats: [String] {
        var seen = Set<String>()
        return filter { seen.insert($0).inserted }
    }
}
