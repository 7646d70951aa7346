/// `fp16-weights`: weights rounded to float16, everything else as in ``Float32Arithmetic``.
package enum Float16WeightsArithmetic: Arithmetic {
    package typealias Element = Float
    package typealias Working = Float
    package typealias Sum = FusedSum<Float, Float>

    package static var name: ArithmeticName { .fp16Weights }
    package static let formats = ArithmeticFormats(working: .binary32, stored: .binary32, constants: .binary16)
    package static func weight(_ value: Double) -> Float { Float(Float16(value)) }
    package static var kernelForm: KernelForm { .fused }
}

extension ArithmeticName {
    public static let fp16Weights = ArithmeticName("fp16-weights", Float16WeightsArithmetic.self)
}
