import NetworkGraph
import Tensors

extension PReLU: ComputableOperator {
    /// y = x where x >= 0, else slope * x.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let slope = try inputs.real(1)
        let broadcast = slope.reshaped(to: broadcastShape(ofSlope: slope.shape, for: x.shape))
        return .real(vectorPReLU(of: x, broadcast, in: A.self))
    }

    func definedPReLU<A: Arithmetic>(
        of x: Tensor<A.Element>, _ slope: Tensor<A.Element>, in arithmetic: A.Type
    ) -> Tensor<A.Element> {
        x.combined(with: slope, to: x.shape) { x, slope in
            x >= 0 ? x : A.stored(A.Working(slope) * A.Working(x))
        }
    }

    /// The same by a kernel: rounding a product to float32 and then to float16 equals rounding it once, because float32
    /// holds every product of two float16. Numbers x >= 0 are unchanged, so they are already in the stored format.
    func vectorPReLU<A: Arithmetic>(
        of x: Tensor<A.Element>, _ slope: Tensor<A.Element>, in arithmetic: A.Type
    ) -> Tensor<A.Element> {
        let runs = StridedRuns(
            extents: x.shape.dimensions, strides: [slope.shape.broadcastStrides(to: x.shape)])
        let slopes = A.Element.lanes(of: slope.elements)
        var y = A.Element.lanes(of: x.elements)
        y.withUnsafeMutableBufferPointer { y in
            slopes.withUnsafeBufferPointer { slopes in
                guard var run = y.baseAddress, let slopes = slopes.baseAddress else { return }
                for start in runs.starts(of: 0) {
                    A.Element.Lane.scaleNegatives(
                        run, by: slopes + start, slopeStep: runs.steps[0], count: runs.length, into: run)
                    run += runs.length
                }
            }
        }
        return Tensor(x.shape, A.stored(A.Working.numbers(from: y)))
    }
}

extension PReLU {
    func errors(of operands: BoundedOperands, in bound: RoundingBound) throws -> Tensor<Double> {
        try errors(of: operands[0], slope: operands[1], giving: operands.output, in: bound)
    }

    /// The bound for x, or for slope * x: |slope| ex + |x| es + ex es, the larger of the two. A slope that is not
    /// finite counts only where x may be negative.
    func errors(
        of x: Operand, slope: Operand, giving output: Tensor<Double>, in bound: RoundingBound
    ) throws -> Tensor<Double> {
        guard let values = x.values, let slopes = slope.values else {
            return bound.rounded(output, plus: x.errorOrZeros)
        }
        let ofX = x.errorOrZeros
        let broadcast = broadcastShape(ofSlope: slopes.shape, for: values.shape)
        let runs = StridedRuns(
            extents: values.shape.dimensions, strides: [broadcast.broadcastStrides(to: values.shape)])
        let step = runs.steps[0]
        let ofSlopes = slope.errorOrZeros
        var errors = ofX
        errors.elements.withUnsafeMutableBufferPointer { errors in
            values.elements.withUnsafeBufferPointer { values in
                slopes.elements.withUnsafeBufferPointer { slopes in
                    ofSlopes.elements.withUnsafeBufferPointer { ofSlopes in
                        var place = 0
                        for start in runs.starts(of: 0) {
                            for index in 0..<runs.length {
                                let own = start + index * step
                                errors[place] = bound.errorOfPReLU(
                                    of: values[place], errors[place], slope: slopes[own], ofSlopes[own])
                                place += 1
                            }
                        }
                    }
                }
            }
        }
        return bound.rounded(output, plus: errors)
    }
}

extension RoundingBound {
    /// The larger of x's error and the product's, before the result is rounded.
    @inline(__always)
    fileprivate func errorOfPReLU(
        of x: Double, _ error: Double, slope: Double, _ errorOfSlope: Double
    ) -> Double {
        // Only negative numbers are scaled, so a magnitude of 0 gives 0 for every slope.
        func scaled(_ magnitude: Double, by slope: Double) -> Double { magnitude == 0 ? 0 : slope * magnitude }
        let grown = scaled(x.magnitude + error, by: slope.magnitude + errorOfSlope)
        let ofProduct = self.error(of: scaled(x.magnitude, by: slope.magnitude), grownTo: grown)
        let larger = max(ofProduct, error)
        return larger.isFinite ? larger : x > error ? error : .infinity
    }
}
