import Diagnosis

extension Diagnosis {
    /// What was done wrong, as lines of Markdown.
    var lines: [String] {
        let found = sentences.map { "- \($0)" }
        let counted = "\(tried) altered computations were tried."
        return
            (found.isEmpty
            ? ["Each part, on what the other side recorded, is explained by rounding: nothing was found. \(counted)"]
            : found + ["", causes.isEmpty ? counted : "Confirmed by computing with it on every case. \(counted)"])
            + notes.flatMap { ["", $0] }
    }

    /// What was done wrong, with each cause's figures.
    public var markdown: String {
        var text = ["## What was done wrong", ""] + lines
        if !causes.isEmpty {
            text += [""]
            text += markdownTable(
                ["layer", "kind", "times rounding before", "with it", "chosen on", "cases explained", "tensors"],
                causes.map { cause in
                    [
                        cause.layer?.tensor ?? "-", cause.kind.words, cause.ratioBefore.short, cause.ratioAfter.short,
                        cause.chosenOn, "\(cause.confirmedOn)", cause.explains.joined(separator: ", "),
                    ]
                })
        }
        return shown(text) + "\n"
    }
}
