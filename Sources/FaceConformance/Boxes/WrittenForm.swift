import Conformance
import Detection

/// How a list writes a detector's boxes: what happens to a box x, y, width, height before it is listed.
package struct WrittenForm: Hashable, Sendable, Codable {
    /// The changes to boxes, in this order.
    package enum Step: String, CaseIterable, Sendable, Codable {
        case mirrored
        case scaled
        case inListedSize = "in_listed_size"
        case fractions
        case oneBased = "one_based"
        case centred
        case cornersAsExtents = "corners_as_extents"
        case axesExchanged = "axes_exchanged"

        /// Its effect on boxes, in words.
        var meaning: String {
            switch self {
            case .mirrored: "mirrored, left and right exchanged"
            case .scaled: "scaled"
            case .inListedSize: "in pixels of images of the sizes that the list gives"
            case .fractions: "as fractions of the image's width and height"
            case .oneBased: "one-based, the first pixel being 1"
            case .centred: "by their centres, in the places of the left upper corners"
            case .cornersAsExtents: "as corners, x2 and y2 in the places of width and height"
            case .axesExchanged: "with the axes exchanged, y before x and height before width"
            }
        }
    }

    /// In the order of ``Step``.
    package var steps: [Step] = []
    /// The scale of listed boxes relative to the image.
    package var scale = 1.0
    /// The width in which boxes are mirrored; nil for each image's own.
    package var mirroredWidth: Double?
    /// Whether boxes end at the image's edge.
    package var isClipped = false
    /// Whether probabilities are written in percent.
    package var hasPercents = false
    /// Our landmark for each place, if they are written in another order.
    package var landmarkOrder: [Int]?
    /// The unit and manner of rounding; nil for numbers with all their digits.
    package var precision: WrittenPrecision?

    package static let plain = WrittenForm()

    /// In words; nil if boxes are written unchanged.
    package var words: String? {
        let changes =
            steps.map { step in
                switch step {
                case .scaled: "scaled by \(scale.fraction)"
                case .mirrored:
                    step.meaning + (mirroredWidth.map { ", in a width of \(Int($0)) whatever the image's" } ?? "")
                default: step.meaning
                }
            }
            + (isClipped ? ["clipped to the image"] : [])
            + [precision?.words(areFractions: steps.contains(.fractions))].compactMap { $0 }
        return changes.isEmpty ? nil : changes.joined(separator: "; ")
    }

    /// What else is written differently, besides boxes, in words.
    package var otherWords: [String] {
        let points = ["left eye", "right eye", "nose", "left corner of the mouth", "right corner of the mouth"]
        return (hasPercents ? ["Probabilities are written in percent."] : [])
            + (landmarkOrder.map { order in
                ["Landmarks are written in the order " + order.map { points[$0] }.joined(separator: ", ") + "."]
            } ?? [])
    }
}

/// The rounding of a list's numbers.
package struct WrittenPrecision: Hashable, Sendable, Codable {
    package enum Manner: String, CaseIterable, Sendable, Codable {
        case rounded
        case cut
        case cornersRounded = "corners_rounded"
        case cornersCut = "corners_cut"
    }

    /// In pixels: 1, 0.1, 0.01 and so on.
    package var unit: Double
    package var manner: Manner

    func words(areFractions: Bool) -> String {
        let numbers = unit == 1 ? "whole pixels" : "multiples of \(unit)" + (areFractions ? "" : " pixels")
        return switch manner {
        case .rounded: "rounded to \(numbers)"
        case .cut: "cut to \(numbers)"
        case .cornersRounded: "with corners rounded to \(numbers)"
        case .cornersCut: "with corners cut to \(numbers)"
        }
    }

    /// The unit of which all numbers are multiples; nil if there is no meaningful one.
    static func unit(of numbers: [Double]) -> Double? {
        guard numbers.count >= 4 else { return nil }
        // Fractions of the image: the smallest difference is not a fraction of a pixel.
        guard numbers.contains(where: { abs($0) > 2 }) else { return nil }
        return unit(ofFractions: numbers)
    }

    /// The smallest of 1/1000, 1/10000 and 1/100000 of which all numbers, fractions of an image, are multiples.
    static func smallestUnit(of numbers: [Double]) -> Double? {
        guard numbers.count >= 4 else { return nil }
        return [(1e-3, 1e3), (1e-4, 1e4), (1e-5, 1e5)].first { _, perWhole in
            numbers.allSatisfy { abs($0 * perWhole - ($0 * perWhole).rounded()) <= 1e-7 * perWhole }
        }?.0
    }

    /// The same for numbers that may all be small, such as probabilities.
    static func unit(ofFractions numbers: [Double]) -> Double? {
        guard numbers.count >= 4 else { return nil }
        for (unit, perPixel) in [(1.0, 1.0), (0.1, 10), (0.01, 100), (0.001, 1000)] {
            // Float32 resolves coordinates of thousands of pixels to 2^-12.
            let allowed = 1e-4 * perPixel
            if allowed < 0.2, numbers.allSatisfy({ abs($0 * perPixel - ($0 * perPixel).rounded()) <= allowed }) {
                return unit
            }
        }
        return nil
    }

    /// Whether a box could have been written as another, with each coordinate within a tolerance of a boundary.
    func gives(_ written: Quad, of box: Quad, tolerance: Double) -> Bool {
        func could(_ value: Double, _ text: Double, _ isCut: Bool) -> Bool {
            let (low, high) = isCut ? (0.0, unit) : (-unit / 2, unit / 2)
            let difference = isCut && value < 0 ? text - value : value - text
            return difference >= low - tolerance && difference <= high + tolerance
        }
        let isCut = manner == .cut || manner == .cornersCut
        let isOfCorners = manner == .cornersCut || manner == .cornersRounded
        return could(box.x, written.x, isCut) && could(box.y, written.y, isCut)
            && (isOfCorners
                ? could(box.x + box.width, written.x + written.width, isCut)
                    && could(box.y + box.height, written.y + written.height, isCut)
                : could(box.width, written.width, isCut) && could(box.height, written.height, isCut))
    }
}

