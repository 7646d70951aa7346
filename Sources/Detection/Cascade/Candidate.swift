/// A box on its way through the cascade, with the answer of the last network that saw it.
public struct Candidate: Equatable, Sendable {
    public var box: BoundingBox

    /// The probability of a face.
    public var score: Float

    public var regression: BoxRegression

    /// Eyes, nose and corners of the mouth, left to right in the image; empty before the output network.
    public var landmarks: [Point]

    public init(box: BoundingBox, score: Float, regression: BoxRegression, landmarks: [Point] = []) {
        self.box = box
        self.score = score
        self.regression = regression
        self.landmarks = landmarks
    }
}

/// A network's regression: how far to move each side of a box, as fractions of the box's width and height.
public struct BoxRegression: Hashable, Sendable {
    public var left: Float
    public var top: Float
    public var right: Float
    public var bottom: Float

    public init(left: Float, top: Float, right: Float, bottom: Float) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}
