import Foundation
import Tensors
import TestSupport
import Testing

@testable import Detection

/// The list of the frames, with the hash of their pixels as libjpeg-turbo decodes them.
struct FrameList: Decodable {
    struct Frame: Decodable {
        let file: String
        let width: Int
        let height: Int
        let decoded_rgb_sha256: String
    }

    let frames: [Frame]

    static func read() throws -> FrameList {
        try JSONDecoder().decode(
            FrameList.self, from: Data(contentsOf: fixtures.appendingPathComponent("frames/images.json")))
    }
}

@Suite struct FrameDecodingTests {
    @Test("All 30 frames decode to the pixels of the gold standard's decoder")
    func hashes() throws {
        let frames = try FrameList.read().frames
        #expect(frames.count == 30)
        for frame in frames {
            let image = try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/\(frame.file)"))
            #expect(image.width == frame.width && image.height == frame.height, "\(frame.file)")
            #expect(sha256Hex(image.pixels) == frame.decoded_rgb_sha256, "\(frame.file)")
        }
    }

    @Test("A JPEG of four inks is read as OpenCV reads it, each ink lightened by black")
    func cmyk() throws {
        // 16 x 8 pixels, one block of each of two colours: Pillow's CMYK, and the RGB that OpenCV 5.0 reads.
        let image = try DecodedImage(bytes: CMYKFile.bytes, file: "inks.jpg")
        #expect(image.width == 16 && image.height == 8)
        #expect(Array(image.pixels.prefix(3)) == CMYKFile.firstPixel)
        #expect(Array(image.pixels.suffix(3)) == CMYKFile.lastPixel)
    }

    @Test("What is written as JPEG reads back within the loss of its quality")
    func jpegRoundTrip() throws {
        let image = DecodedImage(
            width: 32, height: 16,
            pixels: (0..<512).flatMap { (pixel: Int) -> [UInt8] in [UInt8(pixel % 32 * 8), UInt8(pixel / 32 * 16), 128]
            })
        let bytes = try image.encoded(as: .jpeg, file: "out.jpg")
        let read = try DecodedImage(bytes: bytes, file: "out.jpg")
        // Quality 95 quantises the coefficients of a smooth 8 x 8 block by at most 8 levels in all.
        #expect(zip(image.pixels, read.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 8 })
    }
}
