import Conformance
import Detection
import FaceConformance
import Foundation

extension DetectionReport.Run {
    /// The frames that differ, the others as thumbnails, and how far the overlaps are from 1.
    var figures: [Block] {
        let departing = frames.filter(\.departs)
            .sorted { ($0.faces.departure, $1.file) > ($1.faces.departure, $0.file) }
        var figures = [Block]()
        if !departing.isEmpty {
            figures = FrameGallery.blocks(
                "\(gold): frames that depart",
                departing.map { frame in
                    FrameGallery.Frame(
                        file: frame.file, caption: frame.caption, boxes: frame.faces.boxes, crop: frame.faces.worst)
                }, unlisted: others?.departing ?? 0)
        }
        let agreeing = frames.filter { !$0.departs }
        var folded = [Block]()
        if metrics.matchedFaces > 0 {
            let chart = BarChart(metrics.intersectionOverUnion, title: "\(gold): distance from equal")
            folded.append(.figure(.bars(chart)))
        }
        if !agreeing.isEmpty {
            let drawn = agreeing.prefix(FrameGallery.mostThumbnails).map { frame in
                FrameGallery.Frame(file: frame.file, caption: frame.caption, boxes: frame.faces.boxes)
            }
            folded.append(
                .figure(
                    .frames(
                        FrameGallery(
                            title: "\(gold): frames that agree", areThumbnails: true, frames: drawn,
                            omitted: agreeing.count - drawn.count))))
        }
        return figures + (folded.isEmpty ? [] : [.folded(Phrase("\(gold): faces, frame by frame"), folded)])
    }
}

extension ComparedFrame {
    fileprivate var caption: Phrase {
        let worst = faces.matches.map(\.intersectionOverUnion).min()
        let visible = worst.flatMap { $0 < 0.9995 ? "smallest IoU \($0.short)" : nil }
        let parts =
            [
                (faces.matches.count, "matched"), (faces.missed.count, "missed"), (faces.falsePositives.count, "extra"),
            ].filter { $0.0 > 0 }.map { "\($0) \($1)" } + [visible].compactMap { $0 }
            + [firstDeparture.map { "departs at \($0)" }].compactMap { $0 }
        return Phrase(parts.isEmpty ? "no face on either side" : parts.joined(separator: ", "))
    }
}

extension FrameGallery {
    /// The most frames in a figure, so that the page of any run can be opened.
    static let mostDeparting = 12
    private static let mostAtOnce = 3
    static let mostThumbnails = 30

    /// The frames that differ, the largest differences first; most are folded.
    ///
    /// - Parameter unlisted: the number of further frames that differ, which the report does not list.
    static func blocks(_ title: String, _ departing: [Frame], unlisted: Int) -> [Block] {
        func gallery(_ title: String, _ frames: some Collection<Frame>, omitted: Int) -> Block {
            .figure(
                .frames(FrameGallery(title: title, areThumbnails: false, frames: Array(frames), omitted: omitted)))
        }
        let shown = departing.prefix(mostDeparting)
        let rest = shown.dropFirst(mostAtOnce)
        let first = gallery(title, shown.prefix(mostAtOnce), omitted: 0)
        guard !rest.isEmpty else { return [first] }
        let omitted = departing.count - shown.count + unlisted
        return [
            first,
            .folded(
                "\(departing.count - mostAtOnce + unlisted) more frames", [gallery(title, rest, omitted: omitted)]),
        ]
    }
}

extension FaceMatching {
    /// The face that differs most.
    var worst: BoundingBox? {
        missed.first ?? falsePositives.first
            ?? matches.min { $0.intersectionOverUnion < $1.intersectionOverUnion }?.expected
    }

    /// The boxes of both sides; one for both if they look the same.
    var boxes: [FrameGallery.Box] {
        matches.flatMap { match -> [FrameGallery.Box] in
            match.intersectionOverUnion >= 1 - FaceMatching.visibleDeparture
                ? [.init(role: .both, box: match.expected)]
                : [.init(role: .baseline, box: match.expected), .init(role: .candidate, box: match.found)]
        } + missed.map { .init(role: .baseline, box: $0) } + falsePositives.map { .init(role: .candidate, box: $0) }
    }
}

extension BarChart {
    /// How many overlaps lie how far below 1, in powers of ten.
    init(_ overlaps: OverlapDistribution, title: String) {
        var counts = [Int](repeating: 0, count: 9)
        for (loss, count) in overlaps.losses {
            // 1e-7 is the resolution of float32 coordinates.
            let exponent = loss > 0 ? log10(loss).rounded(.down) : -9
            counts[Int(max(-9, min(-1, exponent))) + 9] += count
        }
        let labels = ["below 1e-8"] + (-8 ... -1).map { "1e\($0) to 1e\($0 + 1)" }
        self.init(
            title: title, axis: "1 - IoU of matched faces",
            bars: zip(labels, counts).map { BarChart.Bar(label: $0, count: $1) })
    }
}
