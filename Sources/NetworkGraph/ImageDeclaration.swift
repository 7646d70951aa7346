/// What is known of the images that a graph's input takes, from the file, from where its weights come from, or from a
/// person; the order of the axes alone does not tell.
public struct ImageDeclaration: Sendable, Equatable {
    /// Which of an image's two spatial axes comes first in the tensor.
    public enum SpatialOrder: String, Sendable, CaseIterable {
        /// Rows, then columns: upright.
        case rowsFirst = "upright"
        /// Columns, then rows: the image's transpose, as MATLAB holds it.
        case columnsFirst = "transposed"
    }

    /// What the channels are, in their order.
    public enum Channels: String, Sendable {
        case rgb = "RGB"
        case bgr = "BGR"
        /// One channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
        case gray

        public var count: Int { self == .gray ? 1 : 3 }
    }

    /// What the elements are.
    public enum Values: Sendable {
        /// (pixel - 127.5) / 128, as MTCNN's networks take them.
        case normalised
        /// Pixels from 0 to 255.
        case pixels
    }

    public var spatialOrder: SpatialOrder
    public var channels: Channels
    public var values: Values
    /// Where this is known from, for a person.
    public var reason: String

    public init(
        spatialOrder: SpatialOrder, channels: Channels = .rgb, values: Values = .normalised, reason: String
    ) {
        self.spatialOrder = spatialOrder
        self.channels = channels
        self.values = values
        self.reason = reason
    }
}
