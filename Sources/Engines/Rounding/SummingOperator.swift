import NetworkGraph
import Tensors

/// An operator whose outputs are sums, of products or of numbers.
protocol SummingOperator: ComputableOperator {
    /// The largest number of roundings that one output element undergoes.
    func sumLength(of inputs: [AnyTensor?]) -> Double

    /// An operator that gives the same sums of absolute values for operands that are absolute values.
    var ofMagnitudes: any Operator { get }

    /// Whether it sums products of its operands, whose factors an arithmetic may round.
    var sumsProducts: Bool { get }
}

extension SummingOperator {
    var ofMagnitudes: any Operator { self }
    var sumsProducts: Bool { true }

    /// gamma(n) * (the sums of absolute values), and the effect of the operands' errors on these.
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try errorsOfSums(of: operands, in: bound)
    }

    func errorsOfSums(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        func ownSums() throws -> Tensor<Double> {
            try bound.exact(
                ofMagnitudes, operands.all.map(\.magnitude), packs: operands.all.map { $0.kept?.packs })
        }
        let own = try operands.sums.map { try $0.tensor(ownSums) } ?? ownSums()
        let whole =
            operands.all.allSatisfy { $0.error == nil }
            ? own
            : try bound.exact(
                ofMagnitudes, operands.all.map(\.magnitudeWithError),
                packs: operands.all.map { $0.keptWithError?.packs })
        return bound.sumErrors(
            of: own, grownTo: whole, length: sumLength(of: operands.tensors),
            multiplying: sumsProducts ? operands.all : [])
    }
}

extension RoundingBound {
    /// Bounds on sums of that many terms, with magnitudes `own` that errors of their parts may raise to `whole`.
    ///
    /// - Parameters:
    ///   - underflowGrowth: the largest factor applied to a number lost among the subnormals.
    ///   - factors: the factors of products, if the arithmetic may round them.
    func sumErrors(
        of own: Tensor<Double>, grownTo whole: Tensor<Double>, length n: Double, underflowGrowth: Double = 1,
        multiplying factors: [Operand] = []
    ) -> Tensor<Double> {
        let gamma = growth(of: n)
        // One more rounding where the result is stored in a coarser format.
        var roundings = gamma + (stored == working ? 0 : stored.unitRoundoff)
        var underflow = n * working.underflowUnit * underflowGrowth + stored.underflowUnit
        if formats.roundsFactors, !factors.isEmpty {
            // One for each of two factors, besides the roundings of their product.
            let unit = formats.factors.unitRoundoff
            roundings += (2 * unit + unit * unit) * (1 + gamma)
            let largest = factors.reduce(0) { largest, operand in
                (operand.magnitudeWithError?.float64.elements ?? []).reduce(largest) { $1.isFinite ? max($0, $1) : $0 }
            }
            underflow += n * formats.factors.underflowUnit * 2 * largest
        }
        let (share, lost) = (roundings, underflow)
        return whole.zipMap(own) { whole, own in error(of: own, grownTo: whole, roundings: share, underflow: lost) }
    }
}
