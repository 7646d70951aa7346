import Conformance
import Detection

/// A picture as data: what is drawn, without sizes or colours.
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

/// The layers of a network in the order of computation, each with its errors on a common logarithmic axis.
public struct LayerColumn: Sendable, Equatable {
    public struct Layer: Sendable, Equatable {
        public let name: String
        public let `operator`: String
        public let isOutput: Bool
        public let verdict: Verdict
        public let isFirstDivergence: Bool
        public let marks: [Mark]
        /// What is shown of a layer that is opened.
        public let details: [Block]
    }

    public let title: String
    public let verdict: Verdict
    /// The largest difference that is asked for, if one is.
    public let limit: Double?
    public let layers: [Layer]
}

/// Values under names, on a common logarithmic axis.
public struct StripChart: Sendable, Equatable {
    public struct Strip: Sendable, Equatable {
        public let name: String
        /// Of the strip, such as its figures.
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
    /// What the axis measures.
    public let axis: String
    /// The smallest and the largest value that the axis shows; nil to take them from the marks.
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
    /// What the bins are of.
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

/// Networks as rows of layers, of which some stay in float32.
public struct PlanPicture: Sendable, Equatable {
    public struct Layer: Sendable, Equatable {
        public let name: String
        public let multiplyAdds: Int
        public let isKeptInFloat32: Bool
    }

    public struct Network: Sendable, Equatable {
        public let name: String
        /// In the order of computation.
        public let layers: [Layer]
    }

    public let title: String
    /// What the other layers are computed in.
    public let arithmetic: String
    public let networks: [Network]
}

/// Frames with the boxes of two detectors.
public struct FrameGallery: Sendable, Equatable {
    public struct Box: Sendable, Equatable {
        public enum Role: String, Sendable {
            /// Of both, within a pixel.
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
        /// The part to show enlarged beside the frame.
        public var crop: BoundingBox?
    }

    public let title: String
    /// Whether the frames are shown small, for an overview.
    public let areThumbnails: Bool
    public let frames: [Frame]
    /// How many more frames there are that are not shown.
    public let omitted: Int
}
