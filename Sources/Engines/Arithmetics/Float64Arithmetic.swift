/// `fp64`: everything in float64, the oracle that float32 results are measured against.
public enum Float64Arithmetic: Arithmetic {
    public typealias Element = Double
    public typealias Working = Double
    public typealias Sum = FusedSum<Double, Double>

    public static var name: ArithmeticName { .fp64 }
    public static let formats = ArithmeticFormats(.binary64)
    public static var kernelForm: KernelForm { .fused }
}

extension ArithmeticName {
    public static let fp64 = ArithmeticName("fp64", Float64Arithmetic.self)
}
