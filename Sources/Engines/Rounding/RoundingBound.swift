import NetworkGraph
import Tensors

/// How far the roundings of an arithmetic may take a node's output from the exact result.
///
/// For sums of n products the bound is that of Higham, Accuracy and Stability of Numerical Algorithms,
/// section 3.1: whatever the order of the sum, and whether or not multiply-adds are fused,
/// |computed - exact| <= gamma(n) * sum of |a||b|, with gamma(n) = n u / (1 - n u). It holds for every correct program
/// in that arithmetic: beyond it, rounding cannot explain an error; it is a defect.
package struct RoundingBound: Sendable, Equatable {
    /// The formats of the arithmetic.
    package let formats: ArithmeticFormats
    /// The programs that keep the bound.
    package let programs: Programs

    /// Which right programs a bound is of.
    package enum Programs: Sendable {
        /// Those that sum products, in any order, whatever their roundings are.
        case summing
        /// These, and those that compute convolutions by Winograd's algorithm.
        case summingOrWinograd
        /// Those that sum products, as long as the roundings of a sum are independent and zero on average: gamma(n) then is
        /// exp(8 sqrt(n) u + n u^2 / (1 - u)) - 1, with a probability of at least 1 - 2 exp(-32 (1 - u)^2) for each term
        /// (Higham and Mary, A New Approach to Probabilistic Rounding Error Analysis, 2019, theorem 2.4 with lambda = 8).
        case probablySumming
    }

    package static let float32 = RoundingBound(of: .fp32)

    /// The rounding errors that an arithmetic may make.
    package init(of arithmetic: ArithmeticName, programs: Programs = .summing) {
        formats = arithmetic.formats
        self.programs = programs
    }

    /// The bound that some programs of the same formats keep.
    package func of(_ programs: Programs) -> RoundingBound { RoundingBound(formats: formats, programs: programs) }

    private init(formats: ArithmeticFormats, programs: Programs) { (self.formats, self.programs) = (formats, programs) }

    /// gamma(n): how far n roundings may take a product, as a part of it.
    func growth(of n: Double) -> Double {
        let unit = working.unitRoundoff
        // Where n u reaches 1 there is no bound.
        let worst = n * unit < 1 ? n * unit / (1 - n * unit) : .infinity
        guard programs == .probablySumming else { return worst }
        let exponent = 8 * n.squareRoot() * unit + n * unit * unit / (1 - unit)
        // e^t <= (2 + t) / (2 - t) for t from 0 to 2.
        return exponent < 2 ? min(worst, 2 * exponent / (2 - exponent)) : worst
    }

    /// The format in which sums are accumulated.
    var working: FloatFormat { formats.working }
    /// The format in which activations are stored.
    var stored: FloatFormat { formats.stored }

    /// Bounds on the error of rounding a given tensor to its stored format; nil if there is no error.
    ///
    /// - Parameter mayFlushSubnormals: whether a program may flush subnormals to 0 though the format has them, as
    ///   processors do if so configured (FTZ and DAZ of x86, Intel 64 Architectures Software Developer's Manual
    ///   10.2.3.3).
    package func inputErrors(
        of tensor: AnyTensor, isConstant: Bool, mayFlushSubnormals: Bool = false
    ) -> Tensor<Double>? {
        let format = isConstant ? formats.constants : stored
        guard let given = tensor.elementType.floatFormat else { return nil }
        // Numbers that are coarse enough lose nothing, or only subnormals.
        guard given.isFiner(than: format) else {
            if !format.hasSubnormals {
                return tensor.float64.map { $0.isFinite ? ($0 - format.rounded($0)).magnitude : 0 }
            }
            func lost(_ number: Double) -> Double { number.magnitude < format.smallestNormal ? number.magnitude : 0 }
            guard mayFlushSubnormals, tensor.float64.elements.contains(where: { lost($0) > 0 }) else { return nil }
            return tensor.float64.map(lost)
        }
        return tensor.float64.map {
            // Infinity and NaN are rounded to themselves.
            $0 == 0 || !$0.isFinite ? 0 : $0.magnitude * format.unitRoundoff + format.underflowUnit
        }
    }

    /// Bounds on the error of each element of a node's output.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - inputs: its inputs, constants included; nil for an omitted one.
    ///   - output: the exact output.
    ///   - sums: what bounds of other arithmetics on the same tensors share.
    /// - Throws: ``EngineError/unsupported(node:operator:)`` for an operator that no engine computes, and the engine's
    ///   errors for inputs that do not fit.
    package func errors(
        of node: Node, inputs: [BoundedTensor?], output: Tensor<Double>, sums: SharedSums? = nil
    ) throws -> Tensor<Double> {
        let place = sums.flatMap { sums in node.outputs.first.map { SharedSums.Place(sums: sums, output: $0) } }
        let operands = BoundedOperands(inputs, output: output, sums: place)
        switch node.operator {
        case let operation as any ComputableOperator:
            return try operation.errors(of: operands, in: self)
        case let operation as any RearrangingOperator:
            return try movedErrors(
                operation, operands,
                moved: operation.movedInputs(of: operands.tensors.map { $0.map(TensorType.init) }))
        default: throw EngineError.unsupported(node: node.name, operator: node.operator.name)
        }
    }

    /// The same for tensors and the bounds on their errors; nil for an exact one.
    package func errors(
        of node: Node, inputs: [AnyTensor?], errors: [Tensor<Double>?], output: Tensor<Double>
    ) throws -> Tensor<Double> {
        try self.errors(
            of: node, inputs: zip(inputs, errors).map { input, error in input.map { BoundedTensor($0, error: error) } },
            output: output)
    }

    /// The bound of an operator that moves elements, and their errors with them.
    func movedErrors(
        _ operation: any Operator, _ operands: BoundedOperands, moved: [Int]
    ) throws -> Tensor<Double> {
        let errors = zip(operands.tensors, operands.all).enumerated().map { position, input -> AnyTensor? in
            moved.contains(position) && input.0 != nil ? .float64(input.1.errorOrZeros) : input.0
        }
        // If a window lies entirely in padding, there is no number and no error.
        return try exact(operation, errors).map { $0.isNaN ? .infinity : max($0, 0) }
    }

    /// The error of a magnitude that errors of its parts may raise to `whole`, roundings included.
    ///
    /// For an infinity, only the same infinity is correct: its error is 0, and any other number's is infinite. If a
    /// part's error is unbounded, so is the whole's, even if its factor is 0.
    func error(
        of own: Double, grownTo whole: Double, roundings: Double = 0, underflow: Double = 0
    ) -> Double {
        guard own.isFinite else { return 0 }
        return whole.isFinite ? (whole == 0 ? 0 : roundings * whole) + (whole - own) + underflow : .infinity
    }

    func rounded(
        _ output: Tensor<Double>, plus propagated: Tensor<Double>, roundings: Double = 1
    ) -> Tensor<Double> {
        let unit = max(roundings * working.unitRoundoff, stored.unitRoundoff)
        return output.zipMap(propagated) { exact, error in
            exact.isFinite ? unit * (exact.magnitude + error) + error + stored.underflowUnit : 0
        }
    }

    func propagated(_ operand: Operand, times factor: Double) -> Tensor<Double> {
        operand.errorOrZeros.map { $0 * factor }
    }

    func exact(
        _ operation: any Operator, _ inputs: [AnyTensor?], packs: [WeightPacks<Double>?] = []
    ) throws -> Tensor<Double> {
        try OperatorEngine<Float64Arithmetic>.apply(operation, to: inputs, packs: packs).float64
    }
}
