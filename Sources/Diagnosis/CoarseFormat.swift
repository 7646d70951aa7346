import Tensors

/// A number format with fewer bits than float32, to which numbers are rounded to the nearest, ties to even.
enum CoarseFormat: String, Sendable, CaseIterable {
    /// 10 bits of fraction, 5 of exponent.
    case float16
    /// 7 bits of fraction, 8 of exponent.
    case bfloat16
    /// 10 bits of fraction, 8 of exponent.
    case tf32

    /// The bits of the significand that are stored.
    private var fractionBits: Int { self == .bfloat16 ? 7 : 10 }

    /// Half a step between numbers of magnitude 1.
    var unitRoundoff: Double { self == .bfloat16 ? 0x1p-8 : 0x1p-11 }

    func rounded(_ value: Double) -> Double {
        if self == .float16 { return Double(Float16(value)) }
        let bits = Float(value).bitPattern
        guard Float(value).isFinite else { return value }
        let dropped = 23 - fractionBits
        let half: UInt32 = (1 << (dropped - 1)) - 1 + ((bits >> dropped) & 1)
        return Double(Float(bitPattern: (bits &+ half) & ~((1 << dropped) - 1)))
    }

    func rounded(_ tensor: AnyTensor) -> AnyTensor {
        .float32(Tensor(tensor.shape, tensor.float64.elements.map { Float(rounded($0)) }))
    }

    /// Whether every number of a tensor is one of this format.
    func holds(_ tensor: AnyTensor) -> Bool {
        tensor.float64.elements.allSatisfy { $0.isNaN || rounded($0) == $0 }
    }
}
