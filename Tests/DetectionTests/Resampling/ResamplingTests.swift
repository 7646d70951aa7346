import Engines
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Detection

/// Expected values: `(cv2.resize(region, size, interpolation=…) - 127.5) * 0.0078125` of float32 pixels with
/// OpenCV 4.6.0, IPP off, where `region` is zero beyond the frame.
@Suite struct ResamplingTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let file: String
        var region: PixelBox?
        let width: Int
        let height: Int
        let sha256: String

        var testDescription: String { "\(file) to \(width) x \(height)" }
    }

    static let cases = [
        Case(
            file: "25_dark.jpg", width: 192, height: 144,
            sha256: "19583edc2daca7938c72fcb25dd0724639192be7c4c6b9d006a99e777d181fcb"),
        Case(
            file: "22_tiny_faces.jpg", width: 137, height: 103,
            sha256: "e2c636d1c30349d479c2e1c1a7e10efd6e134922da8730afee8bd045409a94e0"),
        Case(
            file: "04_astronaut_wide.jpg", width: 18, height: 13,
            sha256: "5c701d12eab8758e6ffaece89adb34b9a4727a4b8a7b90e76e0fc765db7b434c"),
        Case(
            file: "04_astronaut_wide.jpg", region: PixelBox(x: 300, y: 100, width: 19, height: 19),
            width: 24, height: 24, sha256: "db16df346e44559b7676f2a27a2f090b17fe11e0dd4f475c0962ae3d3b3434ff"),
        Case(
            file: "04_astronaut_wide.jpg", region: PixelBox(x: 300, y: 100, width: 31, height: 31),
            width: 48, height: 48, sha256: "6b76775b60b4f22c6c6b907648086f6febd653bb0f472171fa47713545c4aaa9"),
        Case(
            file: "04_astronaut_wide.jpg", region: PixelBox(x: -20, y: 350, width: 151, height: 151),
            width: 48, height: 48, sha256: "65e4981164d4ed132c80843ad14c87f4dc3eaad69fa84687f27e2ada5929bfa3"),
        Case(
            file: "04_astronaut_wide.jpg", region: PixelBox(x: 590, y: -30, width: 100, height: 100),
            width: 24, height: 24, sha256: "54c42e0cdc13fd2477a51733f6286d016294016894ea469eaa2b9a9c3a2af056"),
    ]

    private func resampled(
        _ file: String, _ region: PixelBox?, width: Int, height: Int, rules: CascadeRules = .openFace
    ) throws -> Tensor<Float> {
        let image = try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/\(file)"))
        return image.normalized(
            [region ?? PixelBox(x: 0, y: 0, width: image.width, height: image.height)], width: width, height: height,
            rules: rules)
    }

    @Test("Bilinear resampling has the bits of OpenCV 4.6, shrinking, enlarging and beyond the frame", arguments: cases)
    func bilinear(_ expected: Case) throws {
        let pixels = try resampled(expected.file, expected.region, width: expected.width, height: expected.height)
        #expect(sha256Hex(AnyTensor.float32(pixels).littleEndianBytes) == expected.sha256)
    }

    @Test("Area interpolation is OpenCV's, shrinking and enlarging")
    func area() throws {
        var rules = CascadeRules.openFace
        rules.interpolation = .area
        let small = try resampled("22_tiny_faces.jpg", nil, width: 137, height: 103, rules: rules)
        let large = try resampled(
            "04_astronaut_wide.jpg", PixelBox(x: 300, y: 100, width: 19, height: 19), width: 24, height: 24,
            rules: rules)
        // The order of the sums is not OpenCV's: some roundings of values below 256, 2^-17 each, times 1 / 128.
        let bound: Float = 1e-6
        for (tensor, row, column, expected) in [
            (small, 0, 0, [0.45925295, 0.3978598, 0.37110186] as [Float]),
            (small, 51, 68, [0.35301733, 0.21186638, 0.06318796]),
            (small, 102, 136, [0.18315816, 0.18315816, 0.18315816]),
            (large, 12, 12, [0.76929307, 0.46402133, 0.26171875]),
            (large, 23, 23, [0.58984375, 0.32421875, 0.10546875]),
        ] {
            let first = (row * tensor.shape[2] + column) * 3
            for (value, expected) in zip(tensor.elements[first...], expected) {
                #expect(abs(value - expected) < bound, "\(row), \(column)")
            }
        }
    }

    @Test("BGR is RGB with red and blue exchanged")
    func channelOrder() throws {
        var rules = CascadeRules.openFace
        let rgb = try resampled("01_astronaut_close.jpg", nil, width: 20, height: 15)
        rules.channelOrder = .bgr
        let bgr = try resampled("01_astronaut_close.jpg", nil, width: 20, height: 15, rules: rules)
        for pixel in stride(from: 0, to: rgb.elements.count, by: 3) {
            #expect(Array(rgb.elements[pixel..<(pixel + 3)].reversed()) == Array(bgr.elements[pixel..<(pixel + 3)]))
        }
    }

    @Test("A region that is empty or lies wholly outside is black")
    func nothing() throws {
        for region in [
            PixelBox(x: 5, y: 5, width: 0, height: 9), PixelBox(x: -900, y: 0, width: 300, height: 300),
            PixelBox(x: 1 << 30, y: 1 << 30, width: 1 << 30, height: 1 << 30),
        ] {
            for interpolation in [CascadeRules.Interpolation.bilinear, .area] {
                var rules = CascadeRules.openFace
                rules.interpolation = interpolation
                let pixels = try resampled("25_dark.jpg", region, width: 24, height: 24, rules: rules)
                #expect(pixels.elements.allSatisfy { $0 == -0.99609375 })
            }
        }
    }

    @Test("Every kernel has the bits of the definition", arguments: KernelLevel.supported)
    func kernels(_ level: KernelLevel) {
        var random = RandomNumbers(seed: 11)
        for round in 0..<60 {
            let (columns, rows) = (Int.random(in: 1...40, using: &random), Int.random(in: 1...30, using: &random))
            let image = DecodedImage(
                width: columns, height: rows,
                pixels: (0..<columns * rows * 3).map { _ in UInt8(Int.random(in: 0...255, using: &random)) })
            let region = PixelBox(
                x: Int.random(in: -5...20, using: &random), y: Int.random(in: -5...20, using: &random),
                width: Int.random(in: 1...50, using: &random),
                height: Int.random(in: 1...50, using: &random))
            var rules = CascadeRules.openFace
            if round % 2 == 1 { rules.interpolation = .area }
            if round % 3 == 1 { rules.resampledPixels = .roundedToBytes }
            if round % 5 == 1 { rules.channelOrder = .bgr }
            let (width, height) = (Int.random(in: 1...24, using: &random), Int.random(in: 1...24, using: &random))
            let resampled = image.normalized([region], width: width, height: height, rules: rules, level: level)
            #expect(
                resampled.elements.map(\.bitPattern)
                    == image.definition(region, width: width, height: height, rules: rules).map(\.bitPattern))
        }
    }
}

