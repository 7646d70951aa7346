/// `fp16-fma`: everything in float16; a sum is one chain of fused multiply-adds, each rounded once to float16.
package enum Float16FusedArithmetic: Arithmetic {
    package typealias Element = Float16
    package typealias Working = Float16

    package static var name: ArithmeticName { .fp16FMA }
    package static let formats = ArithmeticFormats(.binary16)
    package static var kernelForm: KernelForm { .float16Fused }

    /// The product of two float16 is exact in float64, and so is its sum with a third, except for bits too small to
    /// affect rounding to float16. `Float16.addingProduct` rounds twice, through float32.
    package struct Sum: SumOfProducts {
        package private(set) var value: Float16

        package init(from start: Float16) { value = start }

        package mutating func add(_ a: Float16, times b: Float16) {
            value = Float16(Double(a) * Double(b) + Double(value))
        }
    }
}

extension ArithmeticName {
    public static let fp16FMA = ArithmeticName("fp16-fma", Float16FusedArithmetic.self)
}
