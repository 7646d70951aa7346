/// A binary floating-point format: one of IEEE 754, or one of the same construction with other numbers of bits.
public struct FloatFormat: Sendable, Hashable {
    /// The bits of the fraction, without the implicit leading 1.
    package let fractionBits: Int
    package let exponentBits: Int
    /// Whether there are numbers between 0 and ``smallestNormal``, with fewer bits; else these are flushed to 0.
    package let hasSubnormals: Bool
    /// Half the distance from 1 to the next number: the largest relative error of one rounding to nearest (u in Higham,
    /// Accuracy and Stability of Numerical Algorithms, section 2.2).
    package let unitRoundoff: Double
    /// The smallest positive number with all its bits.
    package let smallestNormal: Double
    /// The largest finite number.
    package let largest: Double
    /// The spacing of numbers up to twice ``smallestNormal``; subnormals are multiples of it.
    package let smallestStep: Double
    /// The largest absolute error of rounding a small number, besides the relative one: half the smallest step or,
    /// without subnormals, the whole number.
    package let underflowUnit: Double
    /// The processor's own type for this format, with all subnormals.
    @usableFromInline
    let type: ProcessorType?

    @usableFromInline
    enum ProcessorType: Hashable, Sendable { case float16, float32, float64 }

    public static let binary16 = FloatFormat(fractionBits: 10, exponentBits: 5)
    public static let binary32 = FloatFormat(fractionBits: 23, exponentBits: 8)
    public static let binary64 = FloatFormat(fractionBits: 52, exponentBits: 11)
    /// The upper half of a binary32.
    public static let bfloat16 = FloatFormat(fractionBits: 7, exponentBits: 8)
    /// TensorFloat-32: binary32's range with binary16's precision.
    public static let tf32 = FloatFormat(fractionBits: 10, exponentBits: 8)

    /// - Precondition: binary64 can represent every number of the format.
    package init(fractionBits: Int, exponentBits: Int, hasSubnormals: Bool = true) {
        precondition((1...52).contains(fractionBits) && (2...11).contains(exponentBits), "no such format")
        self.fractionBits = fractionBits
        self.exponentBits = exponentBits
        self.hasSubnormals = hasSubnormals
        func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
        let largestExponent = 1 << (exponentBits - 1) - 1
        unitRoundoff = power(-fractionBits - 1)
        smallestNormal = power(1 - largestExponent)
        largest = power(largestExponent) * (2 - power(-fractionBits))
        smallestStep = power(1 - largestExponent - fractionBits)
        // For binary64, the half is not a float64.
        underflowUnit = hasSubnormals ? smallestStep / 2 : smallestNormal
        switch (fractionBits, exponentBits) {
        case (10, 5): type = .float16
        case (23, 8): type = .float32
        case (52, 11): type = .float64
        default: type = nil
        }
    }

    /// The same format without subnormals.
    package var flushingSubnormals: FloatFormat {
        FloatFormat(fractionBits: fractionBits, exponentBits: exponentBits, hasSubnormals: false)
    }

    /// Whether the format has normal numbers that the other lacks, because of their bits or their range.
    package func isFiner(than other: FloatFormat) -> Bool {
        fractionBits > other.fractionBits || exponentBits > other.exponentBits
    }

    /// A number rounded to nearest in this format, ties to even; overflow becomes infinity.
    package func rounded(_ number: Double) -> Double {
        let rounded: Double
        switch type {
        case .float16: rounded = roundedToFloat16(number)
        case .float32: rounded = Double(Float(number))
        case .float64: rounded = number
        case nil:
            guard number.isFinite, number != 0 else { return number }
            // The spacing of numbers near this one.
            let exponent = max(number.exponent, smallestNormal.exponent) - fractionBits
            let step = Double(sign: .plus, exponent: exponent, significand: 1)
            let nearest = (number / step).rounded(.toNearestOrEven) * step
            rounded = nearest.magnitude > largest ? .infinity * (nearest < 0 ? -1 : 1) : nearest
        }
        guard hasSubnormals || rounded.magnitude >= smallestNormal || rounded.isNaN else {
            return rounded.sign == .minus ? -0.0 : 0
        }
        return rounded
    }

    /// The position of a rounded number on a scale on which neighbours are 1 apart, ignoring its sign.
    @inlinable
    func ordinal(ofMagnitude number: Double) -> UInt64 {
        switch type {
        case .float16: return ordinalOfFloat16(number.magnitude)
        case .float32: return UInt64(Float(number).magnitude.bitPattern)
        case .float64: return number.magnitude.bitPattern
        case nil: return ordinalOfOwnBits(ofMagnitude: number)
        }
    }

    /// The same for a format that the processor has no type for.
    @usableFromInline
    func ordinalOfOwnBits(ofMagnitude number: Double) -> UInt64 {
        let magnitude = rounded(number).magnitude
        let infinity: UInt64 = (1 << exponentBits - 1) << fractionBits
        guard !magnitude.isNaN else { return infinity | 1 << (fractionBits - 1) }
        guard magnitude <= largest else { return infinity }
        guard magnitude >= smallestNormal else { return UInt64(magnitude / smallestStep) }
        let exponent = UInt64(magnitude.exponent - smallestNormal.exponent + 1)
        return exponent << fractionBits | magnitude.significandBitPattern >> (52 - fractionBits)
    }

    /// The bits of a number, rounded: its sign, its exponent, its fraction.
    package func bitPattern(of number: Double) -> UInt64 {
        ordinal(ofMagnitude: number) | (number.sign == .minus ? 1 << (fractionBits + exponentBits) : 0)
    }
}

/// A number rounded to float16 and back, as `Double(Float16(number))` on every processor, many of which leave that to a
/// slow function.
@inlinable
func roundedToFloat16(_ number: Double) -> Double {
    let magnitude = number.magnitude
    guard magnitude < 0x1p16 else { return number.isNaN ? number : number.sign == .minus ? -.infinity : .infinity }
    // Adding and subtracting a number whose last bit is float16's at this magnitude rounds to that bit, ties to even.
    let exponent = max(magnitude.bitPattern >> 52, 1023 - 14)
    let rounder = Double(bitPattern: (exponent + 42) << 52) * 1.5
    let rounded = (magnitude + rounder) - rounder
    let finite = rounded < 0x1p16 ? rounded : .infinity
    return number.sign == .minus ? -finite : finite
}

/// The bits of a magnitude that is rounded to float16.
@inlinable
func ordinalOfFloat16(_ magnitude: Double) -> UInt64 {
    guard !magnitude.isNaN else { return UInt64(Float16(magnitude).bitPattern) }
    let rounded = roundedToFloat16(magnitude)
    guard rounded < 0x1p16 else { return 0x7C00 }
    // A subnormal is a multiple of the smallest step; a normal number's bits are float64's upper ones.
    guard rounded >= 0x1p-14 else { return UInt64(rounded * 0x1p24) }
    return rounded.bitPattern >> 42 - (1023 - 15) << 10
}
