import Captures
import Engines
import ModelFormats
import NetworkGraph
import Tensors

/// One side of a comparison: a model with the engine that computes it, or a recording.
public enum ComparedSide: Sendable {
    case model(Model, any Engine, ArithmeticName)
    case capture(CaptureFile)

    /// A model computed by the built-in engine.
    ///
    /// - Throws: ``Engines/EngineError``.
    public static func model(_ model: Model, _ arithmetic: ArithmeticName) throws -> ComparedSide {
        .model(model, try model.engine(arithmetic), arithmetic)
    }

    public var sha256: String {
        switch self {
        case .model(let model, _, _): model.sha256
        case .capture(let capture): capture.header.modelSHA256
        }
    }

    public var name: String {
        switch self {
        case .model(let model, _, _): model.name
        case .capture(let capture): capture.header.modelName
        }
    }

    var path: String {
        switch self {
        case .model(let model, _, _): model.path
        case .capture(let capture): capture.path
        }
    }

    /// What rounding may do on this side, by the arithmetic that it declares; nil if that arithmetic is unknown.
    var arithmetic: ArithmeticName? {
        switch self {
        case .model(let model, _, let asked):
            model.uniformArithmetic(asked: asked) ?? (asked.elementType == .float16 ? asked : .fp16Storage)
        case .capture(let capture): ArithmeticName(rawValue: capture.header.arithmetic)
        }
    }
}
