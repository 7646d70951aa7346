/// `fp16-storage`: weights and activations in float16, computed in float32, one rounding for each output.
public enum Float16StorageArithmetic: Arithmetic {
    public typealias Element = Float16
    public typealias Working = Float
    public typealias Sum = FusedSum<Float16, Float>

    public static var name: ArithmeticName { .fp16Storage }
    public static var kernelForm: KernelForm { .fused }
}
