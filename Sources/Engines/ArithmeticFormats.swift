import Tensors

/// The number formats of an arithmetic. They determine what rounding may do in it.
package struct ArithmeticFormats: Sendable, Equatable {
    /// Results are computed and sums accumulated in this format or a wider one.
    package let working: FloatFormat
    /// The format to which factors of sums of products are rounded before multiplication.
    package let factors: FloatFormat
    /// The format in which activations are stored.
    package let stored: FloatFormat
    /// The format in which a model's constants are stored.
    package let constants: FloatFormat

    /// - Parameters:
    ///   - factors: nil if factors are not rounded further than when stored.
    ///   - constants: nil if they are stored like activations.
    init(working: FloatFormat, stored: FloatFormat, factors: FloatFormat? = nil, constants: FloatFormat? = nil) {
        self.working = working
        self.stored = stored
        self.factors = factors ?? stored
        self.constants = constants ?? stored
    }

    /// All in one format.
    init(_ format: FloatFormat) { self.init(working: format, stored: format) }

    /// Whether factors lose bits.
    package var roundsFactors: Bool { stored.isFiner(than: factors) }
}