extension DecodedImage {
    /// What ``normalized(_:width:height:rules:level:)`` is to give for one region, number by number.
    fileprivate func definition(_ region: PixelBox, width: Int, height: Int, rules: CascadeRules) -> [Float] {
        func taps(_ axis: ResamplingAxis, _ start: Int, _ extent: Int, of image: Int, to count: Int) -> ResamplingTaps {
            ResamplingTaps(
                axis, start: start, extent: extent, imageExtent: image, destination: count,
                interpolation: rules.interpolation)
        }
        let columns = taps(.columns, region.x, region.width, of: self.width, to: width)
        let rows = taps(.rows, region.y, region.height, of: self.height, to: height)
        var numbers = [Float]()
        for y in 0..<height {
            for x in 0..<width {
                for channel in rules.channelOrder == .rgb ? [0, 1, 2] : [2, 1, 0] {
                    var sum: Float = 0
                    for r in y * rows.count..<(y + 1) * rows.count {
                        var rowSum: Float = 0
                        for c in x * columns.count..<(x + 1) * columns.count {
                            let pixel = rows.offsets[r] * self.width + columns.offsets[c]
                            rowSum += Float(pixels[pixel * 3 + channel]) * columns.weights[c]
                        }
                        sum += rowSum * rows.weights[r]
                    }
                    if rules.resampledPixels == .roundedToBytes { sum.round() }
                    numbers.append((sum - 127.5) / 128)
                }
            }
        }
        return numbers
    }
}
