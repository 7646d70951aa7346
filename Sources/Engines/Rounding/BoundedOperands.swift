import Tensors

/// An operator's operands and result, as used to derive rounding bounds.
struct BoundedOperands {
    /// The exact tensors; nil for an omitted one.
    let tensors: [AnyTensor?]
    /// The same as numbers, with their error bounds.
    let all: [Operand]
    /// The exact output.
    let output: Tensor<Double>

    /// - Parameter errors: bounds on each tensor's error; nil if it is exact.
    init(_ tensors: [AnyTensor?], errors: [Tensor<Double>?], output: Tensor<Double>) {
        self.tensors = tensors
        self.output = output
        all = zip(tensors, errors).map { Operand(values: $0?.float64, error: $1) }
    }

    subscript(position: Int) -> Operand { all[position] }

    /// An operand that may be omitted.
    func optional(_ position: Int) -> Operand? {
        all.indices.contains(position) && all[position].values != nil ? all[position] : nil
    }

    /// Zeros in the output's shape: no error anywhere.
    var noErrors: Tensor<Double> { output.map { _ in 0 } }
}

/// An input of a node: exact values, and bounds on their errors.
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

    /// The numbers, each with its bound.
    var numbers: [BoundedNumber] {
        guard let values else { return [] }
        return zip(values.elements, errorOrZeros.elements).map { BoundedNumber(value: $0, error: $1) }
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
