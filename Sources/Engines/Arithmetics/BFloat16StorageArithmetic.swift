import Tensors

/// `bf16-storage`: bfloat16 weights and activations, float32 computation, one rounding for each output.
package enum BFloat16StorageArithmetic: Arithmetic {
    /// Holds every bfloat16.
    package typealias Element = Float
    package typealias Working = Float
    package typealias Sum = FusedSum<Float, Float>

    package static var name: ArithmeticName { .bf16Storage }
    package static let formats = ArithmeticFormats(working: .binary32, stored: .bfloat16)
    package static var kernelForm: KernelForm { .fused }

    package static func element(_ value: Double) -> Float { Float(formats.stored.rounded(value)) }
    package static func stored(_ value: Float) -> Float { element(Double(value)) }
    package static func stored(_ values: [Float]) -> [Float] { values.map { stored($0) } }
    package static func value(of tensor: AnyTensor) -> Value<Float> { Value(tensor, element: element) }
}

extension ArithmeticName {
    public static let bf16Storage = ArithmeticName("bf16-storage", BFloat16StorageArithmetic.self)
}
