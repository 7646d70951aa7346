import NetworkGraph
import Tensors

/// An operator whose outputs are sums, of products or of numbers.
protocol SummingOperator: ComputableOperator {
    /// The number of roundings that one output element sees, at most.
    func sumLength(of inputs: [AnyTensor?]) -> Double

    /// What gives the same sums of absolute values where its operands are such.
    var ofMagnitudes: any Operator { get }

    /// Whether it sums products of its operands, whose factors an arithmetic may round.
    var sumsProducts: Bool { get }
}

extension SummingOperator {
    var ofMagnitudes: any Operator { self }
    var sumsProducts: Bool { true }

    /// gamma(n) * (the sums of absolute values), and what the errors of the operands make of these.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try errorsOfSums(of: operands, in: bound)
    }

    func errorsOfSums(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        let own = try bound.exact(ofMagnitudes, operands.all.map(\.magnitude))
        let whole =
            operands.all.allSatisfy { $0.error == nil }
            ? own : try bound.exact(ofMagnitudes, operands.all.map(\.magnitudeWithError))
        return bound.sumErrors(
            of: own, grownTo: whole, length: sumLength(of: operands.tensors),
            multiplying: sumsProducts ? operands.all : [])
    }
}

extension RoundingBound {
    /// Bounds on sums of so many terms, of magnitudes `own` that the errors of their parts may take to `whole`.
    ///
    /// - Parameters:
    ///   - underflowGrowth: what a number lost among the subnormals is multiplied by, at most.
    ///   - factors: what is multiplied, where the arithmetic may round factors.
    func sumErrors(
        of own: Tensor<Double>, grownTo whole: Tensor<Double>, length n: Double, underflowGrowth: Double = 1,
        multiplying factors: [Operand] = []
    ) -> Tensor<Double> {
        let gamma = growth(of: n)
        // One more rounding where the result is stored in a coarser format.
        var roundings = gamma + (stored == working ? 0 : stored.unitRoundoff)
        var underflow = n * working.underflowUnit * underflowGrowth + stored.underflowUnit
        if formats.roundsFactors, !factors.isEmpty {
            // Of each of two factors, on top of the roundings of their product.
            let unit = formats.factors.unitRoundoff
            roundings += (2 * unit + unit * unit) * (1 + gamma)
            let largest = factors.reduce(0) { largest, operand in
                (operand.magnitudeWithError?.float64.elements ?? []).reduce(largest) { $1.isFinite ? max($0, $1) : $0 }
            }
            underflow += n * formats.factors.underflowUnit * 2 * largest
        }
        return whole.zipMap(own) { whole, own in
            error(of: own, grownTo: whole, roundings: roundings, underflow: underflow)
        }
    }
}
