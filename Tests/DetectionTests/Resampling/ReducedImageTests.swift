import TestSupport
import Testing

@testable import Detection

@Suite struct ReducedImageTests {
    private func image(_ width: Int, _ height: Int) -> DecodedImage {
        var random = RandomNumbers(seed: UInt64(width * 1000 + height))
        return DecodedImage(
            width: width, height: height,
            pixels: (0..<width * height * 3).map { _ in .random(in: 0...255, using: &random) })
    }

    @Test("An image that is not larger stays unchanged, as for a side below 1")
    func small() {
        for side in [7, 8, 0, -1] { #expect(image(7, 5).reduced(toSide: side) == image(7, 5)) }
    }

    @Test(
        "The longer side has the pixels that are asked for, the other its part of them, and no side less than one",
        arguments: [(40, 20, 10, 10, 5), (20, 41, 10, 4, 10), (100, 1, 10, 10, 1), (3, 200, 50, 1, 50)])
    func extents(width: Int, height: Int, side: Int, toWidth: Int, toHeight: Int) {
        let reduced = image(width, height).reduced(toSide: side)
        #expect(reduced.width == toWidth && reduced.height == toHeight)
        #expect(reduced.pixels.count == toWidth * toHeight * 3)
    }

    @Test(
        "Each pixel is the rounded mean of those that it stands for", arguments: [(12, 8, 6), (12, 8, 5), (9, 31, 10)])
    func means(width: Int, height: Int, side: Int) {
        let whole = image(width, height)
        let reduced = whole.reduced(toSide: side)
        for row in 0..<reduced.height {
            for column in 0..<reduced.width {
                for channel in 0..<3 {
                    // A pixel stands for those that begin within it.
                    let rows = (row * height / reduced.height)..<((row + 1) * height / reduced.height)
                    let columns = (column * width / reduced.width)..<((column + 1) * width / reduced.width)
                    let values = rows.flatMap { y in
                        columns.map { x in Double(whole.pixels[(y * width + x) * 3 + channel]) }
                    }
                    let mean = values.reduce(0, +) / Double(values.count)
                    let given = reduced.pixels[(row * reduced.width + column) * 3 + channel]
                    #expect(Double(given) == mean.rounded(.toNearestOrAwayFromZero))
                }
            }
        }
    }
}
