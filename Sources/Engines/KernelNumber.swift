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
}

extension KernelNumber {
    package static var fusedForm: KernelForm { .fused }
    package static var multiplyAddForm: KernelForm { .multiplyAdd }
}

extension Float: KernelNumber {
    package static func lanes(of numbers: [Float]) -> [Float] { numbers }
    package static func numbers(from lanes: [Float]) -> [Float] { lanes }
}

extension Double: KernelNumber {
    package static func lanes(of numbers: [Double]) -> [Double] { numbers }
    package static func numbers(from lanes: [Double]) -> [Double] { lanes }
}

extension Float16: KernelNumber {
    package static var fusedForm: KernelForm { .float16Fused }
    package static var multiplyAddForm: KernelForm { .float16MultiplyAdd }

    package static func lanes(of numbers: [Float16]) -> [Float] { lanes(of: numbers, level: .best) }
    package static func numbers(from lanes: [Float]) -> [Float16] { numbers(from: lanes, level: .best) }

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
