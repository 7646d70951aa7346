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
        _ file: String, _ region: PixelBox?, width: Int, height: Int,
        _ resampling: ImageResampling = ImageResampling()
    ) throws -> Tensor<Float> {
        let image = try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/\(file)"))
        return image.normalized(
            [region ?? PixelBox(x: 0, y: 0, width: image.width, height: image.height)], width: width, height: height,
            resampling)
    }

    @Test("Bilinear resampling has the bits of OpenCV 4.6, shrinking, enlarging and beyond the frame", arguments: cases)
    func bilinear(_ expected: Case) throws {
        let pixels = try resampled(expected.file, expected.region, width: expected.width, height: expected.height)
        #expect(sha256Hex(AnyTensor.float32(pixels).littleEndianBytes) == expected.sha256)
    }

    @Test("Area interpolation is OpenCV's, shrinking and enlarging")
    func area() throws {
        let resampling = ImageResampling(method: .area)
        let small = try resampled("22_tiny_faces.jpg", nil, width: 137, height: 103, resampling)
        let large = try resampled(
            "04_astronaut_wide.jpg", PixelBox(x: 300, y: 100, width: 19, height: 19), width: 24, height: 24,
            resampling)
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

    @Test("Bytes are resampled in OpenCV's whole numbers, shrinking, halving and enlarging")
    func bytes() throws {
        // Hashes of the pixels that `cv2.resize` of OpenCV 5.0 gives for the bytes of a frame.
        for (method, region, width, height, expected) in Self.byteCases {
            let pixels = try resampled(
                "22_tiny_faces.jpg", region, width: width, height: height,
                ImageResampling(method: method, pixels: .bytes))
            #expect(sha256Hex(pixels.elements.map { UInt8($0 * 128 + 127.5) }) == expected, "\(method) \(width)")
        }
    }

    private static let byteCases: [(CascadeRules.Resampling, PixelBox?, Int, Int, String)] = [
        (.bilinear, nil, 137, 103, "439361e8d1fc8907ae9e46e14691a2c1f1c02e180d118ca4dd1eae12fff7129d"),
        (
            .bilinear, PixelBox(x: 10, y: 20, width: 48, height: 48), 24, 24,
            "9581846f5f5d504fa40cc0d7d4e74c6c5b664f5c5397b1b716ac675360dc8685"
        ),
        (
            .bilinear, PixelBox(x: 300, y: 100, width: 19, height: 19), 24, 24,
            "405f97f560d915d73eb539b058a23ad5cd331234bb83b9ddae85587981dd919c"
        ),
        (
            .bilinear, PixelBox(x: 40, y: 60, width: 96, height: 96), 24, 24,
            "1ef36325c04234c180245c2ac2b93d85612da1096f12cfaca701842cc1a1aa83"
        ),
        (.area, nil, 137, 103, "7f673444a3a1b56511dedf897bf359b2d7b84c6c44ead702e14dee5787164d41"),
        (
            .area, PixelBox(x: 10, y: 20, width: 48, height: 48), 24, 24,
            "9581846f5f5d504fa40cc0d7d4e74c6c5b664f5c5397b1b716ac675360dc8685"
        ),
        (
            .area, PixelBox(x: 300, y: 100, width: 19, height: 19), 24, 24,
            "9c0a6c61518f520473c54ccc75317b99ca5efcf4225ac6584febbee2acdfee0b"
        ),
        (
            .area, PixelBox(x: 40, y: 60, width: 96, height: 96), 24, 24,
            "bded827e8957d9ac8304c22341cd1558123829de0046d9492346062ecb5d6f0e"
        ),
    ]

    @Test("BGR is RGB with red and blue exchanged")
    func channelOrder() throws {
        let rgb = try resampled("01_astronaut_close.jpg", nil, width: 20, height: 15)
        let bgr = try resampled(
            "01_astronaut_close.jpg", nil, width: 20, height: 15, ImageResampling(channelOrder: .bgr))
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
            for method in CascadeRules.Resampling.allCases {
                let pixels = try resampled(
                    "25_dark.jpg", region, width: 24, height: 24, ImageResampling(method: method))
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
            var resampling = ImageResampling()
            resampling.method = CascadeRules.Resampling.allCases[round % 3]
            if round % 4 == 1 { resampling.pixels = .bytes }
            if round % 5 == 1 { resampling.channelOrder = .bgr }
            let (width, height) = (Int.random(in: 1...24, using: &random), Int.random(in: 1...24, using: &random))
            let resampled = image.normalized([region], width: width, height: height, resampling, level: level)
            #expect(
                resampled.elements.map(\.bitPattern)
                    == image.definition(region, width: width, height: height, resampling).map(\.bitPattern))
        }
    }
}

