import Engines
import Foundation
import NetworkGraph
import Tensors

/// How far the roundings of an arithmetic may take a node's output from the exact result.
///
/// For sums of n products the bound is that of Higham, Accuracy and Stability of Numerical Algorithms,
/// section 3.1: whatever the order of the sum, and whether or not multiply-adds are fused,
/// |computed - exact| <= gamma(n) * sum of |a||b|, with gamma(n) = n u / (1 - n u). It holds for every
/// right program in that arithmetic, so that an error beyond it is a defect and not rounding.
public struct RoundingBound: Sendable, Equatable {
    /// The formats that are rounded to.
    public let formats: ArithmeticFormats

    public static let float32 = RoundingBound(of: .fp32)

    /// The rounding errors that an arithmetic may make.
    public init(of arithmetic: ArithmeticName) { formats = arithmetic.formats }

    /// The format that sums are carried in.
    var working: FloatFormat { formats.working }
    /// The format that activations are stored in.
    var stored: FloatFormat { formats.stored }

    /// Bounds on the error of rounding a given tensor to the format that it is stored in; nil if that is none.
    public func inputErrors(of tensor: AnyTensor, isConstant: Bool) -> Tensor<Double>? {
        let format = isConstant ? formats.constants : stored
        guard let given = tensor.elementType.floatFormat else { return nil }
        // What is coarse enough loses nothing, or its subnormals.
        guard given.isFiner(than: format) else {
            return format.hasSubnormals ? nil : tensor.float64.map { $0.isFinite ? abs($0 - format.rounded($0)) : 0 }
        }
        return tensor.float64.map {
            // An infinity, or NaN, is rounded to itself.
            $0 == 0 || !$0.isFinite ? 0 : abs($0) * format.unitRoundoff + format.underflowUnit
        }
    }

    /// Bounds on the error of each element of a node's output.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - inputs: the exact inputs, constants among them; nil for one left out.
    ///   - errors: for each input, bounds on the error with which it is given; nil where it is exact.
    ///   - output: the exact output.
    /// - Throws: what the engine throws for inputs that do not fit.
    public func errors(
        of node: Node, inputs: [AnyTensor?], errors: [Tensor<Double>?], output: Tensor<Double>
    ) throws -> Tensor<Double> {
        let operands = zip(inputs, errors).map { Operand(values: $0?.float64, error: $1) }
        let unit = working.unitRoundoff
        switch node.operator {
        case is Convolution, is TransposedConvolution, is MatMul, is Gemm, is AveragePool, is GlobalAveragePool,
            is BatchNormalization:
            return try sumsOfProducts(node.operator, inputs, operands)
        case let operation as BinaryArithmetic:
            return try binary(operation, operands, output)
        case let operation as VariadicArithmetic:
            return try variadic(operation, operands, output)
        case is PReLU:
            return rounded(output, plus: try preluErrors(node.operator, operands))
        case let activation as ActivationFunction:
            switch activation {
            case .relu, .identity, .negation: return propagated(operands[0], times: 1)
            case .leakyReLU(let slope):
                // The slope is a constant as any other.
                let constant = AnyTensor.float32(Tensor([1], [slope]))
                let slope = Operand(values: constant.float64, error: inputErrors(of: constant, isConstant: true))
                return rounded(output, plus: try preluErrors(PReLU(), [operands[0], slope]))
            case .sigmoid:
                // The exponential's two, the sum's, the quotient's, and as many again for other formulas. Near 0, where
                // 1 + e^-x is large, approximations in use err by a few roundings of 1.
                return rounded(
                    output, plus: propagated(operands[0], times: 0.25).map { $0 + 2 * unit }, roundings: 8)
            default: return functionErrors(activation, operands[0], output)
            }
        case let softmax as Softmax:
            return softmaxErrors(softmax, operands[0], output, unit: unit)
        case let operation as LogSoftmax: return logSoftmaxErrors(operation, operands[0], output)
        case let comparison as Comparison:
            return try comparisonErrors(comparison, operands)
        case is Where:
            return try whereErrors(inputs, operands)
        case is Not:
            return propagated(operands[0], times: 1)
        case is Logic:
            return try exact(BinaryArithmetic.add, operands.map { .float64($0.errorOrZeros) }).map { min($0, 1) }
        case is Clip:
            // What comes out is the number or a limit.
            let limits = operands.dropFirst().flatMap { $0.error?.elements ?? [] }
            return propagated(operands[0], times: 1).map { max($0, limits.max() ?? 0) }
        case let cast as Cast: return castErrors(cast, operands[0], output)
        case let reduction as Reduction: return try reductionErrors(reduction, inputs, operands[0], output)
        case let operation as ArgExtreme: return argExtremeErrors(operation, operands[0], output)
        case let operation as TopK: return topKErrors(operation, operands[0], output)
        case let operation as Hardmax: return hardmaxErrors(operation, operands[0], output)
        case is CumulativeSum: return try cumulativeSumErrors(node.operator, inputs, operands[0])
        case let operation as LocalResponseNormalization: return lrnErrors(operation, operands[0])
        case let operation as Normalization: return normalizationErrors(operation, operands, output)
        case let operation as NormDivision: return normDivisionErrors(operation, operands[0])
        case let operation as Resize: return try resizeErrors(operation, inputs, operands[0], output)
        case is Progression:
            // start + i * step
            let (start, step) = (operands[0].errorOrZeros.elements[0], operands[2].errorOrZeros.elements[0])
            let errors = output.elements.indices.map { start + Double($0) * step }
            return rounded(output, plus: Tensor(output.shape, errors), roundings: 3)
        case is ShapeOf, is SizeOf, is ConstantOfShape:
            return output.map { _ in 0 }
        case let operation as any RearrangingOperator:
            let moved = operation.movedInputs(of: inputs.map { $0.map(TensorType.init) })
            return try movedErrors(operation, inputs, operands, moved: moved)
        case is Reshape, is Flatten, is Squeeze, is Unsqueeze, is MaxPool, is GlobalMaxPool:
            return try movedErrors(node.operator, inputs, operands, moved: [0])
        default:
            guard let errors = try quantizationErrors(node.operator, operands, output) else {
                throw ComparisonError.noBound(node: node.name, operator: node.operator.name)
            }
            return errors
        }
    }

