/// The distance between two numbers in ULP, after rounding them to a format.
///
/// All numbers of a format lie on one integer scale, on which neighbours are 1 apart and -0 and +0 coincide; infinity
/// is the neighbour of the largest finite number.
///
/// - Returns: nil if one of them is NaN.
@inlinable
package func ulpDistance(_ a: Double, _ b: Double, in format: FloatFormat) -> UInt64? {
    guard !a.isNaN, !b.isNaN else { return nil }
    let (x, y) = (format.ordinal(of: a), format.ordinal(of: b))
    return x > y ? UInt64(bitPattern: x &- y) : UInt64(bitPattern: y &- x)
}

extension FloatFormat {
    /// The position of a number on the scale of ``ulpDistance(_:_:in:)``, 0 for both zeros.
    @inlinable
    func ordinal(of value: Double) -> Int64 {
        let magnitude = Int64(ordinal(ofMagnitude: value))
        return value.sign == .minus ? -magnitude : magnitude
    }
}
