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

    @Test("The EXIF orientation is not applied")
    func orientation() throws {
        let file = fixtures.appendingPathComponent("frames/01_astronaut_close.jpg")
        let plain = [UInt8](try Data(contentsOf: file))
        // An APP1 segment: TIFF header, big-endian, one entry: orientation (0x0112), SHORT, 1 value, 6 (turned).
        let entry: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
        let payload: [UInt8] = Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1] + entry + [0, 0, 0, 0]
        var turned = plain
        turned.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(payload.count + 2)] + payload, at: 2)
        #expect(
            try DecodedImage(bytes: turned, file: "turned.jpg") == DecodedImage(bytes: plain, file: "plain.jpg"))
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