    /// Of an operator that moves elements, and their errors with them.
    private func movedErrors(
        _ operation: any Operator, _ inputs: [AnyTensor?], _ operands: [Operand], moved: [Int]
    ) throws -> Tensor<Double> {
        let errors = zip(inputs, operands).enumerated().map { position, input -> AnyTensor? in
            moved.contains(position) && input.0 != nil ? .float64(input.1.errorOrZeros) : input.0
        }
        // Where a window lies in padding alone there is no number and no error.
        return try exact(operation, errors).map { $0 > 0 ? $0 : 0 }
    }

    // MARK: Sums of products

    /// gamma(n) * (op of absolute values) + (op of the input errors against absolute weights).
    private func sumsOfProducts(
        _ operation: any Operator, _ inputs: [AnyTensor?], _ operands: [Operand]
    ) throws -> Tensor<Double> {
        var operation = operation
        if let gemm = operation as? Gemm {
            operation = Gemm(
                alpha: abs(gemm.alpha), beta: abs(gemm.beta), transposesA: gemm.transposesA,
                transposesB: gemm.transposesB)
        }
        func absolute(_ magnitudes: [AnyTensor?], variance: AnyTensor?) throws -> Tensor<Double> {
            var operands = magnitudes
            if operation is BatchNormalization {
                // |x - mean| is at most |x| + |mean|.
                operands[3] = operands[3].map { .float64($0.float64.map { -$0 }) }
                operands[4] = variance
            }
            return try exact(operation, operands)
        }
        let own = try absolute(operands.map(\.magnitude), variance: operands.last?.anyValues)
        let whole =
            operands.allSatisfy({ $0.error == nil }) && !(operation is BatchNormalization)
            ? own
            : try absolute(operands.map(\.magnitudeWithError), variance: smallestVariance(operation, operands.last))
        let n = sumLength(operation, inputs)
        let gamma = n * working.unitRoundoff / (1 - n * working.unitRoundoff)
        // One more rounding where the result is stored in a coarser format.
        let storing = stored == working ? 0 : stored.unitRoundoff
        var underflow = n * working.underflowUnit * underflowGrowth(operation, operands) + stored.underflowUnit
        var factors = 0.0
        if formats.roundsFactors, !(operation is AveragePool || operation is GlobalAveragePool) {
            // Of each of two factors, on top of the roundings of their product.
            let unit = formats.factors.unitRoundoff
            factors = (2 * unit + unit * unit) * (1 + gamma)
            let largest = operands.reduce(0) { largest, operand in
                (operand.magnitudeWithError?.float64.elements ?? []).reduce(largest) { $1.isFinite ? max($0, $1) : $0 }
            }
            underflow += n * formats.factors.underflowUnit * 2 * largest
        }
        return whole.zipMap(own) { whole, own in
            error(of: own, grownTo: whole, roundings: gamma + storing + factors, underflow: underflow)
        }
    }

