import Tensors
import Testing

@testable import Detection

/// Samples from corner to corner, and what lies beyond the image.
@Suite struct SampledRegionTests {
    /// Three channels of 2 x + 10 y, 4 columns by 3 rows.
    private let image = DecodedImage(
        width: 4, height: 3,
        pixels: (0..<3).flatMap { y in (0..<4).flatMap { x in [UInt8](repeating: UInt8(2 * x + 10 * y), count: 3) } })

    private func values(_ box: BoundingBox, width: Int, height: Int, isGrey: Bool) -> [Float] {
        var resampling = ImageResampling()
        resampling.method = .cropAndResize
        resampling.isGreyBeyond = isGrey
        let sampled = image.sampled([box], width: width, height: height, resampling)
        return levels(sampled)
    }

    /// The gray levels of a tensor's pixels.
    private func levels(_ tensor: Tensor<Float>) -> [Float] {
        stride(from: 0, to: tensor.elements.count, by: 3).map { tensor.elements[$0] * 128 + 127.5 }
    }

    @Test("The whole image in its own size is sampled from its first to its last pixel, a linear ramp stays one")
    func ramp() {
        let found = values(BoundingBox(x: 0, y: 0, width: 4, height: 3), width: 3, height: 2, isGrey: false)
        // Columns 0, 1.5 and 3; rows 0 and 2.
        for (value, expected) in zip(found, [0, 3, 6, 20, 23, 26] as [Float]) { #expect(abs(value - expected) < 1e-3) }
    }

    @Test("Points beyond the image are black or grey")
    func beyond() {
        for (isGrey, value) in [(true, 127.5), (false, 0)] as [(Bool, Float)] {
            let found = values(BoundingBox(x: -4, y: 0, width: 4, height: 3), width: 2, height: 1, isGrey: isGrey)
            #expect(abs(found[0] - value) < 1e-3 && abs(found[1] - 10) < 1e-3)
        }
    }

    @Test("Channels come as they are, or the last first where the rule says so")
    func channelOrder() {
        let coloured = DecodedImage(width: 1, height: 1, pixels: [10, 20, 30])
        for (order, expected) in [(CascadeRules.ChannelOrder.rgb, [10, 20, 30] as [Float]), (.bgr, [30, 20, 10])] {
            let resampling = ImageResampling(method: .cropAndResize, channelOrder: order)
            let found = coloured.sampled(
                [BoundingBox(x: 0, y: 0, width: 1, height: 1)], width: 1, height: 1, resampling)
            #expect(found.elements.map { $0 * 128 + 127.5 } == expected)
        }
    }

    @Test("Of bytes, samples are rounded to whole numbers, and whole numbers stay what they are")
    func wholeNumbers() {
        let resampling = ImageResampling(method: .cropAndResize, pixels: .bytes)
        let box = BoundingBox(x: 0, y: 0, width: 4, height: 3)
        func found(_ width: Int, _ height: Int) -> [Float] {
            levels(image.sampled([box], width: width, height: height, resampling))
        }
        #expect(found(4, 3) == [0, 2, 4, 6, 10, 12, 14, 16, 20, 22, 24, 26])
        // Columns 0, 0.75, 1.5, 2.25 and 3 of 2 each; halves to the even number.
        #expect(found(5, 1) == [10, 12, 13, 14, 16])
    }

    @Test("A region of one column, or of one row, is resampled as any other")
    func narrow() {
        for (region, expected) in [
            (PixelBox(x: 1, y: 0, width: 1, height: 3), [2, 12, 22] as [Float]),
            (PixelBox(x: 0, y: 1, width: 3, height: 1), [10, 12, 14]),
        ] {
            let found = image.normalized(
                [region], width: region.width, height: region.height, ImageResampling())
            #expect(levels(found) == expected)
        }
    }

    @Test("An area that keeps its rows and loses columns is the mean of all its columns")
    func oneAxisShrinks() {
        let found = image.normalized(
            [PixelBox(x: 0, y: 0, width: 4, height: 3)], width: 1, height: 3, ImageResampling(method: .area))
        #expect(levels(found) == [3, 13, 23])
    }

    @Test("A mirrored crop has its columns in the other order, each of them")
    func mirrored() {
        var resampling = ImageResampling()
        resampling.isMirrored = true
        for width in [3, 4] {
            let found = image.normalized(
                [PixelBox(x: 0, y: 1, width: width, height: 1)], width: width, height: 1, resampling)
            #expect(levels(found) == [10, 12, 14, 16].prefix(width).reversed())
        }
    }

    @Test("A ten-thousandth of a pixel beyond the image counts")
    func leastShareBeyond() {
        for (inside, share) in [(9_999, Float(0.9999)), (10_000, 1)] {
            let taps = ResamplingTaps(
                .columns, start: 0, extent: 10_000, imageExtent: inside, destination: 1, method: .adaptiveMean,
                shrinks: true)
            #expect(taps.sharesInside == [share])
        }
    }

    @Test(
        "What a crop of whole pixels holds beyond the image is grey in the share that lies there",
        arguments: [CascadeRules.Resampling.bilinear, .area, .adaptiveMean])
    func grey(_ method: CascadeRules.Resampling) {
        var resampling = ImageResampling()
        resampling.method = method
        resampling.isGreyBeyond = true
        // Half of the columns lie beyond the image; of the resampled two the first is beyond alone.
        let region = PixelBox(x: -2, y: 0, width: 4, height: 2)
        let found = image.normalized([region], width: 2, height: 2, resampling).elements
        #expect(abs(found[0]) < 1e-6)
        var black = resampling
        black.isGreyBeyond = false
        let others = image.normalized([region], width: 2, height: 2, black).elements
        #expect(abs(others[0] - normalizedValue(0)) < 1e-6)
        #expect(found[3] == others[3], "what lies in the image is the same")
    }
}
