import Conformance
import Detection

/// A figure as data: what to draw, without sizes or colours.
package enum Figure: Sendable, Equatable {
    case layers(LayerColumn)
    case strips(StripChart)
    case bars(BarChart)
    case histogram(HistogramChart)
    case frames(FrameGallery)
    case plan(PlanPicture)
}

/// A value drawn on a logarithmic axis.
package struct Mark: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case isolated, cumulative, measured, headroom, isolatedBound, cumulativeBound, floor, envelope, limit
    }

    package let kind: Kind
    package let value: Double

    package init(_ kind: Kind, _ value: Double) {
        self.kind = kind
        self.value = value
    }
}

/// A network's layers in order of computation, each with its errors on a common logarithmic axis.
package struct LayerColumn: Sendable, Equatable {
    package struct Layer: Sendable, Equatable {
        package let name: String
        package let `operator`: String
        package let isOutput: Bool
        package let verdict: Verdict
        package let isFirstDivergence: Bool
        package let marks: [Mark]
        /// Details shown when a layer is opened.
        package let details: [Block]
    }

    package let title: String
    package let verdict: Verdict
    /// The largest difference allowed, if there is a limit.
    package let limit: Double?
    package let layers: [Layer]
}

/// Named values on a common logarithmic axis.
package struct StripChart: Sendable, Equatable {
    package struct Strip: Sendable, Equatable {
        package let name: String
        /// Details of the strip, such as its figures.
        package let note: String
        package let verdict: Verdict?
        package let marks: [Mark]

        package init(_ name: String, note: String, verdict: Verdict? = nil, marks: [Mark]) {
            self.name = name
            self.note = note
            self.verdict = verdict
            self.marks = marks
        }
    }

    package let title: String
    /// The quantity on the axis.
    package let axis: String
    /// The smallest and the largest value on the axis; nil to derive them from the marks.
    package var span: ClosedRange<Double>?
    package let limit: Double?
    package let strips: [Strip]
}

/// Counts in bins.
package struct BarChart: Sendable, Equatable {
    package struct Bar: Sendable, Equatable {
        package let label: String
        package let count: Int
    }

    package let title: String
    /// The quantity that is binned.
    package let axis: String
    package let bars: [Bar]
}

/// How many elements differ by how much.
package struct HistogramChart: Sendable, Equatable {
    package let title: String
    package let bins: [ExponentHistogram.Bin]
    /// How many elements do not differ.
    package let equal: Int
}

/// Networks as rows of layers, some of which stay in float32.
package struct PlanPicture: Sendable, Equatable {
    package struct Layer: Sendable, Equatable {
        package let name: String
        package let multiplyAdds: Int
        package let isKeptInFloat32: Bool
    }

    package struct Network: Sendable, Equatable {
        package let name: String
        /// In order of computation.
        package let layers: [Layer]
    }

    package let title: String
    /// The arithmetic of the other layers.
    package let arithmetic: String
    package let networks: [Network]
}

/// Frames with two detectors' boxes.
package struct FrameGallery: Sendable, Equatable {
    package struct Box: Sendable, Equatable {
        package enum Role: String, Sendable {
            /// Boxes of both, equal to within a pixel.
            case both
            case baseline
            case candidate
        }

        package let role: Role
        package let box: BoundingBox
    }

    package struct Frame: Sendable, Equatable {
        package let file: String
        package let caption: Phrase
        package let boxes: [Box]
        /// The part to enlarge beside the frame.
        package var crop: BoundingBox?
    }

    package let title: String
    /// Whether to show the frames as thumbnails, for an overview.
    package let areThumbnails: Bool
    package let frames: [Frame]
    /// The number of further frames, not shown.
    package let omitted: Int
}
