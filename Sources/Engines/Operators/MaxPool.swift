import NetworkGraph
import Tensors

extension MaxPool: MovingOperator {
    /// y[n, c, p] = the largest of x[n, c, window(p, k)] over the kernel positions k inside the input; NaN if one of
    /// them is NaN.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        // Integers, which are quantised numbers of few bits, are pooled as float64, which holds them exactly.
        if case .integer(let integers)? = inputs.values[0] {
            let numbers = Operands<Double>(values: [.real(integers.map { Double($0) })])
            guard case .real(let largest) = try compute(numbers, as: type, in: Float64Arithmetic.self) else {
                throw OperatorError("takes integers")
            }
            return .integer(largest.map { Int64($0) })
        }
        let x = try inputs.real(0)
        let axes = try window.axes(over: Array(x.shape.dimensions.dropFirst(2)))
        let window = WindowOffsets(axes)
        let padded = x.padded(axes, to: window.paddedExtents, with: -.infinity)
        let numbers = A.Element.lanes(of: padded)
        let largest = [A.Element.Lane](unsafeUninitializedCapacity: type.shape.count) { largest, count in
            numbers.withUnsafeBufferPointer { numbers in
                guard let numbers = numbers.baseAddress, let largest = largest.baseAddress else { return }
                for plane in 0..<x.shape[0] * x.shape[1] {
                    A.Element.Lane.findLargest(
                        numbers + plane * window.planeCount, pixels: window.positions, taps: window.taps,
                        into: largest + plane * window.positions.count)
                }
            }
            count = type.shape.count
        }
        return .real(Tensor(type.shape, A.Element.numbers(from: largest)))
    }
}
