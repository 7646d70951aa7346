/// A box on its way through the cascade, with the answer of the last network that saw it.
package struct Candidate: Equatable, Sendable {
    package var box: BoundingBox

    /// The probability of a face.
    package var score: Float

    package var regression: BoxRegression

    /// Eyes, nose and corners of the mouth, left to right in the image; empty before the output network.
    package var landmarks: [Point]

    package init(box: BoundingBox, score: Float, regression: BoxRegression, landmarks: [Point] = []) {
        self.box = box
        self.score = score
        self.regression = regression
        self.landmarks = landmarks
    }
}

/// A network's regression: how far to move each side of a box, as fractions of the box's width and height.
package struct BoxRegression: Hashable, Sendable {
    package var left: Float
    package var top: Float
    package var right: Float
    package var bottom: Float

    package init(left: Float, top: Float, right: Float, bottom: Float) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}
