import Tensors

/// `tf32`: the factors of sums of products rounded to 10 bits of fraction, everything else as in ``Float32Arithmetic``.
/// Tensor cores compute float32 networks this way when allowed to.
public enum TF32Arithmetic: Arithmetic {
    public typealias Element = Float
    public typealias Working = Float

    public static var name: ArithmeticName { .tf32 }
    public static let formats = ArithmeticFormats(working: .binary32, stored: .binary32, factors: .tf32)
    public static var kernelForm: KernelForm { .fused }

    public struct Sum: SumOfProducts {
        public private(set) var value: Float

        public init(from start: Float) { value = start }

        public mutating func add(_ a: Float, times b: Float) { value.addProduct(factor(a), factor(b)) }
    }
}

extension ArithmeticName {
    public static let tf32 = ArithmeticName("tf32", TF32Arithmetic.self)
}
