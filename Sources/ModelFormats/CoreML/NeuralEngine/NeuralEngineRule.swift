/// A known fact about the operations that Apple's Neural Engine runs, with its source.
package struct NeuralEngineRule: Sendable, Equatable {
    package enum Confidence: String, Sendable {
        case high, mediumHigh = "medium-high", medium, low, none
    }

    package let statement: String
    package let source: String
    package let confidence: Confidence

    private static let apple = "Apple's documentation"
    private static let measured = "measured on M1, M2 and M5 by others"
    private static let hollance = "hollance's neural-engine notes, old"

    static let float32 = NeuralEngineRule(
        statement: "an operation typed float32 runs on the CPU or the GPU", source: apple, confidence: .high)
    static let range = NeuralEngineRule(
        statement: "with a range of sizes, the Neural Engine takes the default size alone",
        source: apple + "; there are contrary reports", confidence: .high)
    static let enumerated = NeuralEngineRule(
        statement: "up to 128 enumerated shapes are eligible", source: apple, confidence: .medium)
    static let native = NeuralEngineRule(
        statement: "the operation is native from M1 on", source: measured, confidence: .mediumHigh)
    static let prelu = NeuralEngineRule(
        statement: "prelu is native at 3 axes or more", source: measured, confidence: .medium)
    static let convolutionKernel = NeuralEngineRule(
        statement: "a float16 convolution's kernel is at most 13 wide and 29 high on M1", source: measured,
        confidence: .mediumHigh)
    static let pool = NeuralEngineRule(
        statement: "a pool's kernel beyond 13 or stride beyond 2 is not taken", source: hollance, confidence: .low)
    static let ceilMode = NeuralEngineRule(
        statement: "nothing is known of max_pool with ceil_mode", source: "none found", confidence: .none)
    static let linear = NeuralEngineRule(
        statement: "linear takes fewer than 5 axes and one input that is no constant", source: measured,
        confidence: .medium)
    static let reshape = NeuralEngineRule(
        statement: "reshape takes at most 5 axes", source: measured, confidence: .medium)
    static let transpose = NeuralEngineRule(
        statement: "transpose takes extents up to 16384 on chips to M3", source: measured, confidence: .medium)
    static let cast = NeuralEngineRule(
        statement: "casts between float16, float32 and booleans are taken", source: measured, confidence: .medium)
    static let extents = NeuralEngineRule(
        statement: "width and height are at most 16384, channels and batch at most 65536", source: measured,
        confidence: .mediumHigh)
    static let vocabulary = NeuralEngineRule(
        statement:
            "operations on elements, comparisons, activations, pools, normalisations, reductions and those that move "
            + "elements are native from M1 on", source: measured, confidence: .medium)
    static let product = NeuralEngineRule(
        statement: "the product along an axis has no way on any chip", source: measured, confidence: .medium)
    static let gather = NeuralEngineRule(
        statement: "gather is taken from M2 on, and not on M1",
        source: measured + "; " + hollance + ", says not at all",
        confidence: .low)
    static let upsampling = NeuralEngineRule(
        statement: "upsampling seemed to run", source: hollance, confidence: .low)
    static let resampling = NeuralEngineRule(
        statement: "what resamples by coordinates is taken from M2 on; of resizing to a size nothing is known",
        source: measured, confidence: .low)
    static let waves = NeuralEngineRule(
        statement: "sine and cosine are native from M3 on, and not on M1 and M2", source: measured, confidence: .medium)
    static let unknownOperation = NeuralEngineRule(
        statement: "nothing is known of this operation", source: "none found", confidence: .none)
    static let dispatch = NeuralEngineRule(
        statement: "a dispatch takes about 0.23 ms, so that small networks go to the CPU", source: measured,
        confidence: .high)
    static let rowPadding = NeuralEngineRule(
        statement: "the last axis is padded to 64 bytes, which vectors waste", source: "secondary", confidence: .medium)
    static let tiling = NeuralEngineRule(
        statement: "operands over 2 MB are tiled: slower, but right", source: measured, confidence: .medium)
}
