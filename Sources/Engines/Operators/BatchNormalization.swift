import NetworkGraph
import Tensors

extension BatchNormalization: ComputableOperator {
    /// y = (x - mean) * (scale / sqrt(variance + epsilon)) + shift, in the working precision, stored once.
    func compute<A: Arithmetic>(
        _ inputs: Operands<A.Element>, as type: TensorType, in arithmetic: A.Type
    ) throws(OperatorError) -> Value<A.Element> {
        let x = try inputs.real(0)
        let (scale, shift) = (try inputs.real(1).elements, try inputs.real(2).elements)
        let (mean, variance) = (try inputs.real(3).elements, try inputs.real(4).elements)
        let factors = zip(scale, variance).map { A.Working($0) / (A.Working($1) + A.Working(epsilon)).squareRoot() }
        let channels = x.shape[1]
        let plane = x.shape.dimensions.dropFirst(2).reduce(1, *)
        let y = x.elements.enumerated().map { position, x in
            let channel = position / plane % channels
            return A.stored((A.Working(x) - A.Working(mean[channel])) * factors[channel] + A.Working(shift[channel]))
        }
        return .real(Tensor(type.shape, y))
    }
}