/// Four numbers of a box, in float64.
struct Quad: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    init(_ box: BoundingBox) {
        (x, y, width, height) = (Double(box.x), Double(box.y), Double(box.width), Double(box.height))
    }

    var box: BoundingBox { BoundingBox(x: Float(x), y: Float(y), width: Float(width), height: Float(height)) }
}

/// The extents of an image in pixels.
struct ImageSize: Hashable, Sendable {
    let width: Double
    let height: Double
    /// The listed size.
    var listedWidth: Double?
    var listedHeight: Double?

    init(_ image: DecodedImage) {
        width = Double(image.width)
        height = Double(image.height)
    }
}

extension WrittenForm {
    /// A found box as the list would write it, apart from its precision.
    func written(_ box: BoundingBox, in image: ImageSize) -> Quad {
        var quad = Quad(box)
        if isClipped {
            let (right, bottom) = (min(quad.x + quad.width, image.width), min(quad.y + quad.height, image.height))
            (quad.x, quad.y) = (max(quad.x, 0), max(quad.y, 0))
            (quad.width, quad.height) = (right - quad.x, bottom - quad.y)
        }
        for step in steps {
            switch step {
            case .mirrored: quad.x = (mirroredWidth ?? image.width) - quad.x - quad.width
            case .scaled: quad = quad.scaled(by: scale)
            case .inListedSize: quad = quad.scaled(by: image.scaleToListed.0, image.scaleToListed.1)
            case .fractions: quad = quad.scaled(by: 1 / image.width, 1 / image.height)
            case .oneBased: (quad.x, quad.y) = (quad.x + 1, quad.y + 1)
            case .centred: (quad.x, quad.y) = (quad.x + quad.width / 2, quad.y + quad.height / 2)
            case .cornersAsExtents: (quad.width, quad.height) = (quad.x + quad.width, quad.y + quad.height)
            case .axesExchanged: quad = quad.exchanged
            }
        }
        return quad
    }

    /// The box that a list means, apart from its precision and any clipping.
    func undone(_ box: BoundingBox, in image: ImageSize) -> BoundingBox {
        var quad = Quad(box)
        for step in steps.reversed() {
            switch step {
            case .mirrored: quad.x = (mirroredWidth ?? image.width) - quad.x - quad.width
            case .scaled: quad = quad.scaled(by: 1 / scale)
            case .inListedSize: quad = quad.scaled(by: 1 / image.scaleToListed.0, 1 / image.scaleToListed.1)
            case .fractions: quad = quad.scaled(by: image.width, image.height)
            case .oneBased: (quad.x, quad.y) = (quad.x - 1, quad.y - 1)
            case .centred: (quad.x, quad.y) = (quad.x - quad.width / 2, quad.y - quad.height / 2)
            case .cornersAsExtents:
                (quad.width, quad.height) = (max(quad.width - quad.x, 0), max(quad.height - quad.y, 0))
            case .axesExchanged: quad = quad.exchanged
            }
        }
        return quad.box
    }

    func undone(_ face: Face, in image: ImageSize) -> Face {
        var face = face
        face.box = undone(face.box, in: image)
        if hasPercents { face.confidence = face.confidence.map { $0 / 100 } }
        // Points are boxes without extents, so the form of corners does not affect them.
        var ofPoints = self
        ofPoints.steps.removeAll { $0 == .cornersAsExtents || $0 == .centred }
        face.landmarks = face.landmarks.map { point in
            let box = ofPoints.undone(BoundingBox(x: point.x, y: point.y, width: 0, height: 0), in: image)
            return Point(x: box.x, y: box.y)
        }
        if let landmarkOrder, face.landmarks.count == landmarkOrder.count {
            var ours = face.landmarks
            for (place, point) in zip(landmarkOrder, face.landmarks) { ours[place] = point }
            face.landmarks = ours
        }
        return face
    }
}

extension ImageSize {
    /// The ratio of the listed widths and heights to the images'.
    fileprivate var scaleToListed: (Double, Double) {
        ((listedWidth ?? width) / width, (listedHeight ?? height) / height)
    }
}

extension Quad {
    fileprivate func scaled(by across: Double, _ down: Double? = nil) -> Quad {
        let down = down ?? across
        var quad = self
        (quad.x, quad.y, quad.width, quad.height) = (x * across, y * down, width * across, height * down)
        return quad
    }

    fileprivate var exchanged: Quad {
        var quad = self
        (quad.x, quad.y, quad.width, quad.height) = (y, x, height, width)
        return quad
    }
}

extension Double {
    /// As a ratio of small integers, if it is one.
    fileprivate var fraction: String {
        for below in 1...8 {
            let above = (self * Double(below)).rounded()
            if above > 0, self == above / Double(below) {
                return below == 1 ? "\(Int(above))" : "\(Int(above))/\(below)"
            }
        }
        return "\(self)"
    }
}
