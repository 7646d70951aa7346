import Tensors

/// An exact number, and a bound on a program's error in it: running error analysis (Higham, Accuracy and Stability of
/// Numerical Algorithms, section 3.3).
struct BoundedNumber {
    var value: Double
    var error: Double

    static func exactly(_ value: Double) -> BoundedNumber { BoundedNumber(value: value, error: 0) }

    /// The largest magnitude that the program's number may have.
    var magnitude: Double { abs(value) + error }

    /// The result of a monotonic function, before that is rounded. Where the function may not be defined, there is no
    /// bound.
    func mapped(_ function: (Double) -> Double) -> BoundedNumber {
        let result = function(value)
        guard error > 0, result.isFinite else { return BoundedNumber(value: result, error: 0) }
        let (above, below) = (abs(function(value + error) - result), abs(function(value - error) - result))
        return BoundedNumber(value: result, error: above.isNaN || below.isNaN ? .infinity : max(above, below))
    }
}

extension RoundingBound {
    /// A result in the working precision: its own rounding is added. What has no bound has none when multiplied by 0.
    func rounded(_ number: BoundedNumber, roundings: Double = 1) -> BoundedNumber {
        let error = number.error + roundings * working.unitRoundoff * number.magnitude + working.underflowUnit
        return BoundedNumber(value: number.value, error: error.isNaN ? .infinity : error)
    }

    /// A result as it is stored.
    func stored(_ number: BoundedNumber) -> Double {
        guard number.value.isFinite else { return 0 }
        return number.error + stored.unitRoundoff * number.magnitude + stored.underflowUnit
    }

    func sum(_ a: BoundedNumber, _ b: BoundedNumber) -> BoundedNumber {
        rounded(BoundedNumber(value: a.value + b.value, error: a.error + b.error))
    }

    func product(_ a: BoundedNumber, _ b: BoundedNumber) -> BoundedNumber {
        let error = abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error
        return rounded(BoundedNumber(value: a.value * b.value, error: error))
    }

    /// - Parameter least: what the magnitude of b is not below in any right program.
    func quotient(_ a: BoundedNumber, _ b: BoundedNumber, atLeast least: Double = 0) -> BoundedNumber {
        let smallest = max(abs(b.value) - b.error, least)
        let error = (abs(a.value) * b.error + abs(b.value) * a.error) / (abs(b.value) * smallest)
        let value = a.value / b.value
        return rounded(BoundedNumber(value: value, error: smallest > 0 ? error : .infinity))
    }

    /// The root of a number that is not below 0 in any right program.
    func squareRoot(_ a: BoundedNumber) -> BoundedNumber { rounded(a.mapped { max($0, 0).squareRoot() }) }

    /// What is left of a positive number when it is rounded.
    func leastRounded(_ number: Double) -> Double {
        max(number - number * working.unitRoundoff - working.underflowUnit, 0)
    }

    /// A sum in any order: every term undergoes at most as many roundings as there are terms.
    func sum(_ terms: some Collection<BoundedNumber>) -> BoundedNumber {
        let n = Double(terms.count) * working.unitRoundoff
        let magnitude = terms.reduce(0) { $0 + $1.magnitude }
        let error = terms.reduce(0) { $0 + $1.error } + n / (1 - n) * magnitude
        return BoundedNumber(
            value: terms.reduce(0) { $0 + $1.value },
            error: error + Double(terms.count) * working.underflowUnit)
    }
}
