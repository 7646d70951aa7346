import Engines
import Foundation
import NetworkGraph
import Tensors

extension RoundingBound {
    /// Of the sum of numbers along some axes and its kin: as of any sum, in whatever order.
    func reductionErrors(
        _ reduction: Reduction, _ inputs: [AnyTensor?], _ operand: Operand, _ output: Tensor<Double>
    ) throws -> Tensor<Double> {
        let axes = inputs.count > 1 ? inputs[1] : nil
        func reduced(_ function: Reduction.Function, _ x: AnyTensor?) throws -> Tensor<Double> {
            var operation = reduction
            operation.function = function
            return try exact(operation, [x, axes])
        }
        let count = Double(operand.values?.shape.count ?? 0) / Double(max(output.shape.count, 1))
        /// Of a sum of what `function` makes of the magnitudes.
        func sumErrors(_ function: Reduction.Function) throws -> Tensor<Double> {
            let n = (count + 2) * working.unitRoundoff
            let own = try reduced(function, operand.magnitude)
            let underflow = count * working.underflowUnit
            return try reduced(function, operand.magnitudeWithError).zipMap(own) { whole, own in
                error(of: own, grownTo: whole, roundings: n / (1 - n), underflow: underflow)
            }
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
                    // A root that would be taken of less than 0 is taken of 0.
                    let number = BoundedNumber(value: value, error: error).mapped { max($0, 0).squareRoot() }
                    return rounded(number).error
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
                    // A term far below the largest counts little however its exponent is rounded.
                    error + (count + 8 + min(range, 110)) * working.unitRoundoff
                }.zipMap(output) { $0 + 4 * working.unitRoundoff * abs($1) })
        }
    }

    /// Any place is right where another number may be as large as the largest.
    func argExtremeErrors(_ operation: ArgExtreme, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let lanes = AxisLanes(x.shape, axis: operation.axis)
        let doubts = zip(lanes.starts, output.elements).map { start, place in
            isInDoubt(start + Int(place) * lanes.step, among: lanes, start, operand) ? Double.infinity : 0
        }
        return Tensor(output.shape, doubts)
    }

    func hardmaxErrors(_ operation: Hardmax, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let error = operand.error, error.elements.contains(where: { $0 > 0 }) else {
            return output.map { _ in 0 }
        }
        return output.map { _ in 1 }
    }

    /// Order statistics move no further than what they are taken of; places may be any where two numbers lie closer.
    func topKErrors(_ operation: TopK, _ operand: Operand, _ output: Tensor<Double>) -> Tensor<Double> {
        guard let x = operand.values else { return output.map { _ in 0 } }
        let errors = operand.errorOrZeros.elements
        let (lanes, results) = (
            AxisLanes(x.shape, axis: operation.axis), AxisLanes(output.shape, axis: operation.axis)
        )
        var bounds = output.map { _ in 0.0 }
        for (start, target) in zip(lanes.starts, results.starts) {
            let positions = (0..<lanes.count).map { start + $0 * lanes.step }
            let largest = positions.map { errors[$0] }.max() ?? 0
            var bound = largest
            if operation.givesPlaces {
                let sorted = positions.map { x.elements[$0] }.sorted(by: operation.isLargest ? (>) : (<))
                let isClose = zip(sorted, sorted.dropFirst()).prefix(results.count).contains {
                    abs($0 - $1) <= 2 * largest
                }
                bound = largest > 0 && isClose ? .infinity : 0
            }
            for place in 0..<results.count { bounds.elements[target + place * results.step] = bound }
        }
        return bounds
    }

    private func isInDoubt(_ chosen: Int, among lanes: AxisLanes, _ start: Int, _ operand: Operand) -> Bool {
        guard let x = operand.values?.elements, let errors = operand.error?.elements, x.indices.contains(chosen) else {
            return false
        }
        return (0..<lanes.count).map { start + $0 * lanes.step }.contains { other in
            let reach = errors[other] + errors[chosen]
            return other != chosen && reach > 0 && abs(x[other] - x[chosen]) <= reach
        }
    }

    func cumulativeSumErrors(
        _ operation: any Operator, _ inputs: [AnyTensor?], _ operand: Operand
    ) throws -> Tensor<Double> {
        let own = try exact(operation, [operand.magnitude, inputs[1]])
        let n = Double(own.shape.dimensions.max() ?? 1) * working.unitRoundoff
        return try exact(operation, [operand.magnitudeWithError, inputs[1]]).zipMap(own) { whole, own in
            let bound = error(of: own, grownTo: whole, roundings: n / (1 - n), underflow: working.underflowUnit)
            return stored(BoundedNumber(value: own, error: bound))
        }
    }
}
