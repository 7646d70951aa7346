import Conformance
import FaceConformance

extension UnjudgedFrames {
    /// Each frame with its reason, and the number of others.
    var sentences: [String] {
        listed.map { "\($0.file): \($0.reason)" }
            + others.map { "\($0.frames) more frames are \($0.cause.rawValue.replacing("_", with: " "))" }
    }
}

extension FaceTally {
    /// What shares of the faces keep, in the frames that a report does not list.
    ///
    /// - Parameters:
    ///   - subject: what was compared, such as the list's name.
    ///   - listed: the number of frames that the report lists.
    func blocks(of subject: String, listed: Int) -> [Block] {
        let table = Table(
            [
                "share of the faces", "IoU at least", "coordinate difference (px) at most",
                "confidence difference at most", "landmark distance (px) at most",
            ],
            quantiles.map { quantile in
                [
                    "\((quantile.share * 100).short) %", Optional(quantile.intersectionOverUnion).long,
                    quantile.coordinateDifference.short, quantile.confidenceDifference.short,
                    quantile.landmarkDistance.short,
                ].cells
            })
        let text =
            "\(subject): of \(metrics.frames + listed) frames the \(listed) that depart most are listed. The other "
            + "\(metrics.frames) count in every figure, and their faces are spread like this:"
        return [.paragraph(Phrase(text))] + (quantiles.isEmpty ? [] : [.table(table)])
    }
}
