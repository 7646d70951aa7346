import VectorKernels

/// e^x of each number, within 1 ULP of float64; rounded to float32 it is the nearest except in about 1 of 2^28 cases.
///
/// Its bits are the same on every platform; those of the system libraries' `exp` may differ.
package func exponentials(of x: [Double], level: KernelLevel = .best) -> [Double] {
    [Double](unsafeUninitializedCapacity: x.count) { powers, count in
        vk_exponentials(level.kernelLevel, x, x.count, powers.baseAddress)
        count = x.count
    }
}
