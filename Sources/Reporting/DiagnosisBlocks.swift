import Diagnosis

extension Diagnosis {
    /// The diagnosis as blocks of a document.
    var blocks: [Block] {
        let counted = "\(tried) altered computations were tried."
        guard !isEmpty else {
            let nothing = "Each part, on what the other side recorded, is explained by rounding: nothing was found. "
            return [.paragraph(Phrase(nothing + counted))] + fileBlocks
        }
        let confirmed = causes.isEmpty ? "" : "Confirmed by computing with it on every case. "
        return [.list(sentences.cells), .paragraph(Phrase(confirmed + counted))] + notes.map { .paragraph(Phrase($0)) }
            + fileBlocks
    }

    /// What differs in the files.
    private var fileBlocks: [Block] {
        guard let files else { return [] }
        let equal = files.constants.count { $0.relation == .equal }
        let counted = "Without running them: \(equal) of \(files.constants.count) constants of the files are equal"
        guard !files.differences.isEmpty else { return [.paragraph(Phrase("\(counted), and so are all attributes."))] }
        return [.paragraph(Phrase("\(counted); the candidate's others:")), .list(files.differences.cells)]
    }

    /// Every constant of the files, and every attribute that differs.
    private var fileTables: [Block] {
        guard let files else { return [] }
        let constants = Table(
            ["layer", "operator", "numbers", "shape", "candidate's layer", "the candidate's are"],
            files.constants.map { constant in
                [
                    constant.layer.tensor, constant.layer.operator, constant.role, "\(constant.shape)",
                    constant.candidate ?? "-", constant.words,
                ].cells
            })
        let attributes = Table(
            ["layer", "attribute", "baseline", "candidate"],
            files.attributes.map { [$0.layer.tensor, $0.name, $0.baseline, $0.candidate].cells })
        return [.heading("The files side by side"), .table(constants)]
            + (files.attributes.isEmpty ? [] : [.table(attributes)])
    }

    /// The diagnosis with each cause's figures.
    package var document: [Block] {
        let title: [Block] = [.title("What was done wrong")]
        guard !causes.isEmpty else { return title + blocks + fileTables }
        let table = Table(
            ["layer", "kind", "times rounding before", "with it", "chosen on", "cases explained", "tensors"],
            causes.map { cause in
                [
                    cause.layer?.tensor ?? "-", cause.kind.words, cause.ratioBefore.short, cause.ratioAfter.short,
                    cause.chosenOn, "\(cause.confirmedOn)", cause.explains.joined(separator: ", "),
                ].cells
            })
        return title + blocks + [.table(table)] + fileTables
    }
}
