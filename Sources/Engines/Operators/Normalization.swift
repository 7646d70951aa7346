import NetworkGraph
import Tensors

extension Normalization: ComputableOperator {
    /// y = (x - mean) / sqrt(variance + epsilon) * scale + shift with variance the mean of (x - mean)^2, in the working
    /// precision, stored once; or the mean, or 1 / sqrt(variance + epsilon).
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let count = groupCount(in: x.shape)
        var y = x.map { A.Working($0) }
        var statistics = [A.Working]()
        for start in stride(from: 0, to: x.shape.count, by: max(count, 1)) {
            let group = start..<start + count
            let mean = y.elements[group].reduce(0, +) / A.Working(count)
            let variance =
                y.elements[group].reduce(A.Working(0)) { $0 + ($1 - mean) * ($1 - mean) } / A.Working(count)
            let deviation = (variance + A.Working(epsilon)).squareRoot()
            if result != .normalized { statistics.append(result == .mean ? mean : 1 / deviation) }
            for position in group { y.elements[position] = (y.elements[position] - mean) / deviation }
        }
        guard result == .normalized else { return .real(Tensor(type.shape, statistics.map { A.stored($0) })) }
        func broadcast(_ factor: Tensor<A.Element>) -> Tensor<A.Element> {
            factor.reshaped(to: broadcastShape(of: factor.shape, for: x.shape))
        }
        y = y.combined(with: broadcast(try inputs.real(1)), to: x.shape) { $0 * A.Working($1) }
        if let shift = try inputs.optionalReal(2) {
            y = y.combined(with: broadcast(shift), to: x.shape) { $0 + A.Working($1) }
        }
        return .real(y.map { A.stored($0) })
    }
}
