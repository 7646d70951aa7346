/// A metric of a network's task: how well the candidate's answers serve the purpose of the baseline's.
///
/// Written as `top1`, `topk=5`, `cosine`, `landmarks=0-1`, `mask-iou` or `boxes`, each followed by `@OUTPUT` if the
/// network has several outputs.
public struct TaskMetric: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The share of decisions in which the baseline's first class is among the candidate's first k. Of equal
        /// scores, the first counts as larger.
        case top(Int)
        /// The smallest cosine between the sides' answers to one element of a batch.
        case cosine
        /// The mean distance between corresponding points, divided by a length.
        case landmarks(LandmarkNormaliser)
        /// The mean IoU of masks, or of the classes' areas if there are several classes.
        case maskIou
        /// The mean IoU of corresponding rows x1, y1, x2, y2.
        case boxes
    }

    public let kind: Kind
    /// The output that it measures; nil for the only one, or for all with ``Kind/cosine``.
    public let output: String?
    /// As it was written.
    public let name: String

    /// - Returns: nil if the text is not a metric.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = Kind(parts[0]), parts.count == 1 || !parts[1].isEmpty else { return nil }
        self.kind = kind
        output = parts.count == 2 ? String(parts[1]) : nil
        name = text
    }

    /// The metric that a limit on this task names.
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
    package var isAgreement: Bool {
        if case .landmarks = kind { false } else { true }
    }

    /// What it measures, in words.
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

    package static let usage = "top1, topk=5, cosine, landmarks=NORMALISER, mask-iou or boxes, optionally with @OUTPUT"
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
/// baseline's points span) or a number in the output's unit. A leading `planar:` means that all x come before all y.
public struct LandmarkNormaliser: Sendable, Hashable {
    public enum Length: Sendable, Hashable {
        case between(Int, Int)
        case box
        case fixed(Double)
    }

    public let length: Length
    /// Whether all x come before all y; else x and y alternate.
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
