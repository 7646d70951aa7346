import Conformance

extension [String] {
    /// The first three, in words.
    package var firstFew: String { prefix(3).joined(separator: ", ") + (count > 3 ? ", ..." : "") }
}

extension [Threshold] {
    /// The limits in words: `mean iou above 0.75, false positives below 2`.
    var words: String {
        map { "\($0.metric.words) \($0.direction.words) \($0.limit.short)" }
            .joined(separator: ", ")
    }
}

extension Int {
    /// How many more there are than are shown, if any, in a sentence: `2 more are listed below.`
    func more(than shown: Int, _ participle: String) -> String? {
        self > shown ? "\(self - shown) more \(self - shown == 1 ? "is" : "are") \(participle) below." : nil
    }
}
