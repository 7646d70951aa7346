import VectorKernels

/// A number that the vector kernels can process, in lanes of a type that holds all its values.
package protocol KernelNumber: BinaryFloatingPoint, Sendable {
    associatedtype Lane: KernelLane

    /// The same numbers in lanes.
    static func lanes(of numbers: [Self]) -> [Lane]

    /// The numbers nearest to the lanes, with ties to even.
    static func numbers(from lanes: [Lane]) -> [Self]

    /// The form that sums products in this type with one rounding for each multiply-add.
    static var fusedForm: KernelForm { get }

    /// The form with a rounding for each product and each addition.
    static var multiplyAddForm: KernelForm { get }

    /// Adds `factor` times each number to the sum at its place, with a rounding for the product and one for the sum.
    static func addProducts(
        _ numbers: UnsafeBufferPointer<Self>, times factor: Self, to sums: UnsafeMutableBufferPointer<Self>)
}

extension KernelNumber {
    package static var fusedForm: KernelForm { .fused }
    package static var multiplyAddForm: KernelForm { .multiplyAdd }
}

extension Float: KernelNumber {
    package static func lanes(of numbers: [Float]) -> [Float] { numbers }
    package static func numbers(from lanes: [Float]) -> [Float] { lanes }

    package static func addProducts(
        _ numbers: UnsafeBufferPointer<Float>, times factor: Float, to sums: UnsafeMutableBufferPointer<Float>
    ) {
        vk_add_products_float32(numbers.baseAddress, factor, numbers.count, sums.baseAddress)
    }
}

extension Double: KernelNumber {
    package static func lanes(of numbers: [Double]) -> [Double] { numbers }
    package static func numbers(from lanes: [Double]) -> [Double] { lanes }

    package static func addProducts(
        _ numbers: UnsafeBufferPointer<Double>, times factor: Double, to sums: UnsafeMutableBufferPointer<Double>
    ) {
        vk_add_products_float64(numbers.baseAddress, factor, numbers.count, sums.baseAddress)
    }
}

extension Float16: KernelNumber {
    package static var fusedForm: KernelForm { .float16Fused }
    package static var multiplyAddForm: KernelForm { .float16MultiplyAdd }

    package static func lanes(of numbers: [Float16]) -> [Float] { lanes(of: numbers, level: .best) }
    package static func numbers(from lanes: [Float]) -> [Float16] { numbers(from: lanes, level: .best) }

    package static func addProducts(
        _ numbers: UnsafeBufferPointer<Float16>, times factor: Float16, to sums: UnsafeMutableBufferPointer<Float16>
    ) {
        for place in numbers.indices { sums[place] += factor * numbers[place] }
    }

    static func lanes(of numbers: [Float16], level: KernelLevel) -> [Float] {
        [Float](unsafeUninitializedCapacity: numbers.count) { lanes, count in
            vk_float32_from_float16(level.kernelLevel, numbers, numbers.count, lanes.baseAddress)
            count = numbers.count
        }
    }

    static func numbers(from lanes: [Float], level: KernelLevel) -> [Float16] {
        [Float16](unsafeUninitializedCapacity: lanes.count) { numbers, count in
            vk_float16_from_float32(level.kernelLevel, lanes, lanes.count, numbers.baseAddress)
            count = lanes.count
        }
    }
}
