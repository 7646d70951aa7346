import Conformance

/// Renders a document as one HTML page that needs no network and no scripts.
package struct Page {
    package let text: String

    /// - Parameter isAlone: whether no other files of a run stand beside the page.
    /// - Throws: the template library's error for an invalid template.
    package init(_ document: Document, isAlone: Bool = false) throws {
        let blocks = PageBlocks(document.pictures)
        let failures = document.failures
        let shown = 12
        let shownFailures = Array(failures.prefix(shown))
        var view: View = [
            "style": Templates.style, "heading": document.verdict.words.capitalizedFirst,
            "sentence": document.sentence.shownLine, "next": document.next.shownLine,
            "pictures": document.pictures.map { picture -> View in
                [
                    "id": blocks.id(of: picture.file) ?? "", "width": picture.width, "height": picture.height,
                    "jpeg": picture.jpeg,
                ]
            },
            "hasCauses": !document.causes.isEmpty, "causes": document.causes.map(\.shownLine),
            "hasGaps": !document.notJudged.isEmpty,
            "gaps": document.notJudged.prefix(shown).map(\.shownLine),
            "hasLeftOut": !document.leftOut.isEmpty, "leftOut": document.leftOut.map(\.shownLine),
            "hasFailures": !failures.isEmpty,
            "failures": [blocks.view(Table(failures: shownFailures))],
            "meanings": [blocks.view(shownFailures.meanings)],
            "isAlone": isAlone,
            "sections": document.sections.map { section -> View in
                let view: View = [
                    "name": section.name, "title": section.title.shownLine, "counts": section.counts,
                    "meter": section.meter, "blocks": section.blocks.map(blocks.view),
                ]
                return view.merging(section.verdict.view) { $1 }
            },
        ].merging(document.verdict.view) { $1 }
        view["moreGaps"] = document.notJudged.count.more(than: shown, "named")
        view["moreFailures"] = failures.count.more(than: shown, "listed")
        text = try Templates().page(view)
    }
}

extension Section {
    fileprivate var counts: String {
        let counts = [
            (count(.conforms), count(.conforms) == 1 ? "check holds" : "checks hold"),
            (count(.conformsWithKnownDeviations), "known deviations"), (count(.doesNotConform), "fail"),
            (count(.notJudged), "not judged"),
        ]
        return counts.filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
    }

    fileprivate var meter: [View] {
        [
            ("held", count(.conforms)), ("listed", count(.conformsWithKnownDeviations)),
            ("failed", count(.doesNotConform)), ("open", count(.notJudged)),
        ].filter { $0.1 > 0 }.map { ["kind": $0, "count": $1] }
    }
}

extension Verdict {
    /// The verdict in words, with a symbol and the class for its colour.
    var view: View {
        let (tone, symbol) =
            switch self {
            case .conforms, .conformsWithKnownDeviations: ("good", "✓")
            case .notJudged: ("warn", "?")
            case .doesNotConform: ("bad", "✗")
            }
        return ["verdict": words, "tone": tone, "symbol": symbol]
    }
}
