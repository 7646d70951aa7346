/// A number of bytes as users write it: `4GiB`, `500MB`, `1000`.
package struct ByteCount: Sendable, Equatable {
    package let bytes: Int

    private static let units: [(name: String, bytes: Double)] = [
        ("kib", 0x1p10), ("mib", 0x1p20), ("gib", 0x1p30), ("tib", 0x1p40), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9),
        ("tb", 1e12), ("b", 1), ("", 1),
    ]

    /// - Returns: nil if the text is not a positive number with or without a unit (KiB, MiB, GiB, TiB, kB, MB, GB, TB;
    ///   letter case does not matter), or if it exceeds 2^63 - 1 bytes.
    package init?(_ text: String) {
        let lowercased = text.lowercased()
        guard let unit = Self.units.first(where: { lowercased.hasSuffix($0.name) }) else { return nil }
        let digits = lowercased.dropLast(unit.name.count).reversed().drop { $0 == " " }.reversed()
        guard !digits.isEmpty, digits.allSatisfy({ "0123456789.".contains($0) }), let number = Double(String(digits)),
            let bytes = Int(exactly: (number * unit.bytes).rounded(.down)), bytes > 0
        else { return nil }
        self.bytes = bytes
    }
}
