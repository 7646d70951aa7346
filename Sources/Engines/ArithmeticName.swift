/// The arithmetics by the names that users give them.
public enum ArithmeticName: String, Sendable, CaseIterable, Codable {
    case fp32
    case fp64
    case fp16Weights = "fp16-weights"
    case fp16Storage = "fp16-storage"
    case fp16FMA = "fp16-fma"
    case fp16MultiplyAdd = "fp16-mul-add"
    case neuralEngineM1 = "neural-engine-m1"
}
