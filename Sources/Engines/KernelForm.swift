import VectorKernels

/// How the vector kernels accumulate a sum of products.
package enum KernelForm: Sendable, CaseIterable {
    /// fused multiply-adds, each rounded once to float32, or to float64 for float64 numbers
    case fused
    /// float32 or float64 numbers, products and sums each rounded to their type
    case multiplyAdd
    /// exact fused multiply-adds of float16 numbers, each rounded once to float16
    case float16Fused
    /// float16 numbers, products and sums each rounded to float16
    case float16MultiplyAdd
    /// as in ``NeuralEngineM1Arithmetic``
    case neuralEngineM1
}

/// The instruction sets that the vector kernels are compiled for. Each produces the same bits.
package enum KernelLevel: Sendable, CaseIterable {
    case portable
    /// AVX2, FMA and F16C
    case avx2
    /// AVX-512 F, VL, DQ and BW
    case avx512
    /// arm64
    case neon

    /// The levels that this processor supports.
    package static let supported = allCases.filter { vk_supports($0.kernelLevel) }

    /// The fastest level of this processor.
    package static let best = allCases.first { $0.kernelLevel == vk_best_level() } ?? .portable
}

extension KernelForm {
    var kernelForm: vk_form {
        switch self {
        case .fused: .fused
        case .multiplyAdd: .multiply_add
        case .float16Fused: .float16_fused
        case .float16MultiplyAdd: .float16_multiply_add
        case .neuralEngineM1: .neural_engine_m1
        }
    }
}

extension KernelLevel {
    package var kernelLevel: vk_level {
        switch self {
        case .portable: .portable
        case .avx2: .avx2
        case .avx512: .avx512
        case .neon: .neon
        }
    }
}
