/// What is known of the images that a graph's input takes, from the file, from where its weights come from, or from a
/// person; an order of axes alone does not tell.
public struct ImageDeclaration: Sendable, Equatable {
    /// Which of an image's two spatial axes comes first in the tensor.
    public enum SpatialOrder: String, Sendable, CaseIterable {
        /// Rows, then columns: upright.
        case rowsFirst = "upright"
        /// Columns, then rows: the image's transpose, as MATLAB holds it.
        case columnsFirst = "transposed"
    }

    public var spatialOrder: SpatialOrder
    /// Where this is known from, for a person.
    public var reason: String

    public init(spatialOrder: SpatialOrder, reason: String) {
        self.spatialOrder = spatialOrder
        self.reason = reason
    }
}
