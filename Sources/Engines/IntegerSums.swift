import NetworkGraph
import Tensors

/// Sums of products of integers. The float64 kernels hold every integer up to 2^53, so they compute these exactly; a
/// result beyond 32 bits is truncated to them, as accumulators do.
func integerSums(
    _ operation: some ComputableOperator, _ a: Tensor<Int64>, _ b: Tensor<Int64>, giving shape: Shape
) throws(OperatorError) -> Tensor<Int64> {
    let operands = Operands<Double>(values: [.real(a.map { Double($0) }), .real(b.map { Double($0) })])
    guard case .real(let sums) = try operation.compute(operands, as: .real(shape), in: Float64Arithmetic.self) else {
        throw OperatorError("takes integers")
    }
    return sums.map { Int64(Int32(truncatingIfNeeded: Int64($0))) }
}

extension Tensor where Element == Int64 {
    /// The integers minus their zero points: one for all, or one for each position along the first axis.
    func less(zeroPoints: Tensor<Int64>?) -> Tensor<Int64> {
        guard let zeroPoints else { return self }
        let positions = QuantizationGroups(axis: 0).positions(in: shape, scaleCount: zeroPoints.shape.count)
        return Tensor(shape, zip(elements, positions).map { $0 &- zeroPoints.elements[$1] })
    }

    /// The integers minus broadcast zero points.
    func less(broadcast zeroPoints: Tensor<Int64>?) -> Tensor<Int64> {
        zeroPoints.map { combined(with: $0, to: shape) { $0 &- $1 } } ?? self
    }
}

extension Arithmetic {
    /// Sums of integers rescaled: sum * (first * second / output), each step rounded to float32, or to float64 if the
    /// arithmetic works in it, since no hardware scales integer sums in less.
    static func rescaled(_ sum: Int64, by first: Element, _ second: Element, to output: Element) -> Double {
        if Working.self == Double.self {
            return Double(sum) * (Double(first) * Double(second) / Double(output))
        }
        return Double(Float(sum) * (Float(first) * Float(second) / Float(output)))
    }

    /// An integer times a scale, rounded in the same way before it is stored.
    static func number(_ integer: Int64, in scale: Element) -> Element {
        if Working.self == Double.self { return stored(Working(Double(integer) * Double(scale))) }
        return stored(Working(Float(integer) * Float(scale)))
    }

    /// A quotient, rounded as ``rescaled(_:by:_:to:)`` does.
    static func quotient(_ number: Element, _ divisor: Element) -> Double {
        Working.self == Double.self ? Double(number) / Double(divisor) : Double(Float(number) / Float(divisor))
    }
}