    /// The error of a magnitude that the errors of its parts may take to `whole`, and each rounding further.
    ///
    /// Of infinities only the same one is right: its error is 0, and any other's is infinite. An unbounded error of a
    /// part is unbounded in the whole, even where its factor is 0.
    func error(
        of own: Double, grownTo whole: Double, roundings: Double = 0, underflow: Double = 0
    ) -> Double {
        guard own.isFinite else { return 0 }
        return whole.isFinite ? roundings * whole + (whole - own) + underflow : .infinity
    }

    /// How far a step of a normalisation may multiply what an earlier one lost among the subnormals: by x - mean, and by
    /// 1 / sqrt(variance + epsilon).
    private func underflowGrowth(_ operation: any Operator, _ operands: [Operand]) -> Double {
        guard let normalisation = operation as? BatchNormalization else { return 1 }
        func largest(_ position: Int) -> Double {
            operands[position].magnitudeWithError?.float64.elements.filter(\.isFinite).max() ?? 0
        }
        let smallest = smallestVariance(normalisation, operands.last)?.float64.elements.min() ?? 0
        let divisor = max(smallest + Double(normalisation.epsilon), .leastNormalMagnitude).squareRoot()
        return (1 + largest(0) + largest(3)) * max(1, 1 / divisor)
    }

    /// The number of roundings that one output element sees, at most.
    private func sumLength(_ operation: any Operator, _ inputs: [AnyTensor?]) -> Double {
        let shape = { (position: Int) in inputs[position]?.shape ?? [] }
        switch operation {
        // One of a product, one of each addition to it, the bias's among them, and the result's.
        case is Convolution: return Double(shape(1).count / max(shape(1)[0], 1) + 2)
        // At most one of each kernel position of each channel, and the bias.
        case let convolution as TransposedConvolution:
            return Double(shape(1).count / max(convolution.groups * shape(1)[1], 1) + 2)
        // The same with alpha and beta.
        case let gemm as Gemm: return Double(shape(0)[gemm.transposesA ? 0 : 1] + 4)
        case is MatMul: return Double(shape(0).dimensions.last ?? 1) + 1
        // Additions, the quotient and the result.
        case let pool as AveragePool: return Double(pool.window.kernel.reduce(1, *) + 2)
        case is GlobalAveragePool: return Double(shape(0).dimensions.dropFirst(2).reduce(1, *) + 2)
        // Of a normalisation: x - mean, variance + epsilon, its root, the quotient, the product, the shift, the result.
        default: return 7
        }
    }

    /// The smallest variance that a normalisation may divide by, less what rounding epsilon takes from the two: the
    /// quotient grows faster below the exact one than it falls above it.
    private func smallestVariance(_ operation: any Operator, _ variance: Operand?) -> AnyTensor? {
        guard let normalisation = operation as? BatchNormalization, let variance, let values = variance.values else {
            return nil
        }
        let epsilon = Double(normalisation.epsilon)
        let epsilonError = epsilon * working.unitRoundoff + working.underflowUnit
        return .float64(values.zipMap(variance.errorOrZeros) { max($0 - $1 - epsilonError, -epsilon) })
    }

