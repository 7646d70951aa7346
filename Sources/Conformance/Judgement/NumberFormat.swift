import Foundation

extension Double {
    /// Three significant digits, independent of the locale: `1.91e-05`, `0.0123`, `57.2`.
    package var short: String {
        if self == 0 { return "0" }
        return String(format: "%.3g", self)
    }
}

extension Double? {
    /// Three significant digits, or a dash if there is no number.
    package var short: String { self?.short ?? "-" }

    /// Seven significant digits, or a dash if there is no number.
    package var long: String { map { String(format: "%.7g", $0) } ?? "-" }
}

/// A value and its limit with enough digits to tell them apart, at least three.
package func toldApart(_ value: Double, from limit: Double) -> (value: String, limit: String) {
    for digits in 3...17 {
        let texts = (String(format: "%.\(digits)g", value), String(format: "%.\(digits)g", limit))
        if texts.0 != texts.1 || value == limit { return texts }
    }
    return ("\(value)", "\(limit)")
}
