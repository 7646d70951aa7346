import Tensors

/// What is known about a tensor before its elements are computed.
public struct TensorType: Sendable, Equatable {
    /// The kind of the elements, independent of an arithmetic's precision.
    public enum Kind: String, Sendable {
        case real, integer, boolean

        public init(of type: ElementType) {
            self = type.floatFormat != nil ? .real : type.isInteger ? .integer : .boolean
        }
    }

    public var kind: Kind
    public var shape: Shape

    /// The elements of an integer or boolean tensor (true is 1), if known: operators such as Reshape derive their
    /// output's shape from them.
    package var integers: [Int]?

    /// The numbers of a small tensor, if known: Resize takes its scales from them.
    package var numbers: [Double]?

    /// The most numbers or booleans that a type stores; tensors that define shapes have a few.
    static let mostKnown = 64

    public init(_ kind: Kind, _ shape: Shape, integers: [Int]? = nil, numbers: [Double]? = nil) {
        self.kind = kind
        self.shape = shape
        self.integers = integers
        self.numbers = numbers
    }

    package static func real(_ shape: Shape) -> TensorType { TensorType(.real, shape) }

    /// The type of a tensor of numbers, with the numbers if it is small.
    package static func real(_ tensor: Tensor<some BinaryFloatingPoint>) -> TensorType {
        let isSmall = tensor.shape.count <= mostKnown
        return TensorType(.real, tensor.shape, numbers: isSmall ? tensor.elements.map { Double($0) } : nil)
    }

    /// The type of a tensor of booleans, with these if it is small.
    package static func boolean(_ tensor: Tensor<Bool>) -> TensorType {
        let isSmall = tensor.shape.count <= mostKnown
        return TensorType(.boolean, tensor.shape, integers: isSmall ? tensor.elements.map { $0 ? 1 : 0 } : nil)
    }

    /// The type of a given tensor, with its elements if they are integers or few.
    public init(of tensor: AnyTensor) {
        switch tensor {
        case .float16(let values): self = .real(values)
        case .float32(let values): self = .real(values)
        case .float64(let values): self = .real(values)
        case .bool(let values): self = .boolean(values)
        default:
            self.init(.integer, tensor.shape, integers: tensor.integers.map { $0.elements.map(Int.init) })
        }
    }

    /// The type of the same elements under another shape of equal count.
    package func reshaped(to shape: Shape) -> TensorType {
        var reshaped = self
        reshaped.shape = shape
        return reshaped
    }
}
