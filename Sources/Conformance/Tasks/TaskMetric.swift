/// What a network's answers are for, as a number: how far a candidate's answers serve the purpose that the baseline's do.
///
/// Written as `top1`, `topk=5`, `cosine`, `landmarks=0-1`, `mask-iou` or `boxes`, each with `@OUTPUT` behind it where the
/// network has several outputs.
public struct TaskMetric: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The share of decisions in which the baseline's first class is among the candidate's first k. Of equal scores
        /// the first counts as the larger. Of k classes or fewer all are among the first k: that is refused.
        case top(Int)
        /// The smallest cosine between the answers to one element of a batch.
        case cosine
        /// The mean distance between corresponding points, divided by a length.
        case landmarks(LandmarkNormaliser)
        /// The mean intersection over union of masks, or of the classes' areas where there are several. A mask without
        /// anything in it on both sides does not count.
        case maskIou
        /// The mean intersection over union of corresponding rows x1, y1, x2, y2. Equal rows without an area fill up the
        /// table, and do not count.
        case boxes
    }

    public let kind: Kind
    /// The output that it is on; nil for the only one, or for all in ``Kind/cosine``.
    public let output: String?
    /// As it was written.
    public let name: String

    /// - Returns: nil for a text that names none.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = Kind(parts[0]), parts.count == 1 || !parts[1].isEmpty else { return nil }
        self.kind = kind
        output = parts.count == 2 ? String(parts[1]) : nil
        name = text
    }

    /// What a limit on it is on.
    public var metric: Metric {
        switch kind {
        case .top: .topAgreement
        case .cosine: .cosine
        case .landmarks: .landmarkError
        case .maskIou: .maskIou
        case .boxes: .boxIou
        }
    }

    /// Whether larger numbers are better.
    public var isAgreement: Bool {
        if case .landmarks = kind { false } else { true }
    }

    /// What it measures, for a person.
    public var words: String {
        switch kind {
        case .top(1): "share of decisions with the baseline's first class"
        case .top(let k): "share of decisions in which the baseline's first class is among the first \(k)"
        case .cosine: "smallest cosine between the answers"
        case .landmarks(let normaliser): "mean distance of points, divided by \(normaliser.words)"
        case .maskIou: "mean IoU of the masks"
        case .boxes: "mean IoU of the boxes, row by row"
        }
    }

    public static let usage = "top1, topk=5, cosine, landmarks=NORMALISER, mask-iou or boxes, with @OUTPUT behind it"
}

extension TaskMetric.Kind {
    fileprivate init?(_ text: Substring) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts[0], parts.count == 2 ? parts[1] : nil) {
        case ("top1", nil): self = .top(1)
        case ("topk", let count?):
            guard let count = Int(count), count > 0 else { return nil }
            self = .top(count)
        case ("cosine", nil): self = .cosine
        case ("landmarks", let normaliser?):
            guard let normaliser = LandmarkNormaliser(normaliser) else { return nil }
            self = .landmarks(normaliser)
        case ("mask-iou", nil): self = .maskIou
        case ("boxes", nil): self = .boxes
        default: return nil
        }
    }
}

/// How an output holds points, and what their distances are divided by.
///
/// Written as `0-1` (the distance between two of the baseline's points), `box` (the square root of the area that the
/// baseline's points span) or a number in the output's unit; with `planar:` before it where all x stand before all y.
public struct LandmarkNormaliser: Sendable, Hashable {
    public enum Length: Sendable, Hashable {
        case between(Int, Int)
        case box
        case fixed(Double)
    }

    public let length: Length
    /// Whether all x stand before all y; else x and y take turns.
    public let isPlanar: Bool

    init?(_ text: Substring) {
        isPlanar = text.hasPrefix("planar:")
        let text = isPlanar ? text.dropFirst("planar:".count) : text
        let points = text.split(separator: "-").map { Int($0) }
        if text == "box" {
            length = .box
        } else if points.count == 2, let first = points[0], let second = points[1], first != second {
            length = .between(first, second)
        } else if let fixed = Double(text), fixed > 0, fixed.isFinite {
            length = .fixed(fixed)
        } else {
            return nil
        }
    }

    var words: String {
        switch length {
        case .between(let one, let other): "the distance between points \(one) and \(other)"
        case .box: "the square root of the area that they span"
        case .fixed(let length): "\(length)"
        }
    }
}
