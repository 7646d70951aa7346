import Tensors
import Testing

@testable import Detection

@Suite struct AnnotationTests {
    private let gray = DecodedImage(width: 200, height: 100, pixels: [UInt8](repeating: 128, count: 60_000))

    private func pixel(_ image: DecodedImage, _ x: Int, _ y: Int) -> [UInt8] {
        Array(image.pixels[((y * image.width + x) * 3)..<((y * image.width + x) * 3 + 3)])
    }

    private func face(_ x: Float, _ y: Float, _ width: Float, _ height: Float, landmarks: [Point] = []) -> Face {
        Face(box: BoundingBox(x: x, y: y, width: width, height: height), confidence: 0.98765, landmarks: landmarks)
    }

    @Test("The box is drawn along its sides and leaves what is within it alone")
    func outline() {
        let drawn = gray.annotated(with: [face(50, 40, 60, 30)])
        for (x, y) in [(50, 40), (109, 69), (80, 40), (80, 69), (50, 55), (109, 55)] {
            #expect(pixel(drawn, x, y) == [64, 255, 64])
        }
        for (x, y) in [(49, 55), (110, 55), (80, 70), (80, 55)] {
            #expect(pixel(drawn, x, y) == [128, 128, 128])
        }
    }

    @Test("A landmark is a red dot at its place")
    func landmark() {
        let drawn = gray.annotated(with: [face(50, 40, 60, 30, landmarks: [Point(x: 70.4, y: 50.6)])])
        #expect(pixel(drawn, 70, 51) == [255, 48, 48])
    }

    @Test("The score is written above the box, or inside it if there is no room above")
    func label() {
        for (y, row) in [(Float(40), 39), (2, 3)] {
            let drawn = gray.annotated(with: [face(50, y, 60, 30)])
            let nearby = (50..<100).map { pixel(drawn, $0, row - (y == 40 ? 5 : 0) + (y == 40 ? 0 : 5)) }
            #expect(nearby.contains([255, 255, 255]) && nearby.contains([0, 0, 0]))
        }
    }

    @Test("Faces beyond the image, without extent or of any size are drawn as far as they are in it")
    func beyond() {
        let huge: Float = 3e38
        let faces = [
            face(-50, -50, 20, 20), face(190, 90, 500, 500), face(-huge, -huge, huge, huge), face(5, 5, 0, 0),
            face(20, 20, 30, 30, landmarks: [Point(x: huge, y: -huge)]),
        ]
        let drawn = gray.annotated(with: faces)
        #expect(drawn.width == 200 && drawn.height == 100)
        let one = DecodedImage(width: 1, height: 1, pixels: [1, 2, 3])
        #expect(one.annotated(with: faces).pixels.count == 3)
    }

    @Test("Without faces the image stays as it is")
    func none() {
        #expect(gray.annotated(with: []) == gray)
    }
}

extension AnnotationTests {
    @Test("A landmark is a disc with a dark rim, which grows with the image")
    func disc() {
        for side in [200, 480, 960] {
            let radius = max(1, side / 240) + 1
            let blank = DecodedImage(width: side, height: side, pixels: [UInt8](repeating: 128, count: side * side * 3))
            let drawn = blank.annotated(with: [
                Face(
                    box: BoundingBox(x: 0, y: 0, width: 0, height: 0), confidence: nil,
                    landmarks: [Point(x: 100, y: 90)])
            ])
            for (x, y) in (60..<140).flatMap({ x in (60..<120).map { (x, $0) } }) {
                let squared = (x - 100) * (x - 100) + (y - 90) * (y - 90)
                let expected: [UInt8] =
                    squared <= radius * radius
                    ? [255, 48, 48] : squared <= (radius + 1) * (radius + 1) ? [0, 0, 0] : [128, 128, 128]
                let position = (y * side + x) * 3
                #expect(Array(drawn.pixels[position..<position + 3]) == expected, "\(side): \(x), \(y)")
            }
        }
    }

    @Test("What is drawn is what was drawn when it was last looked at")
    func kept() {
        let blank = DecodedImage(width: 490, height: 485, pixels: [UInt8](repeating: 128, count: 490 * 485 * 3))
        let faces = [
            (100, 80, 0.98765), (440, 2, 1), (-20, 300, 0), (300, 420, 0.00019), (470, 480, 0.5),
        ].map { (x: Float, y: Float, confidence: Float) in
            Face(
                box: BoundingBox(x: x, y: y, width: 70, height: 60.5), confidence: confidence,
                landmarks: [Point(x: x + 20, y: y + 25)])
        }
        #expect(
            sha256Hex(blank.annotated(with: faces).pixels)
                == "9243f1031a9cdba7634ff35c10e391bcfd28ca05f6da3152d0dd561481bb7f76")
    }

    @Test("Scores beyond 0 and 1 read as those, and a label starts where the image does")
    func scores() {
        func drawn(_ confidence: Float, _ x: Float = 50, _ y: Float = 40) -> DecodedImage {
            gray.annotated(with: [
                Face(box: BoundingBox(x: x, y: y, width: 60, height: 30), confidence: confidence)
            ])
        }
        #expect(drawn(1.5) == drawn(1) && drawn(-0.5) == drawn(0) && drawn(1) != drawn(0.9999))
        #expect(pixel(drawn(0.5, 50, 0), 51, 0) == [0, 0, 0] && pixel(drawn(0.5, -9, 40), 0, 36) == [0, 0, 0])
    }
}
