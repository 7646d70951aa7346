import Tensors

/// What is known of a tensor before its elements are computed.
public struct TensorType: Sendable, Equatable {
    /// What the elements are, whatever precision an arithmetic gives them.
    public enum Kind: String, Sendable {
        case real, integer, boolean

        public init(of type: ElementType) {
            self =
                switch type {
                case .float16, .float32, .float64: .real
                case .int64: .integer
                case .bool: .boolean
                }
        }
    }

    public var kind: Kind
    public var shape: Shape

    /// The elements of an integer tensor where they are known: operators such as Reshape take
    /// their output's shape from them.
    public var integers: [Int]?

    public init(_ kind: Kind, _ shape: Shape, integers: [Int]? = nil) {
        self.kind = kind
        self.shape = shape
        self.integers = integers
    }

    public static func real(_ shape: Shape) -> TensorType { TensorType(.real, shape) }

    /// The type of a tensor at hand, with its elements if they are integers.
    public init(of tensor: AnyTensor) {
        switch tensor {
        case .float16, .float32, .float64: self.init(.real, tensor.shape)
        case .int64(let values): self.init(.integer, tensor.shape, integers: values.elements.map(Int.init))
        case .bool: self.init(.boolean, tensor.shape)
        }
    }
}
