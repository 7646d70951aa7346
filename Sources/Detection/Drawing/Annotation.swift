extension DecodedImage {
    /// The image with each face's box, five landmarks and score, which is above the box or else inside it.
    ///
    /// Line widths grow with the image, so that lines stay visible when it is shown whole. Parts outside the image are
    /// omitted.
    package func annotated(with faces: [Face]) -> DecodedImage {
        var canvas = Canvas(image: self)
        let line = max(1, min(width, height) / 240)
        for face in faces {
            canvas.outline(PixelBox(rounding: face.box), thickness: line, color: .green)
            for landmark in face.landmarks {
                canvas.dot(landmark, radius: line + 1, color: .red)
            }
        }
        // Scores last, so that no other face's box runs through them.
        for face in faces {
            guard let confidence = face.confidence else { continue }
            canvas.label(scoreText(confidence), of: PixelBox(rounding: face.box), scale: line + 1)
        }
        return canvas.image
    }
}

/// A probability with four decimals, truncated so that only 1 itself reads 1.0000.
private func scoreText(_ confidence: Float) -> String {
    let tenThousandths = Int(saturating: max(0, min(1, confidence)) * 10_000)
    let digits = String(tenThousandths % 10_000)
    return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
}

/// An image to draw on.
private struct Canvas {
    struct Color {
        let red: UInt8
        let green: UInt8
        let blue: UInt8

        static let black = Color(red: 0, green: 0, blue: 0)
        static let white = Color(red: 255, green: 255, blue: 255)
        static let green = Color(red: 64, green: 255, blue: 64)
        static let red = Color(red: 255, green: 48, blue: 48)
    }

    private(set) var image: DecodedImage

    init(image: DecodedImage) {
        self.image = image
    }

    mutating func fill(_ box: PixelBox, color: Color) {
        let inside = box.clipped(width: image.width, height: image.height)
        guard inside.width > 0, inside.height > 0 else { return }
        for y in inside.y..<(inside.y + inside.height) {
            for x in inside.x..<(inside.x + inside.width) {
                let position = (y * image.width + x) * 3
                image.pixels[position] = color.red
                image.pixels[position + 1] = color.green
                image.pixels[position + 2] = color.blue
            }
        }
    }

    /// The border of a box, drawn inward from its sides.
    mutating func outline(_ box: PixelBox, thickness: Int, color: Color) {
        let right = box.x + box.width - thickness
        let bottom = box.y + box.height - thickness
        fill(PixelBox(x: box.x, y: box.y, width: box.width, height: thickness), color: color)
        fill(PixelBox(x: box.x, y: bottom, width: box.width, height: thickness), color: color)
        fill(PixelBox(x: box.x, y: box.y, width: thickness, height: box.height), color: color)
        fill(PixelBox(x: right, y: box.y, width: thickness, height: box.height), color: color)
    }

    /// A disc with a dark rim, visible on any skin.
    mutating func dot(_ point: Point, radius: Int, color: Color) {
        let center = (x: Int(saturating: point.x.rounded()), y: Int(saturating: point.y.rounded()))
        for (radius, color) in [(radius + 1, Color.black), (radius, color)] {
            for row in -radius...radius {
                let half = Int(Double(radius * radius - row * row).squareRoot())
                fill(PixelBox(x: center.x - half, y: center.y + row, width: 2 * half + 1, height: 1), color: color)
            }
        }
    }

    /// White digits on black, above the box, or inside it if there is no room above.
    mutating func label(_ text: String, of box: PixelBox, scale: Int) {
        let width = (text.count * (Glyph.width + 1) + 1) * scale
        let height = (Glyph.height + 2) * scale
        let x = max(0, min(box.x, image.width - width))
        let y = box.y >= height ? box.y - height : max(0, box.y)
        fill(PixelBox(x: x, y: y, width: width, height: height), color: .black)
        for (index, character) in text.enumerated() {
            guard let glyph = Glyph(character) else { continue }
            let left = x + (index * (Glyph.width + 1) + 1) * scale
            for (row, column) in glyph.dots {
                fill(
                    PixelBox(x: left + column * scale, y: y + (row + 1) * scale, width: scale, height: scale),
                    color: .white)
            }
        }
    }
}
