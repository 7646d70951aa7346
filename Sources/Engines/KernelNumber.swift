import VectorKernels

/// A number that the vector kernels can compute with, in lanes of a type that holds all of its values.
public protocol KernelNumber: BinaryFloatingPoint, Sendable {
    associatedtype Lane: KernelLane

    /// The same numbers in lanes.
    static func lanes(of numbers: [Self]) -> [Lane]

    /// The numbers nearest to the lanes, ties to even.
    static func numbers(from lanes: [Lane]) -> [Self]
}

extension Float: KernelNumber {
    public static func lanes(of numbers: [Float]) -> [Float] { numbers }
    public static func numbers(from lanes: [Float]) -> [Float] { lanes }
}

extension Double: KernelNumber {
    public static func lanes(of numbers: [Double]) -> [Double] { numbers }
    public static func numbers(from lanes: [Double]) -> [Double] { lanes }
}

extension Float16: KernelNumber {
    public static func lanes(of numbers: [Float16]) -> [Float] { lanes(of: numbers, level: .best) }
    public static func numbers(from lanes: [Float]) -> [Float16] { numbers(from: lanes, level: .best) }

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

/// A type that the vector kernels sum in.
public protocol KernelLane: KernelNumber where Lane == Self {
    /// Weights [channel][tap] in the order in which ``sums(_:form:level:numbers:packedWeights:starts:into:)``
    /// takes them.
    static func packed(_ weights: [Self], channels: Int, taps: Int) -> [Self]

    /// Fills `sums` by the kernel of a form.
    ///
    /// - Precondition: float64 has only the fused form.
    static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Self], packedWeights: [Self],
        starts: [Self], into sums: UnsafeMutablePointer<Self>?)
}

extension Float: KernelLane {
    public static func packed(_ weights: [Float], channels: Int, taps: Int) -> [Float] {
        let capacity = vk_packed_count(channels, taps)
        return [Float](unsafeUninitializedCapacity: capacity) { packed, count in
            vk_pack_float32(weights, channels, taps, packed.baseAddress)
            count = capacity
        }
    }

    public static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Float], packedWeights: [Float],
        starts: [Float], into sums: UnsafeMutablePointer<Float>?
    ) {
        withUnsafePointer(to: layout) {
            vk_sums_float32(level.kernelLevel, form.kernelForm, $0, numbers, packedWeights, starts, sums)
        }
    }
}

extension Double: KernelLane {
    public static func packed(_ weights: [Double], channels: Int, taps: Int) -> [Double] {
        let capacity = vk_packed_count(channels, taps)
        return [Double](unsafeUninitializedCapacity: capacity) { packed, count in
            vk_pack_float64(weights, channels, taps, packed.baseAddress)
            count = capacity
        }
    }

    public static func sums(
        _ layout: vk_sum_layout, form: KernelForm, level: KernelLevel, numbers: [Double], packedWeights: [Double],
        starts: [Double], into sums: UnsafeMutablePointer<Double>?
    ) {
        precondition(form == .fused, "float64 is summed by fused multiply-adds only")
        withUnsafePointer(to: layout) {
            vk_sums_float64(level.kernelLevel, $0, numbers, packedWeights, starts, sums)
        }
    }
}
