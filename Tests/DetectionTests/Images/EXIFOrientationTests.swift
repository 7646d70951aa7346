import Foundation
import TestSupport
import Testing

@testable import Detection

/// Images that declare how they are to be turned.
@Suite struct EXIFOrientationTests {
    /// A TIFF structure with one entry: orientation (0x0112), SHORT, 1 value.
    private func description(_ orientation: UInt8, isLittleEndian: Bool = false) -> [UInt8] {
        isLittleEndian
            ? Array("II".utf8) + [
                42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
            ]
            : Array("MM".utf8) + [
                0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
            ]
    }

    private func segment(_ payload: [UInt8]) -> [UInt8] { [0xFF, 0xE1, 0, UInt8(payload.count + 2)] + payload }

    private func jpeg(_ image: [UInt8], _ descriptions: [UInt8]..., before: [UInt8] = []) -> [UInt8] {
        var turned = image
        turned.insert(
            contentsOf: before + descriptions.flatMap { segment(Array("Exif\0\0".utf8) + $0) }, at: 2)
        return turned
    }

    private func frame() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: fixtures.appendingPathComponent("frames/01_astronaut_close.jpg")))
    }

    /// What OpenCV shows of an image [[0, 1, 2], [3, 4, 5]] of gray levels.
    @Test(
        "Each of the eight orientations turns a PNG as OpenCV does",
        arguments: [
            (1, [[0, 1, 2], [3, 4, 5]]), (2, [[2, 1, 0], [5, 4, 3]]), (3, [[5, 4, 3], [2, 1, 0]]),
            (4, [[3, 4, 5], [0, 1, 2]]), (5, [[0, 3], [1, 4], [2, 5]]), (6, [[3, 0], [4, 1], [5, 2]]),
            (7, [[5, 2], [4, 1], [3, 0]]), (8, [[2, 5], [1, 4], [0, 3]]), (9, [[0, 1, 2], [3, 4, 5]]),
            (0, [[0, 1, 2], [3, 4, 5]]),
        ] as [(UInt8, [[UInt8]])])
    func png(_ orientation: UInt8, _ expected: [[UInt8]]) throws {
        let file = PNGFile(
            width: 3, height: 2, colorType: .gray, rows: [[0, 1, 2], [3, 4, 5]],
            ancillary: [("eXIf", description(orientation))])
        let image = try DecodedImage(bytes: file.bytes, file: "a.png")
        #expect(image.width == expected[0].count && image.height == expected.count)
        #expect(image.pixels == expected.joined().flatMap { [$0, $0, $0] })
        let stored = try DecodedImage(bytes: file.bytes, file: "a.png", as: ImageReading(orientation: .ignored))
        #expect(stored.width == 3 && stored.pixels.first == 0)
    }

    @Test("A JPEG's first EXIF segment decides, in either byte order, even after other segments")
    func jpegSegments() throws {
        let plain = try frame()
        let upright = try DecodedImage(bytes: plain, file: "a.jpg")
        func isTurned(_ bytes: [UInt8]) throws -> Bool {
            let image = try DecodedImage(bytes: bytes, file: "a.jpg")
            #expect(image == upright || (image.width, image.height) == (upright.height, upright.width))
            return image != upright
        }
        #expect(try isTurned(jpeg(plain, description(6))))
        #expect(try isTurned(jpeg(plain, description(8, isLittleEndian: true))))
        let other = segment(Array("http://ns.adobe.com/xap/1.0/\0".utf8))
        #expect(try isTurned(jpeg(plain, description(6), before: other)))
        #expect(try isTurned(jpeg(plain, description(6), description(1))))
        #expect(try !isTurned(jpeg(plain, description(1), description(6))))
    }

    @Test("A damaged description means an image as it is stored", arguments: 0...25)
    func damaged(length: Int) throws {
        let plain = try frame()
        let cut = jpeg(plain, Array(description(6).prefix(length)))
        let image = try DecodedImage(bytes: cut, file: "a.jpg")
        // From the value's end on it can be read.
        #expect((image.width == 480) == (length >= 20))
    }

    @Test("A directory that starts or ends beyond the description gives no orientation")
    func wildOffsets() throws {
        let plain = try DecodedImage(bytes: frame(), file: "a.jpg")
        for (position, value) in [(4, 0x7F), (4, 0xFF), (7, 0xFF), (8, 0xFF)] as [(Int, UInt8)] {
            var wild = description(1)
            wild[position] = value
            #expect(try DecodedImage(bytes: jpeg(frame(), wild), file: "a.jpg") == plain)
        }
    }

    @Test("The orientation is found after other entries, and after an empty segment")
    func entries() throws {
        let plain = try frame()
        let two =
            Array("MM".utf8) + [
                0, 42, 0, 0, 0, 8, 0, 2, 0x01, 0x00, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6,
                0, 0,
                0, 0, 0, 0,
            ]
        #expect(try DecodedImage(bytes: jpeg(plain, two), file: "a.jpg").width == 480)
        #expect(try DecodedImage(bytes: jpeg(plain, description(6), before: segment([])), file: "a.jpg").width == 480)
    }

    @Test("A PNG chunk that ends with the file is complete, and one that goes beyond it is ignored")
    func lastChunk() {
        let payload = description(6)
        let file = [UInt8](repeating: 0, count: 8) + [0, 0, 0, UInt8(payload.count)] + Array("eXIf".utf8) + payload
        #expect(EXIFOrientation(declaredBy: file, format: .png) == EXIFOrientation(tag: 6))
        #expect(EXIFOrientation(declaredBy: file.dropLast(), format: .png) == .upright)
    }

    @Test("A directory at the very beginning of the description is read there, as OpenCV does")
    func earliestDirectory() throws {
        // The byte order's name is the number of entries; the second of them is the orientation.
        let description: [UInt8] =
            Array("MM".utf8) + [0, 42, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 6)
            + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0] + [UInt8](repeating: 0, count: 8)
        #expect(try DecodedImage(bytes: jpeg(frame(), description), file: "a.jpg").width == 480)
    }

    @Test("A directory may lie beyond 64 KiB")
    func far() throws {
        let start = 1 << 16
        let description = Array("MM".utf8) + [0, 42, 0, 1, 0, 0] + [UInt8](repeating: 0, count: start - 8)
        let entry: [UInt8] = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let file = PNGFile(
            width: 3, height: 2, colorType: .gray, rows: [[0, 1, 2], [3, 4, 5]],
            ancillary: [("eXIf", description + entry)])
        #expect(try DecodedImage(bytes: file.bytes, file: "a.png").width == 2)
    }
}
