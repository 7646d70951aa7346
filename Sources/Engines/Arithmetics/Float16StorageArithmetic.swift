/// `fp16-storage`: float16 weights and activations, float32 computation, one rounding for each output.
package enum Float16StorageArithmetic: Arithmetic {
    package typealias Element = Float16
    package typealias Working = Float
    package typealias Sum = FusedSum<Float16, Float>

    package static var name: ArithmeticName { .fp16Storage }
    package static let formats = ArithmeticFormats(working: .binary32, stored: .binary16)
    package static var kernelForm: KernelForm { .fused }
}

extension ArithmeticName {
    public static let fp16Storage = ArithmeticName("fp16-storage", Float16StorageArithmetic.self)
}
