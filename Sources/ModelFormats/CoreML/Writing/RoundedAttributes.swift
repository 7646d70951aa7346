import NetworkGraph

extension Graph {
    /// The same graph as a float16 package stores it: in operators computed in float16, the numbers in attributes (an
    /// epsilon, a slope) are float16.
    package func roundingAttributes(as form: PackageForm) -> Graph {
        let rounded = nodes.map { node in
            guard form.isFloat16(node) else { return node }
            return Node(
                name: node.name, operator: node.operator.withFloat16Attributes, inputs: node.inputs,
                outputs: node.outputs)
        }
        // The names are those of a valid graph.
        return (try? Graph(name: name, inputs: inputs, outputs: outputs, nodes: rounded, initializers: initializers))
            ?? self
    }
}

extension Operator {
    /// The operator with each number in its attributes rounded to float16.
    fileprivate var withFloat16Attributes: any Operator {
        func half(_ number: Float) -> Float { Float(Float16(number)) }
        switch self {
        case let function as ActivationFunction: return function.withFloat16Attributes
        case var norm as BatchNormalization:
            norm.epsilon = half(norm.epsilon)
            return norm
        case var norm as Normalization:
            norm.epsilon = half(norm.epsilon)
            return norm
        case let norm as LocalResponseNormalization:
            return LocalResponseNormalization(
                size: norm.size, alpha: half(norm.alpha), beta: half(norm.beta), bias: half(norm.bias))
        default: return self
        }
    }
}

extension ActivationFunction {
    fileprivate var withFloat16Attributes: ActivationFunction {
        func half(_ number: Float) -> Float { Float(Float16(number)) }
        return switch self {
        case .celu(let alpha): .celu(alpha: half(alpha))
        case .elu(let alpha): .elu(alpha: half(alpha))
        case .hardSigmoid(let alpha, let beta): .hardSigmoid(alpha: half(alpha), beta: half(beta))
        case .leakyReLU(let slope): .leakyReLU(slope: half(slope))
        case .thresholdedReLU(let alpha): .thresholdedReLU(alpha: half(alpha))
        default: self
        }
    }
}
