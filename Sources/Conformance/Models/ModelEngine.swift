import Engines
import ModelFormats
import NetworkGraph

extension Model {
    /// - Parameter purpose: what needs a float32 network; it is named in the error.
    /// - Throws: ``ModelFormats/ModelError`` for a model that declares float16.
    package func requireFloat32(as purpose: String) throws(ModelError) {
        let halves = floatTypes.values.count { $0 == .float16 }
        guard halves == 0 else {
            throw .malformed(
                file: path,
                reason: "\(halves) of its \(floatTypes.count) tensors are float16; \(purpose) takes float32 networks")
        }
    }

    /// The single arithmetic of the whole model; nil if some parts are declared float32 and others float16.
    ///
    /// A model without declared types, a float32 model and any model in `fp64`, which rounds nothing, use the
    /// requested arithmetic. A float16 model uses it if it is a float16 arithmetic, else `fp16-storage`. Casts of the
    /// input and the outputs then change nothing.
    package func uniformArithmetic(asked: ArithmeticName) -> ArithmeticName? {
        let nodes = graph.nodes.filter { $0.operator as? ActivationFunction != .identity }
        let types = Set(nodes.flatMap(\.outputs).compactMap { floatTypes[$0] })
        guard types.contains(.float16), asked != .fp64 else { return asked }
        return types.count == 1 ? Self.float16(asked) : nil
    }

    /// How the model is computed for a requested arithmetic, in words.
    package func arithmeticLabel(asked: ArithmeticName) -> String {
        uniformArithmetic(asked: asked)?.rawValue ?? "fp32 and \(Self.float16(asked).rawValue)"
    }

    /// The engine for the model's declared types: float32 parts in float32; float16 parts in the requested arithmetic
    /// if it is a float16 one, else in `fp16-storage`; everything in `fp64` if that is requested.
    ///
    /// - Parameter graph: the model's graph or a part of it, for instance without its last operators.
    /// - Throws: ``Engines/EngineError``.
    public func engine(_ arithmetic: ArithmeticName, for graph: Graph) throws(EngineError) -> any Engine {
        if floatTypes.values.contains(.float16), arithmetic != .fp64 {
            return try MixedPrecisionEngine(graph) { node in
                // A comparison gives booleans; its arithmetic is that of its operands.
                let tensors = node.outputs + node.inputs.compactMap { $0 }
                return tensors.lazy.compactMap { floatTypes[$0] }.first == .float16 ? Self.float16(arithmetic) : .fp32
            }
        }
        return try arithmetic.engine(for: graph)
    }

    /// The engine for the whole model.
    ///
    /// - Throws: ``Engines/EngineError``.
    public func engine(_ arithmetic: ArithmeticName) throws(EngineError) -> any Engine {
        try engine(arithmetic, for: graph)
    }

    private static func float16(_ arithmetic: ArithmeticName) -> ArithmeticName {
        arithmetic.elementType == .float16 ? arithmetic : .fp16Storage
    }
}
