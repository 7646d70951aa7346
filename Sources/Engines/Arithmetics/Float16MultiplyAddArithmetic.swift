/// `fp16-mul-add`: everything in float16; each product is rounded, then each sum.
package enum Float16MultiplyAddArithmetic: Arithmetic {
    package typealias Element = Float16
    package typealias Working = Float16

    package static var name: ArithmeticName { .fp16MultiplyAdd }
    package static let formats = ArithmeticFormats(.binary16)
    package static var kernelForm: KernelForm { .float16MultiplyAdd }

    package struct Sum: SumOfProducts {
        package private(set) var value: Float16

        package init(from start: Float16) { value = start }

        package mutating func add(_ a: Float16, times b: Float16) {
            let product = a * b
            value += product
        }
    }
}

extension ArithmeticName {
    public static let fp16MultiplyAdd = ArithmeticName("fp16-mul-add", Float16MultiplyAddArithmetic.self)
}
