import NetworkGraph
import Tensors

/// `fp32`: everything in float32; a sum is one chain of fused multiply-adds.
package enum Float32Arithmetic: Arithmetic {
    package typealias Element = Float
    package typealias Working = Float
    package typealias Sum = FusedSum<Float, Float>

    package static var name: ArithmeticName { .fp32 }
    package static let formats = ArithmeticFormats(.binary32)
    package static var kernelForm: KernelForm { .fused }

    /// In the order that defines the results there are kernels on blocks of channels.
    package static func engine(for graph: Graph, order: SummationOrder) throws(EngineError) -> any Engine {
        if order == .sequence { return try BlockedEngine(graph) }
        return try OperatorEngine<Self>(graph, order: order)
    }

    package static func constant(_ tensor: AnyTensor) -> Value<Float> { value(of: tensor) }
}

extension ArithmeticName {
    public static let fp32 = ArithmeticName("fp32", Float32Arithmetic.self)
}
