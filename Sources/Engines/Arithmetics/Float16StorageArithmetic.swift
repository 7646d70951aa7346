/// `fp16-storage`: float16 weights and activations, float32 computation, one rounding for each output.
public enum Float16StorageArithmetic: Arithmetic {
    public typealias Element = Float16
    public typealias Working = Float
    public typealias Sum = FusedSum<Float16, Float>

    public static var name: ArithmeticName { .fp16Storage }
    public static let formats = ArithmeticFormats(working: .binary32, stored: .binary16)
    public static var kernelForm: KernelForm { .fused }
}

extension ArithmeticName {
    public static let fp16Storage = ArithmeticName("fp16-storage", Float16StorageArithmetic.self)
}
