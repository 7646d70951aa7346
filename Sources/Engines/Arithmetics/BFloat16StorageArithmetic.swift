import Tensors

/// `bf16-storage`: bfloat16 weights and activations, float32 computation, one rounding for each output.
public enum BFloat16StorageArithmetic: Arithmetic {
    /// Holds every bfloat16.
    public typealias Element = Float
    public typealias Working = Float
    public typealias Sum = FusedSum<Float, Float>

    public static var name: ArithmeticName { .bf16Storage }
    public static let formats = ArithmeticFormats(working: .binary32, stored: .bfloat16)
    public static var kernelForm: KernelForm { .fused }

    public static func element(_ value: Double) -> Float { Float(formats.stored.rounded(value)) }
    public static func stored(_ value: Float) -> Float { element(Double(value)) }
    public static func stored(_ values: [Float]) -> [Float] { values.map { stored($0) } }
    public static func value(of tensor: AnyTensor) -> Value<Float> { Value(tensor, element: element) }
}

extension ArithmeticName {
    public static let bf16Storage = ArithmeticName("bf16-storage", BFloat16StorageArithmetic.self)
}
