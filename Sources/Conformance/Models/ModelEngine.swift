import Engines
import ModelFormats
import NetworkGraph

extension Model {
    /// - Parameter purpose: what takes float32 networks alone, for the error.
    /// - Throws: ``ModelFormats/ModelError`` for a model that declares float16.
    public func requireFloat32(as purpose: String) throws(ModelError) {
        let halves = floatTypes.values.count { $0 == .float16 }
        guard halves == 0 else {
            throw .malformed(
                file: path,
                reason: "\(halves) of its \(floatTypes.count) tensors are float16; \(purpose) takes float32 networks")
        }
    }

    /// The arithmetic that all of the model is computed in; nil where it declares parts in float32 and in float16.
    ///
    /// A model that declares no types is computed in the arithmetic asked for, and so is one of float32, and any in
    /// `fp64`, which rounds nothing. Of one that declares float16, the arithmetic asked for counts if it is one of
    /// float16; else `fp16-storage` is meant. Casts of the input and of the outputs change nothing then.
    package func uniformArithmetic(asked: ArithmeticName) -> ArithmeticName? {
        let nodes = graph.nodes.filter { $0.operator as? ActivationFunction != .identity }
        let types = Set(nodes.flatMap(\.outputs).compactMap { floatTypes[$0] })
        guard types.contains(.float16), asked != .fp64 else { return asked }
        return types.count == 1 ? Self.float16(asked) : nil
    }

    /// What the model is computed in when an arithmetic is asked for, for a person.
    public func arithmeticLabel(asked: ArithmeticName) -> String {
        uniformArithmetic(asked: asked)?.rawValue ?? "fp32 and \(Self.float16(asked).rawValue)"
    }

    /// The engine for the model, by the types that it declares: its float32 parts in float32, its float16 parts in
    /// the arithmetic asked for, or in `fp16-storage` if that is none of float16; all of it in `fp64` if that is asked.
    ///
    /// - Parameter graph: the model's or a part of it, as one without its last operators.
    /// - Throws: ``Engines/EngineError``.
    public func engine(_ arithmetic: ArithmeticName, for graph: Graph) throws(EngineError) -> any Engine {
        if floatTypes.values.contains(.float16), arithmetic != .fp64 {
            return try MixedPrecisionEngine(graph) { node in
                // A comparison gives booleans: it is computed as what it compares.
                let tensors = node.outputs + node.inputs.compactMap { $0 }
                return tensors.lazy.compactMap { floatTypes[$0] }.first == .float16 ? Self.float16(arithmetic) : .fp32
            }
        }
        return try arithmetic.engine(for: graph)
    }

    /// The same for the whole of the model.
    ///
    /// - Throws: ``Engines/EngineError``.
    public func engine(_ arithmetic: ArithmeticName) throws(EngineError) -> any Engine {
        try engine(arithmetic, for: graph)
    }

    private static func float16(_ arithmetic: ArithmeticName) -> ArithmeticName {
        arithmetic.elementType == .float16 ? arithmetic : .fp16Storage
    }
}
