import Detection
import Tensors
import Testing

@testable import FaceConformance

/// What the numbers of a list tell of how they were written, and boxes that are written so.
@Suite struct WrittenNumberTests {
    @Test("Four numbers tell a unit, and three tell none")
    func fewest() {
        #expect(WrittenPrecision.unit(of: [1, 2, 3, 4]) == 1 && WrittenPrecision.unit(of: [1, 2, 3]) == nil)
        #expect(WrittenPrecision.unit(ofFractions: [0.5, 0.25, 0.125, 0.75]) == 0.001)
        #expect(WrittenPrecision.unit(ofFractions: [0.5, 0.25, 0.125]) == nil)
        #expect(WrittenPrecision.smallestUnit(of: [0.5, 0.25, 0.125, 0.75]) == 1e-3)
        #expect(WrittenPrecision.smallestUnit(of: [0.5, 0.25, 0.125]) == nil)
    }

    @Test("The unit is the largest of a pixel and its tenth, hundredth and thousandth that divides all numbers")
    func units() {
        for (last, unit) in [(3, 1.0), (3.1, 0.1), (3.14, 0.01), (3.142, 0.001)] {
            #expect(WrittenPrecision.unit(of: [10, 20, 30, last]) == unit)
        }
        #expect(WrittenPrecision.unit(of: [10, 20, 30, 3.1416]) == nil)
    }

    @Test("Numbers of which none is beyond 2 are no pixels")
    func fractions() {
        #expect(WrittenPrecision.unit(of: [0.5, 1, 1.5, 2]) == nil)
        #expect(WrittenPrecision.unit(of: [0.5, 1, 1.5, 2.5]) == 0.1)
    }

    @Test("A clipped box ends where the image does, and another is written as it is")
    func clipped() {
        let image = ImageSize(DecodedImage(width: 10, height: 8, pixels: [UInt8](repeating: 0, count: 240)))
        let box = BoundingBox(x: -2, y: 1, width: 20, height: 20)
        #expect(WrittenForm.plain.written(box, in: image) == Quad(box))
        #expect(
            WrittenForm(isClipped: true).written(box, in: image)
                == Quad(BoundingBox(x: 0, y: 1, width: 10, height: 7)))
    }

    @Test("Of two equal logits the face's probability is a half")
    func equalLogits() {
        let answers = FaceAnswers([3, 3, -1, -1], .logits, regressions: [Double](repeating: 0, count: 8))
        #expect(answers.probabilities == [0.5, 0.5])
    }
}
