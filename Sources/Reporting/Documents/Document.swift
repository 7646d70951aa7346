import Conformance
import Tensors
import Validation

/// A run's results, as data: each renderer gives them its own form, without access to the reports.
package struct Document: Sendable, Equatable {
    package let verdict: Verdict
    package let sections: [Section]
    /// The frames shown in figures, keyed by their files.
    package let pictures: [FramePicture]
    /// Reports that were not made, and why.
    package let leftOut: [String]

    /// - Parameters:
    ///   - pictures: frames, some of which figures may show.
    ///   - leftOut: reports that were not made, and why.
    package init(_ sections: [Section], pictures: [FramePicture] = [], leftOut: [String] = []) {
        self.leftOut = leftOut
        verdict = Verdict(combining: sections.map(\.verdict))
        self.sections = sections
        let shown = Set(Document.filesShown(by: sections))
        self.pictures = Dictionary(pictures.map { ($0.file, $0) }, uniquingKeysWith: { first, _ in first }).values
            .filter { shown.contains($0.file) }.sorted { $0.file < $1.file }
    }

    /// The files of the frames shown in figures, in order.
    package static func filesShown(by sections: [Section]) -> [String] {
        Set(sections.flatMap(\.blocks).flatMap(\.frames)).sorted()
    }

    // MARK: - The first screen

    /// The verdict in a sentence.
    package var sentence: String {
        let count = sections.map(\.checks.count).reduce(0, +)
        let failing = sections.map { $0.count(.doesNotConform) }.reduce(0, +)
        let listed = sections.map { $0.count(.conformsWithKnownDeviations) }.reduce(0, +)
        return switch verdict {
        case .conforms: count == 1 ? "The one check holds." : "All \(count) checks hold."
        case .conformsWithKnownDeviations:
            "\(count - listed) of \(count) checks hold; the other \(listed) are known deviations, each with a reason."
        case .doesNotConform: "\(failing) of \(count) checks \(failing == 1 ? "fails" : "fail")."
        case .notJudged: "Not everything that was to be compared was compared, so there is no verdict."
        }
    }

    /// What to do next.
    package var next: String {
        switch verdict {
        case .conforms: return "There is nothing to do."
        case .conformsWithKnownDeviations:
            return "There is nothing to do. --strict judges without the list of known deviations."
        case .doesNotConform:
            if let section = sections.first(where: { $0.firstFault != nil }), let fault = section.firstFault {
                return "Begin with \(fault)."
            }
            let failure = sections.lazy.flatMap(\.checks).first { $0.verdict == .doesNotConform }
            return failure.map { "Begin with \($0.id): \($0.failureMessage)." } ?? "Read what fails below."
        case .notJudged: return "Supply what is named below and run again."
        }
    }

    /// The causes found, each once.
    package var causes: [String] { sections.flatMap(\.causes).withoutRepeats }

    /// What was not judged, and why.
    package var notJudged: [String] { sections.flatMap(\.notJudged) }

    /// The failing checks that are not known deviations.
    package var failures: [Check] { sections.flatMap(\.checks).filter { $0.verdict == .doesNotConform } }

    /// Each report's checks, counted.
    package var tally: Table {
        Table(
            ["report", "compares", "verdict", "checks", "hold", "known deviations", "fail", "not judged"],
            sections.map { section in
                [
                    Phrase([.code(section.name)]), Phrase(section.title), "\(section.verdict)",
                    "\(section.checks.count)", "\(section.count(.conforms))",
                    "\(section.count(.conformsWithKnownDeviations))", "\(section.count(.doesNotConform))",
                    "\(section.count(.notJudged))",
                ]
            })
    }

    /// Listed deviations that need attention: those that got worse, and those that can be removed.
    package var changedDeviations: [DeviationOutcome] {
        sections.flatMap(\.deviations).filter { [.worse, .disappeared].contains($0.status) }
    }
}

extension Block {
    /// The files of the frames shown in figures.
    fileprivate var frames: [String] {
        switch self {
        case .figure(.frames(let figure), _): figure.frames.map(\.file)
        case .folded(_, let blocks): blocks.flatMap(\.frames)
        default: []
        }
    }
}
