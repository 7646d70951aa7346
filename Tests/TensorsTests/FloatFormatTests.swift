import Tensors
import TestSupport
import Testing

/// Formats by their bits and range.
@Suite struct FloatFormatTests {
    private static let formats: [FloatFormat] = [
        .binary16, .binary32, .binary64, .bfloat16, .tf32, FloatFormat.binary16.flushingSubnormals,
    ]

    @Test("The largest and smallest numbers, and half a step at 1, are those of the processor's types")
    func extremes() {
        func check<Number: BinaryFloatingPoint>(_ format: FloatFormat, _: Number.Type) {
            #expect(format.largest == Double(Number.greatestFiniteMagnitude))
            #expect(format.smallestNormal == Double(Number.leastNormalMagnitude))
            #expect(format.smallestStep == Double(Number.leastNonzeroMagnitude))
            #expect(format.unitRoundoff == Double(Number.ulpOfOne) / 2)
            #expect(format.underflowUnit == Double(Number.leastNonzeroMagnitude) / 2)
        }
        check(.binary16, Float16.self)
        check(.binary32, Float.self)
        check(.binary64, Double.self)
    }

    @Test("Every float16, the numbers halfway to the next and their neighbours are rounded as by the processor's type")
    func float16() {
        let format = FloatFormat.binary16
        var numbers = [Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, 0x1p16, 65519.999, 65520]
        for bits in UInt16(0)..<0x7C00 {
            let number = Double(Float16(bitPattern: bits))
            let half = (number + Double(Float16(bitPattern: bits + 1))) / 2
            numbers += [number, half, half.nextUp, half.nextDown, number.nextUp, number.nextDown]
        }
        for number in numbers + numbers.map({ -$0 }) {
            let expected = Float16(number)
            let rounded = format.rounded(number)
            guard rounded == Double(expected), rounded.sign == expected.sign,
                format.bitPattern(of: number) == UInt64(expected.bitPattern)
            else {
                Issue.record("\(number): \(rounded)")
                return
            }
        }
        #expect(format.rounded(.nan).isNaN)
        #expect(format.bitPattern(of: .nan) == UInt64(Float16(Double.nan).bitPattern))
    }

    @Test("A bfloat16 is the upper half of a float32, rounded to nearest, ties to even")
    func bfloat16() {
        let format = FloatFormat.bfloat16
        #expect(format.rounded(1 + 0x1p-8) == 1)
        #expect(format.rounded(1 + 0x3p-8) == 1 + 0x1p-6)
        #expect(format.rounded(1 + 0x1.00001p-8) == 1 + 0x1p-7)
        #expect(format.rounded(-0x1.FFp127).isInfinite && format.rounded(-0x1.FFp127) < 0)
        #expect(format.rounded(0x1.FEFp127) == 0x1.FEp127 && format.largest == 0x1.FEp127)
        #expect(format.rounded(0x1p-134) == 0 && format.rounded(0x1.8p-134) == 0x1p-133)
        #expect(format.rounded(-0.0).sign == .minus)
        #expect(format.bitPattern(of: -1.5) == 0xBFC0)
        #expect(format.bitPattern(of: .infinity) == 0x7F80)
        #expect(format.bitPattern(of: 0x1p-133) == 1)
    }

    @Test("TF32 has the range of float32 with the precision of float16")
    func tf32() {
        #expect(FloatFormat.tf32.rounded(1 + 0x1p-11) == 1)
        #expect(FloatFormat.tf32.rounded(1 + 0x3p-11) == 1 + 0x1p-9)
        #expect(FloatFormat.tf32.unitRoundoff == FloatFormat.binary16.unitRoundoff)
        #expect(FloatFormat.tf32.smallestNormal == FloatFormat.binary32.smallestNormal)
    }

    @Test("Without subnormals, what is smaller than all normal numbers is 0 of its sign")
    func flushing() {
        let format = FloatFormat.binary16.flushingSubnormals
        #expect(format.rounded(0x1p-14) == 0x1p-14 && format.rounded(0x1.FF8p-15) == 0)
        #expect(format.rounded(-0x1p-20).sign == .minus && format.rounded(-0x1p-20) == 0)
        #expect(format.rounded(.nan).isNaN)
        #expect(format.underflowUnit == 0x1p-14 && format != .binary16)
    }

    @Test("Rounding by bits and range is what the processor does", arguments: [FloatFormat.binary16, .binary32])
    func processor(_ format: FloatFormat) {
        // The same numbers, in a format with one bit of exponent more than float64 tells apart by its type.
        let general = FloatFormat(fractionBits: format.fractionBits, exponentBits: format.exponentBits + 1)
        var random = RandomNumbers(seed: 3)
        for _ in 0..<1000 {
            let number = Double.random(in: -4...4, using: &random)
            #expect(format.rounded(number) == general.rounded(number))
        }
    }

    @Test("A rounded number rounds to itself, and lies no further off than a rounding may take it", arguments: formats)
    func bound(_ format: FloatFormat) {
        var random = RandomNumbers(seed: 4)
        for exponent in stride(from: -160, through: 100, by: 7) {
            let number =
                Double.random(in: 1...2, using: &random) * Double(sign: .plus, exponent: exponent, significand: 1)
            let rounded = format.rounded(number)
            #expect(format.rounded(rounded) == rounded)
            guard number <= format.largest else { continue }
            #expect(abs(rounded - number) <= format.unitRoundoff * number + format.underflowUnit)
        }
    }

    @Test("A format is finer by its bits or by its range")
    func finer() {
        #expect(FloatFormat.binary32.isFiner(than: .tf32) && !FloatFormat.tf32.isFiner(than: .binary32))
        #expect(FloatFormat.binary16.isFiner(than: .bfloat16) && FloatFormat.bfloat16.isFiner(than: .binary16))
        #expect(!FloatFormat.binary16.isFiner(than: FloatFormat.binary16.flushingSubnormals))
    }
}