extension DecodedImage {
    /// What ``normalized(_:width:height:_:level:)`` is to give for one region, number by number.
    fileprivate func definition(
        _ region: PixelBox, width: Int, height: Int, _ resampling: ImageResampling
    ) -> [Float] {
        func pixel(_ x: Int, _ y: Int, _ channel: Int) -> Int {
            let (column, row) = (region.x + x, region.y + y)
            let isInside = (0..<self.width).contains(column) && (0..<self.height).contains(row)
            return isInside ? Int(pixels[(row * self.width + column) * 3 + channel]) : 0
        }
        let shrinks = region.width >= width && region.height >= height
        let isHalved = region.width == 2 * width && region.height == 2 * height
        let isFixed =
            resampling.pixels == .bytes
            && (resampling.method == .bilinear || (resampling.method == .area && (!shrinks || isHalved)))
        func taps(_ axis: ResamplingAxis, _ start: Int, _ extent: Int, of image: Int, to count: Int) -> ResamplingTaps {
            ResamplingTaps(
                axis, start: start, extent: extent, imageExtent: image, destination: count,
                method: isFixed && isHalved ? .bilinear : resampling.method, shrinks: shrinks)
        }
        let columns = taps(.columns, region.x, region.width, of: self.width, to: width)
        let rows = taps(.rows, region.y, region.height, of: self.height, to: height)
        func fixed(_ weight: Float) -> Int { Int((weight * 2048).rounded(.toNearestOrEven)) }
        func mean(_ x: Int, _ y: Int, _ channel: Int) -> Float {
            let (top, bottom) = (y * region.height / height, ((y + 1) * region.height - 1) / height + 1)
            let (left, right) = (x * region.width / width, ((x + 1) * region.width - 1) / width + 1)
            var whole = 0
            let rows = (top..<bottom).clamped(to: min(-region.y, self.height - region.y)..<self.height - region.y)
            let columns = (left..<right).clamped(to: min(-region.x, self.width - region.x)..<self.width - region.x)
            for row in rows { for column in columns { whole += pixel(column, row, channel) } }
            return Float(whole) / Float(bottom - top) / Float(right - left)
        }
        func weighted(_ x: Int, _ y: Int, _ channel: Int) -> Float {
            var (sum, whole): (Float, Int) = (0, 0)
            for r in y * rows.count..<(y + 1) * rows.count {
                var (rowSum, wholeRow): (Float, Int) = (0, 0)
                for c in x * columns.count..<(x + 1) * columns.count {
                    let value = pixels[(rows.offsets[r] * self.width + columns.offsets[c]) * 3 + channel]
                    rowSum += Float(value) * columns.weights[c]
                    wholeRow += Int(value) * fixed(columns.weights[c])
                }
                sum += rowSum * rows.weights[r]
                whole += (fixed(rows.weights[r]) * (wholeRow >> 4)) >> 16
            }
            return isFixed ? Float((whole + 2) >> 2) : sum
        }
        var numbers = [Float]()
        for y in 0..<height {
            for x in 0..<width {
                for channel in resampling.channelOrder == .rgb ? [0, 1, 2] : [2, 1, 0] {
                    var sum = resampling.method == .adaptiveMean ? mean(x, y, channel) : weighted(x, y, channel)
                    if resampling.pixels == .bytes { sum.round(.toNearestOrEven) }
                    numbers.append((sum - 127.5) / 128)
                }
            }
        }
        return numbers
    }
}
