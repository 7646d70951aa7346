/// `fp16-fma`: everything in float16; a sum is one chain of fused multiply-adds, each rounded once to float16.
public enum Float16FusedArithmetic: Arithmetic {
    public typealias Element = Float16
    public typealias Working = Float16

    public static var name: ArithmeticName { .fp16FMA }
    public static let formats = ArithmeticFormats(.binary16)
    public static var kernelForm: KernelForm { .float16Fused }

    /// The product of two float16 is exact in float64, and so is its sum with a third, except for bits too small to
    /// affect rounding to float16. `Float16.addingProduct` rounds twice, through float32.
    public struct Sum: SumOfProducts {
        public private(set) var value: Float16

        public init(from start: Float16) { value = start }

        public mutating func add(_ a: Float16, times b: Float16) {
            value = Float16(Double(a) * Double(b) + Double(value))
        }
    }
}

extension ArithmeticName {
    public static let fp16FMA = ArithmeticName("fp16-fma", Float16FusedArithmetic.self)
}
