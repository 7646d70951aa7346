/// The arithmetics by the names that users give them.
public enum ArithmeticName: String, Sendable, CaseIterable, Codable {
    case fp32
    case fp64
    case fp16Weights = "fp16-weights"
    case fp16Storage = "fp16-storage"
    case fp16FMA = "fp16-fma"
    case fp16MultiplyAdd = "fp16-mul-add"
    case neuralEngineM1 = "neural-engine-m1"

    /// What a number takes in memory between two operators.
    public var bytesPerNumber: Int {
        switch self {
        case .fp64: 8
        case .fp32, .fp16Weights: 4
        case .fp16Storage, .fp16FMA, .fp16MultiplyAdd, .neuralEngineM1: 2
        }
    }

    /// Whether activations are stored as float16.
    public var storesFloat16: Bool {
        switch self {
        case .fp32, .fp64, .fp16Weights: false
        case .fp16Storage, .fp16FMA, .fp16MultiplyAdd, .neuralEngineM1: true
        }
    }
}
