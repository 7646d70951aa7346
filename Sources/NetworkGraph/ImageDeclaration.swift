/// What is known about the images that a graph's input takes, from the file, the origin of its weights, or the user;
/// the order of the axes alone does not tell.
public struct ImageDeclaration: Sendable, Equatable {
    /// Which of an image's two spatial axes comes first in the tensor.
    public enum SpatialOrder: String, Sendable, CaseIterable {
        /// Rows, then columns: upright.
        case rowsFirst = "upright"
        /// Columns, then rows: the image's transpose, as in MATLAB.
        case columnsFirst = "transposed"
    }

    /// The meaning of the channels, in order.
    public enum Channels: String, Sendable {
        case rgb = "RGB"
        case bgr = "BGR"
        /// One channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
        case gray

        public var count: Int { self == .gray ? 1 : 3 }
    }

    /// The meaning of the elements.
    public enum Values: Sendable {
        /// (pixel - 127.5) / 128, as MTCNN's networks expect.
        case normalised
        /// Pixels from 0 to 255.
        case pixels
    }

    public var spatialOrder: SpatialOrder
    public var channels: Channels
    public var values: Values
    /// The source of this knowledge, in words.
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
