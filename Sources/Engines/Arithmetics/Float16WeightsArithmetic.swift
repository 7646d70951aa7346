/// `fp16-weights`: weights rounded to float16, everything else as in ``Float32Arithmetic``.
public enum Float16WeightsArithmetic: Arithmetic {
    public typealias Element = Float
    public typealias Working = Float
    public typealias Sum = FusedSum<Float, Float>

    public static var name: ArithmeticName { .fp16Weights }
    public static func weight(_ value: Double) -> Float { Float(Float16(value)) }
    public static var kernelForm: KernelForm { .fused }
}
