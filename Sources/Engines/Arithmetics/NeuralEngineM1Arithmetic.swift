import Tensors

/// `neural-engine-m1`: a prediction of Apple's M1 Neural Engine from published measurements; no recording confirms it
/// yet.
///
/// Operands are float16. Each four products are summed, the sum is rounded to float16 and added to a wide accumulator,
/// which is rounded once. Subnormal operands and results count as zero. A sum of several products that reaches 2^15
/// becomes infinite; NaN becomes +infinity.
package enum NeuralEngineM1Arithmetic: Arithmetic {
    package typealias Element = Float16
    package typealias Working = Float

    package static var name: ArithmeticName { .neuralEngineM1 }
    package static let formats = ArithmeticFormats(FloatFormat.binary16.flushingSubnormals)
    package static var kernelForm: KernelForm { .neuralEngineM1 }

    package static func element(_ value: Double) -> Float16 { flushed(Float16(value)) }

    package static func elements(_ values: [Float]) -> [Float16] { Float16.numbers(from: values).map(flushed) }

    package static func stored(_ value: Float) -> Float16 {
        value.isNaN ? .infinity : flushed(Float16(value))
    }

    package static func stored(_ values: [Float]) -> [Float16] { values.map { stored($0) } }

    private static func flushed(_ value: Float16) -> Float16 {
        value.isSubnormal ? (value.sign == .minus ? -0.0 : 0.0) : value
    }

    /// Its operands are never subnormal: stored numbers have been flushed.
    package struct Sum: SumOfProducts {
        private var total: Float
        private var group: Float = 0
        private var products = 0

        package init(from start: Float16) { total = Float(start) }

        package mutating func add(_ a: Float16, times b: Float16) {
            group.addProduct(Float(a), Float(b))
            products += 1
            if products.isMultiple(of: 4) {
                total += Float(flushed(Float16(group)))
                group = 0
            }
        }

        package var value: Float {
            let sum = products.isMultiple(of: 4) ? total : total + Float(flushed(Float16(group)))
            guard products > 1, abs(sum) >= 0x1p15 else { return sum }
            return sum < 0 ? -.infinity : .infinity
        }
    }
}

extension ArithmeticName {
    public static let neuralEngineM1 = ArithmeticName("neural-engine-m1", NeuralEngineM1Arithmetic.self)
}
