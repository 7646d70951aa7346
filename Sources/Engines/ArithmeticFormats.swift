import Tensors

/// The number formats of an arithmetic. What rounding may do in it follows from them.
public struct ArithmeticFormats: Sendable, Equatable {
    /// Results are computed, and sums carried, in this format or a wider one.
    public let working: FloatFormat
    /// What the factors of sums of products are rounded to before they are multiplied.
    public let factors: FloatFormat
    /// What activations are stored in.
    public let stored: FloatFormat
    /// What the constants of a model are stored in.
    public let constants: FloatFormat

    /// - Parameters:
    ///   - factors: nil where factors are taken as they are stored.
    ///   - constants: nil where they are stored as activations are.
    init(working: FloatFormat, stored: FloatFormat, factors: FloatFormat? = nil, constants: FloatFormat? = nil) {
        self.working = working
        self.stored = stored
        self.factors = factors ?? stored
        self.constants = constants ?? stored
    }

    /// All in one format.
    init(_ format: FloatFormat) { self.init(working: format, stored: format) }

    /// Whether factors lose bits.
    public var roundsFactors: Bool { stored.isFiner(than: factors) }
}
