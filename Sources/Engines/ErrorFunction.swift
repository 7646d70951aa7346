import VectorKernels

/// erf of each number, within 2 ULP of float64.
///
/// Its bits are the same on every platform; those of the system libraries' `erf` may differ.
package func errorFunctions(of x: [Double], level: KernelLevel = .best) -> [Double] {
    [Double](unsafeUninitializedCapacity: x.count) { results, count in
        vk_error_functions(level.kernelLevel, x, x.count, results.baseAddress)
        count = x.count
    }
}
