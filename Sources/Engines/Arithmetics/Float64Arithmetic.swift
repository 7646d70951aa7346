/// `fp64`: everything in float64, the oracle that float32 results are measured against.
package enum Float64Arithmetic: Arithmetic {
    package typealias Element = Double
    package typealias Working = Double
    package typealias Sum = FusedSum<Double, Double>

    package static var name: ArithmeticName { .fp64 }
    package static let formats = ArithmeticFormats(.binary64)
    package static var kernelForm: KernelForm { .fused }
}

extension ArithmeticName {
    public static let fp64 = ArithmeticName("fp64", Float64Arithmetic.self)
}
