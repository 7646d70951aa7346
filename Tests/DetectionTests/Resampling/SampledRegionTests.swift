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
        return stride(from: 0, to: sampled.elements.count, by: 3).map { sampled.elements[$0] * 128 + 127.5 }
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