    // MARK: Elementwise

    /// Of x, or of slope * x: |slope| ex + |x| es + ex es, the larger of the two. A slope that is not finite counts
    /// only where x may be negative.
    private func preluErrors(_ operation: any Operator, _ operands: [Operand]) throws -> Tensor<Double> {
        let (x, slope) = (operands[0], operands[1])
        func scaled(_ factor: AnyTensor?, by other: AnyTensor?) throws -> Tensor<Double> {
            // The operator broadcasts slopes as it does on numbers; it scales what is negative.
            try exact(operation, [factor.map { .float64($0.float64.map { -$0 }) }, other]).map { -$0 }
        }
        let grown = try scaled(x.magnitudeWithError, by: slope.magnitudeWithError)
        let own = try scaled(x.magnitude, by: slope.magnitude)
        let ofProduct = grown.zipMap(own) { error(of: $1, grownTo: $0) }
        let ofX = x.errorOrZeros
        let isPositive = x.values?.zipMap(ofX, >) ?? ofX.map { _ in false }
        return ofProduct.zipMap(ofX) { max($0, $1) }.zipMap(isPositive.zipMap(ofX) { $0 ? $1 : .infinity }) {
            $0.isFinite ? $0 : $1
        }
    }

    private func binary(
        _ operation: BinaryArithmetic, _ operands: [Operand], _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        let (a, b) = (operands[0], operands[1])
        let (ea, eb) = (AnyTensor.float64(a.errorOrZeros), AnyTensor.float64(b.errorOrZeros))
        let propagated: Tensor<Double>
        switch operation {
        case .add, .subtract:
            propagated = try exact(BinaryArithmetic.add, [ea, eb])
        case .multiply:
            // |a b - a' b'| <= |a| eb + |b| ea + ea eb
            let grown = try exact(BinaryArithmetic.multiply, [a.magnitudeWithError, b.magnitudeWithError])
            let own = try exact(BinaryArithmetic.multiply, [a.magnitude, b.magnitude])
            propagated = grown.zipMap(own) { error(of: $1, grownTo: $0) }
        case .divide:
            // |a / b - a' / b'| <= (|b| ea + |a| eb) / (|b| (|b| - eb))
            let one = try exact(BinaryArithmetic.multiply, [b.magnitude, ea])
            let other = try exact(BinaryArithmetic.multiply, [a.magnitude, eb])
            let smallest = try exact(BinaryArithmetic.subtract, [b.magnitude, eb]).map { max($0, 0) }
            let divisor = try exact(BinaryArithmetic.multiply, [b.magnitude, .float64(smallest)])
            let sum = one.zipMap(other, +)
            propagated = try exact(BinaryArithmetic.divide, [.float64(sum), .float64(divisor)])
                // As above, of infinities.
                .map { $0.isNaN ? 0 : $0 }
        case .power: return try powerErrors(operands, output)
        case .modulo, .remainder:
            // An error may take a remainder round the divisor.
            let errors = try exact(BinaryArithmetic.add, [ea, eb])
            let divisors = try exact(BinaryArithmetic.add, [.float64(errors.map { _ in 0 }), b.magnitudeWithError])
            propagated = errors.zipMap(divisors) { $0 > 0 ? $1 : 0 }
        }
        return rounded(output, plus: propagated)
    }

