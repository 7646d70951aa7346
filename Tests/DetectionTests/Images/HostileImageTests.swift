import Foundation
import TestSupport
import Testing

@testable import Detection

@Suite struct HostileImageTests {
    private func frame() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: fixtures.appendingPathComponent("frames/25_dark.jpg")))
    }

    private func failure(_ bytes: [UInt8], maximumPixels: Int = 100_000_000) -> ImageError? {
        do {
            _ = try DecodedImage(bytes: bytes, file: "hostile", as: ImageReading(maximumPixels: maximumPixels))
            return nil
        } catch {
            return error
        }
    }

    @Test("An empty file and a text are of no known format, and the message says so")
    func notImages() {
        #expect(failure([]) == .unknownFormat(file: "hostile", what: "it is empty"))
        #expect(failure(Array("text".utf8))?.description.contains("neither JPEG nor PNG: it begins with 74 65") == true)
    }

    @Test("A missing file and a folder cannot be read")
    func missing() {
        for path in ["no such file.png", "frames"] {
            #expect {
                try DecodedImage(contentsOf: fixtures.appendingPathComponent(path))
            } throws: {
                if case ImageError.unreadable = $0 { true } else { false }
            }
        }
    }

    @Test("A file cut anywhere is damaged", arguments: [3, 20, 300, 20_000])
    func truncated(length: Int) throws {
        let png = PNGFile(
            width: 100, height: 80, colorType: .rgb, rows: Array(repeating: Array(repeating: 9, count: 300), count: 80))
        for bytes in [try frame(), png.bytes] {
            guard case .damaged? = failure(Array(bytes.prefix(length))) else {
                // Too little for a PNG's signature is no PNG.
                #expect(length < 8)
                continue
            }
        }
    }

    @Test("An image without rows or without columns is damaged")
    func noPixels() {
        for (width, height) in [(0, 5), (5, 0), (0, 0)] {
            let error = ImageError.damaged(file: "hostile", what: "it declares \(width) x \(height) pixels")
            #expect(throws: error) {
                try DecodedImage.check(width: width, height: height, file: "hostile", maximumPixels: 100)
            }
        }
    }

    @Test("A JPEG is written up to 65500 pixels a side, and not beyond")
    func longestSides() throws {
        func encoded(_ width: Int, _ height: Int) throws -> Int {
            try DecodedImage(width: width, height: height, pixels: [UInt8](repeating: 9, count: width * height * 3))
                .encoded(as: .jpeg, file: "long.jpg").count
        }
        #expect(try encoded(65_500, 1) > 0 && encoded(1, 65_500) > 0)
        for (width, height) in [(65_501, 1), (1, 65_501)] {
            #expect(throws: ImageError.self) { try encoded(width, height) }
        }
    }

    @Test("A size beyond the limit is refused before anything is allocated for it")
    func declaredSizes() throws {
        let png = PNGFile(width: 1_000_000, height: 1_000_000, colorType: .rgb, rows: [[1, 2, 3]])
        #expect(
            failure(png.bytes)
                == .tooLarge(file: "hostile", width: 1_000_000, height: 1_000_000, maximumPixels: 100_000_000))

        var jpeg = try frame()
        // SOF0: marker, length, precision, then height and width of 16 bits each.
        let header = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange((header + 5)..<(header + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect(
            failure(jpeg) == .tooLarge(file: "hostile", width: 65_500, height: 65_500, maximumPixels: 100_000_000))
    }

    @Test("A limit of exactly the image's pixels lets it pass, one less does not")
    func limit() throws {
        let png = PNGFile(width: 3, height: 2, colorType: .gray, rows: [[1, 2, 3], [4, 5, 6]]).bytes
        #expect(failure(png, maximumPixels: 6) == nil)
        #expect(
            failure(png, maximumPixels: 5) == .tooLarge(file: "hostile", width: 3, height: 2, maximumPixels: 5))
    }

    @Test("Compressed pixels that go on for gigabytes after the last row are refused at once")
    func excessData() throws {
        var png = PNGFile(width: 3, height: 1, colorType: .gray, rows: [[1, 2, 3]])
        #expect(failure(png.bytes) == nil)
        // Rows that the header does not declare.
        png.rows += Array(repeating: [0, 0, 0], count: 50_000)
        #expect(failure(png.bytes)?.description.contains("go on after the last row") == true)
    }

    @Test("A size of zero is damage")
    func zero() {
        guard case .damaged? = failure(PNGFile(width: 0, height: 5, colorType: .gray, rows: []).bytes) else {
            Issue.record("a PNG without columns was accepted")
            return
        }
    }

    @Test("One pixel, and one column of ten thousand, are images")
    func extremes() throws {
        for (width, height) in [(1, 1), (1, 10_000), (10_000, 1)] {
            let image = DecodedImage(
                width: width, height: height, pixels: [UInt8](repeating: 77, count: width * height * 3))
            for format in [ImageFormat.png, .jpeg] {
                #expect(try DecodedImage(bytes: image.encoded(as: format, file: "thin"), file: "thin") == image)
            }
        }
    }

    @Test("Whatever bytes are changed, the answer is an image or an error")
    func mutations() throws {
        let png = PNGFile(
            width: 20, height: 20, bitDepth: 4, colorType: .palette, rows: Array(repeating: Array(0..<10), count: 20),
            ancillary: [("PLTE", Array(0..<48)), ("gAMA", bigEndian(45_455)), ("tRNS", [1, 2, 3])])
        for original in [try frame(), png.bytes] {
            var state: UInt64 = 1
            for _ in 0..<100 {
                var bytes = original
                for _ in 0..<3 {
                    // Knuth's linear congruential generator.
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
                }
                _ = failure(bytes, maximumPixels: 1_000_000)
            }
        }
    }
}
