import Foundation
import NetworkGraph
import Tensors

extension Reduction: ComputableOperator {
    /// y = the sum of x along the axes, row-major, or another reduction, in the working precision, stored once.
    /// Exponentials and logarithms are computed in float64.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let axes = try axes(of: inputs.values.map { $0?.type })
        let places = Array(targets(of: x.shape, axes: axes))
        func reduced(
            from start: A.Working, _ combine: (A.Working, A.Working) -> A.Working
        ) -> [A.Working] {
            var results = [A.Working](repeating: start, count: type.shape.count)
            for (place, number) in zip(places, x.elements) {
                results[place] = combine(results[place], A.Working(number))
            }
            return results
        }
        let count = axes.reduce(1) { $0 * x.shape[$1] }
        let largest: (A.Working, A.Working) -> A.Working = { $0.isNaN || $0 > $1 ? $0 : $1 }
        let y: [A.Working]
        switch function {
        case .sum: y = reduced(from: 0, +)
        case .mean: y = reduced(from: 0, +).map { $0 / A.Working(count) }
        case .maximum: y = reduced(from: -.infinity, largest)
        case .minimum: y = reduced(from: .infinity) { $0.isNaN || $0 < $1 ? $0 : $1 }
        case .product: y = reduced(from: 1, *)
        case .l1: y = reduced(from: 0) { $0 + abs($1) }
        case .l2: y = reduced(from: 0) { $0 + $1 * $1 }.map { $0.squareRoot() }
        case .sumOfSquares: y = reduced(from: 0) { $0 + $1 * $1 }
        case .logarithmOfSum: y = reduced(from: 0, +).map { A.Working(log(Double($0))) }
        case .logarithmOfSumOfExponentials:
            let largest = reduced(from: -.infinity, largest).map { $0.isFinite ? $0 : 0 }
            let powers = exponentials(of: zip(places, x.elements).map { Double(A.Working($1) - largest[$0]) })
            var sums = [A.Working](repeating: 0, count: largest.count)
            for (place, power) in zip(places, powers) { sums[place] += A.Working(power) }
            y = zip(sums, largest).map { A.Working(log(Double($0))) + $1 }
        }
        return .real(Tensor(type.shape, y.map { A.stored($0) }))
    }
}

extension Reduction {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try bound.reductionErrors(self, operands.tensors, operands[0], operands.output)
    }
}

extension RoundingBound {
    /// The bound of a sum along axes, or of another reduction: as for any sum, in any order.
    fileprivate func reductionErrors(
        _ reduction: Reduction, _ inputs: [AnyTensor?], _ operand: Operand, _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        let axes = inputs.count > 1 ? inputs[1] : nil
        func reduced(_ function: Reduction.Function, _ x: AnyTensor?) throws -> Tensor<Double> {
            var operation = reduction
            operation.function = function
            return try exact(operation, [x, axes])
        }
        let count = Double(operand.values?.shape.count ?? 0) / Double(max(output.shape.count, 1))
        /// The bound of a sum of `function` of the magnitudes.
        func sumErrors(_ function: Reduction.Function) throws -> Tensor<Double> {
            let n = (count + 2) * working.unitRoundoff
            let own = try reduced(function, operand.magnitude)
            let whole = try reduced(function, operand.magnitudeWithError)
            // What a product loses among the subnormals, the factors after it may multiply.
            let growth =
                function == .product
                ? try reduced(.product, operand.magnitudeWithError.map { .float64($0.float64.map { max($0, 1) }) })
                : nil
            let underflow = (growth ?? whole.map { _ in 1 }).map { count * working.underflowUnit * $0 }
            let errors = whole.zipMap(own) { error(of: $1, grownTo: $0, roundings: n / (1 - n)) }
            return errors.zipMap(underflow, +)
        }
        func stored(_ errors: Tensor<Double>) -> Tensor<Double> {
            output.zipMap(errors) { self.stored(BoundedNumber(value: $0, error: $1)) }
        }
        switch reduction.function {
        case .sum, .mean, .l1, .product, .sumOfSquares: return stored(try sumErrors(reduction.function))
        case .maximum, .minimum: return try reduced(.maximum, .float64(operand.errorOrZeros))
        case .l2:
            let squares = try reduced(.sumOfSquares, operand.magnitude)
            return stored(
                squares.zipMap(try sumErrors(.sumOfSquares)) { value, error in
                    squareRoot(BoundedNumber(value: value, error: error)).error
                })
        case .logarithmOfSum:
            return stored(
                try reduced(.sum, operand.anyValues).zipMap(try sumErrors(.sum)) { value, error in
                    let number = BoundedNumber(value: value, error: error).mapped { log($0) }
                    return rounded(number, roundings: 8).error + 4 * working.unitRoundoff
                })
        case .logarithmOfSumOfExponentials:
            let range = try reduced(.maximum, operand.anyValues).zipMap(try reduced(.minimum, operand.anyValues), -)
            let errors = try reduced(.maximum, .float64(operand.errorOrZeros))
            return stored(
                errors.zipMap(range) { error, range in
                    // A term far below the largest matters little, however its exponent is rounded.
                    error + (count + 8 + min(range, 110)) * working.unitRoundoff
                }.zipMap(output) { $0 + 4 * working.unitRoundoff * abs($1) })
        }
    }
}
