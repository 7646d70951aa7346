import Tensors

/// An operator's operands and result, as used to derive rounding bounds.
struct BoundedOperands {
    /// The exact tensors; nil for an omitted one.
    let tensors: [AnyTensor?]
    /// The same as numbers, with their error bounds.
    let all: [Operand]
    /// The exact output.
    let output: Tensor<Double>
    /// Where the sums of these operands' magnitudes are kept for other arithmetics; nil if nobody else asks.
    let sums: SharedSums.Place?

    init(_ operands: [BoundedTensor?], output: Tensor<Double>, sums: SharedSums.Place? = nil) {
        tensors = operands.map { $0?.tensor }
        all = operands.map { $0?.operand ?? Operand(values: nil, error: nil) }
        self.output = output
        self.sums = sums
    }

    subscript(position: Int) -> Operand { all[position] }

    /// An operand that may be omitted.
    func optional(_ position: Int) -> Operand? {
        all.indices.contains(position) && all[position].values != nil ? all[position] : nil
    }

    /// Zeros in the output's shape: no error anywhere.
    var noErrors: Tensor<Double> { output.map { _ in 0 } }
}

/// A tensor that a node reads, with a bound on the error of each element.
package struct BoundedTensor: Sendable {
    /// The exact tensor.
    package let tensor: AnyTensor
    let operand: Operand

    /// - Parameter error: nil if the tensor is exact.
    package init(_ tensor: AnyTensor, error: Tensor<Double>?) {
        self.tensor = tensor
        operand = Operand(values: tensor.float64, error: error)
    }

    /// A constant, of which magnitudes are kept.
    init(_ constant: AnyTensor, error: Tensor<Double>?, _ magnitudes: KeptMagnitudes, withError: KeptMagnitudes) {
        tensor = constant
        operand = Operand(values: constant.float64, error: error, kept: magnitudes, keptWithError: withError)
    }

    package var error: Tensor<Double>? { operand.error }
}

/// An input of a node: exact values, and bounds on their errors.
struct Operand: Sendable {
    let values: Tensor<Double>?
    let error: Tensor<Double>?
    /// Of a constant.
    var kept: KeptMagnitudes?
    var keptWithError: KeptMagnitudes?

    var anyValues: AnyTensor? { values.map(AnyTensor.float64) }

    var magnitude: AnyTensor? { (kept?.magnitude ?? values?.map { $0.magnitude }).map(AnyTensor.float64) }

    var magnitudeWithError: AnyTensor? {
        guard let error else { return magnitude }
        if let keptWithError { return .float64(keptWithError.magnitude) }
        return values.map { .float64($0.zipMap(error) { $0.magnitude + $1 }) }
    }

    var errorOrZeros: Tensor<Double> {
        error ?? values.map { Tensor($0.shape, repeating: 0) } ?? Tensor([], [0])
    }

    /// The numbers, each with its bound.
    var numbers: [BoundedNumber] {
        guard let values else { return [] }
        return zip(values.elements, errorOrZeros.elements).map { BoundedNumber(value: $0, error: $1) }
    }
}

extension Tensor {
    /// `operation` on the elements of two tensors of one shape, in a loop of each caller's own.
    @inline(__always)
    func zipMap<Other: Sendable, Result: Sendable>(
        _ other: Tensor<Other>, _ operation: (Element, Other) -> Result
    ) -> Tensor<Result> {
        let count = elements.count
        precondition(other.elements.count >= count, "\(shape) beside \(other.shape)")
        let results = elements.withUnsafeBufferPointer { own in
            other.elements.withUnsafeBufferPointer { others in
                [Result](unsafeUninitializedCapacity: count) { results, initialized in
                    guard var left = own.baseAddress, var right = others.baseAddress,
                        var place = results.baseAddress
                    else { return }
                    let end = place + count
                    while place < end {
                        place.initialize(to: operation(left.pointee, right.pointee))
                        left += 1
                        right += 1
                        place += 1
                    }
                    initialized = count
                }
            }
        }
        return Tensor<Result>(shape, results)
    }
}
