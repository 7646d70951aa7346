import VectorKernels

/// The arithmetics that the vector kernels compute sums of products in.
public enum KernelForm: Sendable {
    /// float32 numbers, fused multiply-adds
    case float32
    /// numbers that float16 holds, exact fused multiply-adds rounded to float16
    case float16Fused
    /// numbers that float16 holds, products and sums each rounded to float16
    case float16MultiplyAdd
}
