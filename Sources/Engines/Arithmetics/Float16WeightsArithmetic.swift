/// `fp16-weights`: weights rounded to float16, everything else as in ``Float32Arithmetic``.
public enum Float16WeightsArithmetic: Arithmetic {
    public typealias Element = Float
    public typealias Working = Float
    public typealias Sum = FusedSum<Float, Float>

    public static var name: ArithmeticName { .fp16Weights }
    public static let formats = ArithmeticFormats(working: .binary32, stored: .binary32, constants: .binary16)
    public static func weight(_ value: Double) -> Float { Float(Float16(value)) }
    public static var kernelForm: KernelForm { .fused }
}

extension ArithmeticName {
    public static let fp16Weights = ArithmeticName("fp16-weights", Float16WeightsArithmetic.self)
}
