import Testing

@testable import Detection

/// The expected pixels are what OpenCV 4.6's `imread(IMREAD_COLOR)` gives for the same files.
@Suite struct PNGTests {
    private func pixels(_ file: PNGFile) throws -> [UInt8] {
        try DecodedImage(bytes: file.bytes, file: "made.png").pixels
    }

    @Test("Eight bits of RGB come out as they are")
    func rgb() throws {
        let row: [UInt8] = [0, 1, 2, 127, 128, 255]
        #expect(try pixels(PNGFile(width: 2, height: 1, colorType: .rgb, rows: [row])) == row)
    }

    @Test("Gray is expanded to three equal channels")
    func gray() throws {
        let file = PNGFile(width: 1, height: 2, colorType: .gray, rows: [[7], [250]])
        #expect(try pixels(file) == [7, 7, 7, 250, 250, 250])
    }

    @Test("Gray of one bit becomes black and white")
    func bits() throws {
        let file = PNGFile(width: 3, height: 1, bitDepth: 1, colorType: .gray, rows: [[0b1010_0000]])
        #expect(try pixels(file) == [255, 255, 255, 0, 0, 0, 255, 255, 255])
    }

    @Test("Alpha is dropped, not blended: a transparent pixel keeps its colour")
    func alpha() throws {
        let rgba = PNGFile(width: 2, height: 1, colorType: .rgba, rows: [[10, 20, 30, 0, 40, 50, 60, 128]])
        #expect(try pixels(rgba) == [10, 20, 30, 40, 50, 60])
        let grayAlpha = PNGFile(width: 1, height: 1, colorType: .grayAlpha, rows: [[99, 1]])
        #expect(try pixels(grayAlpha) == [99, 99, 99])
    }

    @Test("A palette is looked up, its transparency dropped")
    func palette() throws {
        let file = PNGFile(
            width: 2, height: 1, bitDepth: 4, colorType: .palette, rows: [[0x10]],
            ancillary: [("PLTE", [1, 2, 3, 200, 100, 50]), ("tRNS", [0, 128])])
        #expect(try pixels(file) == [200, 100, 50, 1, 2, 3])
    }

    @Test("Sixteen bits lose their low byte, without rounding")
    func sixteenBits() throws {
        let file = PNGFile(
            width: 1, height: 1, bitDepth: 16, colorType: .rgb, rows: [[0x12, 0xFF, 0x80, 0x00, 0xFE, 0x7F]])
        #expect(try pixels(file) == [0x12, 0x80, 0xFE])
    }

    @Test("A declared gamma leaves the pixels alone")
    func gamma() throws {
        let file = PNGFile(
            width: 1, height: 1, colorType: .rgb, rows: [[10, 100, 200]],
            ancillary: [("gAMA", bigEndian(100_000))])
        #expect(try pixels(file) == [10, 100, 200])
    }

    @Test("What is written as PNG reads back equal")
    func roundTrip() throws {
        let image = DecodedImage(width: 17, height: 3, pixels: (0..<153).map { UInt8($0 * 5 % 256) })
        let bytes = try image.encoded(as: .png, file: "out.png")
        #expect(try DecodedImage(bytes: bytes, file: "out.png") == image)
    }
}
