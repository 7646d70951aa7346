import Diagnosis

extension Diagnosis {
    /// What was done wrong, as blocks of a document.
    var blocks: [Block] {
        let counted = "\(tried) altered computations were tried."
        guard !isEmpty else {
            return [
                .paragraph(
                    Phrase(
                        "Each part, on what the other side recorded, is explained by rounding: nothing was found. \(counted)"
                    ))
            ]
        }
        let confirmed = causes.isEmpty ? "" : "Confirmed by computing with it on every case. "
        return [.list(sentences.cells), .paragraph(Phrase(confirmed + counted))] + notes.map { .paragraph(Phrase($0)) }
    }

    /// What was done wrong, with each cause's figures.
    public var document: [Block] {
        let title: [Block] = [.title("What was done wrong")]
        guard !causes.isEmpty else { return title + blocks }
        let table = Table(
            ["layer", "kind", "times rounding before", "with it", "chosen on", "cases explained", "tensors"],
            causes.map { cause in
                [
                    cause.layer?.tensor ?? "-", cause.kind.words, cause.ratioBefore.short, cause.ratioAfter.short,
                    cause.chosenOn, "\(cause.confirmedOn)", cause.explains.joined(separator: ", "),
                ].cells
            })
        return title + blocks + [.table(table)]
    }
}