    /// An exponent that is off by e takes its exponential off by a factor of exp(e), and the sum by its share of that.
    /// Rounding x - max costs u |x - max| of e.
    private func softmaxErrors(
        _ softmax: Softmax, _ operand: Operand, _ output: Tensor<Double>, unit: Double
    ) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let (outer, summed, inner) = softmax.extents(of: x.shape)
        let errors = operand.errorOrZeros.elements
        var result = output
        for block in 0..<outer {
            for lane in 0..<inner {
                let positions = (0..<summed).map { (block * summed + $0) * inner + lane }
                let largest = positions.map { x.elements[$0] }.max() ?? 0
                let largestError = positions.map { errors[$0] }.max() ?? 0
                func exponentError(_ position: Int) -> Double {
                    errors[position] + largestError + unit * (largest - x.elements[position])
                }
                // What the errors of all exponents do to the sum: each counts as much as its share.
                let sumError = positions.reduce(0.0) { error, position in
                    let share = output.elements[position]
                    return share == 0 ? error : error + share * expm1(exponentError(position))
                }
                // The sum's, two and the error of each of two exponentials, and the quotient's: rounded up to 8.
                let roundings = Double(summed + 8) * unit
                for position in positions {
                    let exact = output.elements[position]
                    let own = expm1(exponentError(position) + sumError) + roundings + stored.unitRoundoff
                    // The exponential and the quotient may each be rounded where numbers have fewer bits.
                    result.elements[position] = (exact == 0 ? 0 : exact * own) + 4 * stored.underflowUnit
                }
            }
        }
        return result
    }

    /// A comparison may go either way where its sides lie within their errors: 1 there, else 0.
    private func comparisonErrors(_ comparison: Comparison, _ operands: [Operand]) throws -> Tensor<Double> {
        let distance = try exact(BinaryArithmetic.subtract, operands.map(\.anyValues)).map(abs)
        let error = try exact(BinaryArithmetic.add, operands.map { .float64($0.errorOrZeros) })
        return distance.zipMap(error) { distance, error in error > 0 && distance <= error ? 1 : 0 }
    }

    /// Where the condition is certain the error of the element taken; else also how far the two lie apart.
    private func whereErrors(_ inputs: [AnyTensor?], _ operands: [Operand]) throws -> Tensor<Double> {
        let errors = operands.map { AnyTensor.float64($0.errorOrZeros) }
        let taken = try exact(Where(), [inputs[0], errors[1], errors[2]])
        let apart = try exact(BinaryArithmetic.subtract, [operands[1].anyValues, operands[2].anyValues]).map(abs)
        let both = try exact(BinaryArithmetic.add, [errors[1], errors[2]])
        let uncertain = apart.zipMap(both, +)
        let doubt = AnyTensor.bool(operands[0].errorOrZeros.map { $0 > 0 })
        return try exact(Where(), [doubt, .float64(uncertain), .float64(taken)])
    }

    // MARK: Pieces

    func rounded(
        _ output: Tensor<Double>, plus propagated: Tensor<Double>, roundings: Double = 1
    ) -> Tensor<Double> {
        let unit = max(roundings * working.unitRoundoff, stored.unitRoundoff)
        return output.zipMap(propagated) { exact, error in
            unit * (abs(exact) + error) + error + stored.underflowUnit
        }
    }

    func propagated(_ operand: Operand, times factor: Double) -> Tensor<Double> {
        operand.errorOrZeros.map { $0 * factor }
    }

    func exact(_ operation: any Operator, _ inputs: [AnyTensor?]) throws -> Tensor<Double> {
        try ArithmeticName.fp64.apply(operation, to: inputs).float64
    }
}

/// An input of a node: exact values, and bounds on the error with which they are given.
struct Operand {
    let values: Tensor<Double>?
    let error: Tensor<Double>?

    var anyValues: AnyTensor? { values.map(AnyTensor.float64) }

    var magnitude: AnyTensor? { values.map { .float64($0.map(abs)) } }

    var magnitudeWithError: AnyTensor? {
        values.map { values in .float64(error.map { values.zipMap($0) { abs($0) + $1 } } ?? values.map(abs)) }
    }

    var errorOrZeros: Tensor<Double> {
        error ?? values.map { Tensor($0.shape, repeating: 0) } ?? Tensor([], [0])
    }
}

extension Tensor {
    /// `operation` on the elements of two tensors of one shape.
    func zipMap<Other: Sendable, Result: Sendable>(
        _ other: Tensor<Other>, _ operation: (Element, Other) -> Result
    ) -> Tensor<Result> {
        Tensor<Result>(shape, zip(elements, other.elements).map(operation))
    }
}
