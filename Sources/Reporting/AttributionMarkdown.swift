import Conformance
import Detection

extension Attribution {
    /// A ranked table for a person.
    public var markdown: String {
        var lines = [
            "\(differingFrames) of \(frames) frames differ; mean IoU of all faces \(meanOverlapBefore.long)."
        ]
        if explanations.isEmpty {
            lines.append("No changed rule brings our faces closer.")
        } else {
            lines.append("")
            lines += markdownTable(
                ["changed rules", "mean IoU before", "after", "frames explained", "still differing"],
                explanations.map { explanation in
                    [
                        explanation.rules.map(\.description).joined(separator: " + "), meanOverlapBefore.long,
                        Optional(explanation.meanOverlapAfter).long, "\(explanation.framesExplained)",
                        "\(explanation.differingFrames)",
                    ]
                })
        }
        let named = Set(explanations.flatMap(\.rules))
        let meanings = named.sorted { $0.description < $1.description }.map { "- `\($0)`: \($0.meaning)" }
        if !meanings.isEmpty { lines += [""] + meanings }
        return shown(lines)
    }
}
