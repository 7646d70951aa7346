import Conformance
import Detection

/// A figure as data: what to draw, without sizes or colours.
public enum Figure: Sendable, Equatable {
    case layers(LayerColumn)
    case strips(StripChart)
    case bars(BarChart)
    case histogram(HistogramChart)
    case frames(FrameGallery)
    case plan(PlanPicture)
}

/// A value drawn on a logarithmic axis.
public struct Mark: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case isolated, cumulative, measured, headroom, isolatedBound, cumulativeBound, floor, envelope, limit
    }

    public let kind: Kind
    public let value: Double

    public init(_ kind: Kind, _ value: Double) {
        self.kind = kind
        self.value = value
    }
}

/// A network's layers in order of computation, each with its errors on a common logarithmic axis.
public struct LayerColumn: Sendable, Equatable {
    public struct Layer: Sendable, Equatable {
        public let name: String
        public let `operator`: String
        public let isOutput: Bool
        public let verdict: Verdict
        public let isFirstDivergence: Bool
        public let marks: [Mark]
        /// Details shown when a layer is opened.
        public let details: [Block]
    }

    public let title: String
    public let verdict: Verdict
    /// The largest difference allowed, if there is a limit.
    public let limit: Double?
    public let layers: [Layer]
}

/// Named values on a common logarithmic axis.
public struct StripChart: Sendable, Equatable {
    public struct Strip: Sendable, Equatable {
        public let name: String
        /// Details of the strip, such as its figures.
        public let note: String
        public let verdict: Verdict?
        public let marks: [Mark]

        public init(_ name: String, note: String, verdict: Verdict? = nil, marks: [Mark]) {
            self.name = name
            self.note = note
            self.verdict = verdict
            self.marks = marks
        }
    }

    public let title: String
    /// The quantity on the axis.
    public let axis: String
    /// The smallest and the largest value on the axis; nil to derive them from the marks.
    public var span: ClosedRange<Double>?
    public let limit: Double?
    public let strips: [Strip]
}

/// Counts in bins.
public struct BarChart: Sendable, Equatable {
    public struct Bar: Sendable, Equatable {
        public let label: String
        public let count: Int
    }

    public let title: String
    /// The quantity that is binned.
    public let axis: String
    public let bars: [Bar]
}

/// How many elements differ by how much.
public struct HistogramChart: Sendable, Equatable {
    public let title: String
    public let bins: [ExponentHistogram.Bin]
    /// How many elements do not differ.
    public let equal: Int
}

/// Networks as rows of layers, some of which stay in float32.
public struct PlanPicture: Sendable, Equatable {
    public struct Layer: Sendable, Equatable {
        public let name: String
        public let multiplyAdds: Int
        public let isKeptInFloat32: Bool
    }

    public struct Network: Sendable, Equatable {
        public let name: String
        /// In order of computation.
        public let layers: [Layer]
    }

    public let title: String
    /// The arithmetic of the other layers.
    public let arithmetic: String
    public let networks: [Network]
}

/// Frames with two detectors' boxes.
public struct FrameGallery: Sendable, Equatable {
    public struct Box: Sendable, Equatable {
        public enum Role: String, Sendable {
            /// Boxes of both, equal to within a pixel.
            case both
            case baseline
            case candidate
        }

        public let role: Role
        public let box: BoundingBox
    }

    public struct Frame: Sendable, Equatable {
        public let file: String
        public let caption: Phrase
        public let boxes: [Box]
        /// The part to enlarge beside the frame.
        public var crop: BoundingBox?
    }

    public let title: String
    /// Whether to show the frames as thumbnails, for an overview.
    public let areThumbnails: Bool
    public let frames: [Frame]
    /// The number of further frames, not shown.
    public let omitted: Int
}
