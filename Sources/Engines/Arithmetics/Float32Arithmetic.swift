import Tensors

/// `fp32`: everything in float32; a sum is one chain of fused multiply-adds.
public enum Float32Arithmetic: Arithmetic {
    public typealias Element = Float
    public typealias Working = Float
    public typealias Sum = FusedSum<Float, Float>

    public static var name: ArithmeticName { .fp32 }
    public static let formats = ArithmeticFormats(.binary32)
    public static var kernelForm: KernelForm { .fused }

    public static func constant(_ tensor: AnyTensor) -> Value<Float> { value(of: tensor) }
}

extension ArithmeticName {
    public static let fp32 = ArithmeticName("fp32", Float32Arithmetic.self)
}
