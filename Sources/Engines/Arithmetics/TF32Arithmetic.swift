import Tensors

/// `tf32`: the factors of sums of products rounded to 10 bits of fraction, everything else as in ``Float32Arithmetic``.
/// Tensor cores compute float32 networks this way when allowed to.
package enum TF32Arithmetic: Arithmetic {
    package typealias Element = Float
    package typealias Working = Float

    package static var name: ArithmeticName { .tf32 }
    package static let formats = ArithmeticFormats(working: .binary32, stored: .binary32, factors: .tf32)
    package static var kernelForm: KernelForm { .fused }

    package struct Sum: SumOfProducts {
        package private(set) var value: Float

        package init(from start: Float) { value = start }

        package mutating func add(_ a: Float, times b: Float) { value.addProduct(factor(a), factor(b)) }
    }
}

extension ArithmeticName {
    public static let tf32 = ArithmeticName("tf32", TF32Arithmetic.self)
}
