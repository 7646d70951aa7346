import Tensors
import Testing

@Suite struct UlpDistanceTests {
    /// Numbers of every kind that all formats hold: zeros, subnormals of float16, powers of two, infinities.
    static let numbers: [Double] = [
        -.infinity, -65504, -1, -0x1p-14, -0x1p-24, -0.0, 0.0, 0x1p-24, 0x1p-14, 0.5, 1, 1.5, 2048, 65504, .infinity,
    ]

    @Test("Neighbouring numbers are 1 apart", arguments: numbers.filter(\.isFinite))
    func neighbours(number: Double) {
        #expect(ulpDistance(number, Double(Float16(number).nextUp), in: .binary16) == 1)
        #expect(ulpDistance(number, Double(Float(number).nextUp), in: .binary32) == 1)
        #expect(ulpDistance(number, number.nextUp, in: .binary64) == 1)
        #expect(ulpDistance(number, number.nextDown, in: .binary64) == 1)
    }

    @Test("The distance is the same both ways, 0 from a number to itself", arguments: numbers)
    func symmetry(number: Double) {
        for format in [FloatFormat.binary16, .binary32, .binary64, .bfloat16, .tf32] {
            #expect(ulpDistance(number, number, in: format) == 0)
            for other in Self.numbers {
                #expect(ulpDistance(number, other, in: format) == ulpDistance(other, number, in: format))
            }
        }
    }

    @Test("Distances along the line add up, across zero too")
    func additivity() throws {
        for format in [FloatFormat.binary16, .binary32, .binary64, .bfloat16, .tf32] {
            let steps = try zip(Self.numbers, Self.numbers.dropFirst()).map {
                try #require(ulpDistance($0, $1, in: format))
            }
            #expect(ulpDistance(-.infinity, .infinity, in: format) == steps.reduce(0, +))
        }
    }

    @Test("Hand-computed distances")
    func byHand() {
        // float16 has 10 fraction bits: 1024 steps from 1 to 2.
        #expect(ulpDistance(1, 2, in: .binary16) == 1024)
        #expect(ulpDistance(1, 2, in: .binary32) == 1 << 23)
        #expect(ulpDistance(1, 2, in: .binary64) == 1 << 52)
        // Both zeros are one point, and the smallest numbers lie one step on either side.
        #expect(ulpDistance(-0.0, 0, in: .binary32) == 0)
        #expect(ulpDistance(-0x1p-149, 0x1p-149, in: .binary32) == 2)
        // 31 exponents of 1024 numbers lie between 0 and infinity.
        #expect(ulpDistance(0, .infinity, in: .binary16) == 31 * 1024)
        #expect(ulpDistance(-.infinity, .infinity, in: .binary16) == 62 * 1024)
        #expect(ulpDistance(.infinity, 65504, in: .binary16) == 1)
    }

    @Test("The whole line of float64 fits the result")
    func widest() {
        #expect(ulpDistance(-.infinity, .infinity, in: .binary64) == 0xFFE0_0000_0000_0000 as UInt64)
    }

    @Test("Numbers are rounded to the format before they are compared")
    func rounding() {
        #expect(ulpDistance(1, 1 + 0x1p-12, in: .binary16) == 0)
        #expect(ulpDistance(1, 1 + 0x1p-12, in: .binary32) == 1 << 11)
        #expect(ulpDistance(65504, 1e6, in: .binary16) == 1)
    }

    @Test("The distance from NaN is undefined, from itself too")
    func nan() {
        for format in [FloatFormat.binary16, .binary32, .binary64, .bfloat16, .tf32] {
            #expect(ulpDistance(.nan, 1, in: format) == nil)
            #expect(ulpDistance(-.infinity, .nan, in: format) == nil)
            #expect(ulpDistance(.nan, .nan, in: format) == nil)
        }
    }
}
