/// `fp16-mul-add`: everything in float16; each product is rounded, then each sum.
public enum Float16MultiplyAddArithmetic: Arithmetic {
    public typealias Element = Float16
    public typealias Working = Float16

    public static var name: ArithmeticName { .fp16MultiplyAdd }
    public static let formats = ArithmeticFormats(.binary16)
    public static var kernelForm: KernelForm { .float16MultiplyAdd }

    public struct Sum: SumOfProducts {
        public private(set) var value: Float16

        public init(from start: Float16) { value = start }

        public mutating func add(_ a: Float16, times b: Float16) {
            let product = a * b
            value += product
        }
    }
}

extension ArithmeticName {
    public static let fp16MultiplyAdd = ArithmeticName("fp16-mul-add", Float16MultiplyAddArithmetic.self)
}
