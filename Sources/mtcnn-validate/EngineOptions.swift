import ArgumentParser
import Conformance
import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats
import NetworkGraph
import OutsideEngines
import Reporting
import Validation

extension ArithmeticName: ExpressibleByArgument {}
extension ImageDeclaration.SpatialOrder: ExpressibleByArgument {}

/// What computes the networks.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
    case builtin
    case coreml
    case onnxruntime
    case openvino
    case opencv
    case opencvClassic = "opencv-classic"
    case ncnn
    case litert
    /// The first of ``EngineLink`` that can be had.
    case auto

    /// What starts the engine for a side of a comparison; nil for the built-in one.
    ///
    /// - Throws: ``CommandError`` for `auto`, of which nobody would know what was compared.
    func adapter(_ options: AdapterOptions) throws -> Adapter? {
        switch self {
        case .builtin: nil
        case .auto: throw CommandError(.usage, "--engine auto: name the engine whose answers are compared")
        default: try options.adapter(rawValue)
        }
    }
}

/// One link of the chain that `auto` goes along.
enum EngineLink: String, CaseIterable {
    case coreMLFloat16 = "coreml, float16"
    case coreMLFloat32 = "coreml, float32"
    case onnxRuntimeCoreML = "onnxruntime with its Core ML provider"
    case onnxRuntime = "onnxruntime on the CPU"
    case builtIn = "builtin"
}

/// Networks, what computes them, and how to get one of them as an engine.
struct ChosenEngine {
    let side: Side
    let networks: FaceNetworks
    /// Starts the engine for a model's file and a graph that is the file's or a part of it; nil for the built-in one.
    let outside: (@Sendable (Model, Graph) throws -> any Engine)?
}

/// How the engine is chosen that the networks are computed with.
struct EngineOptions: ParsableArguments {
    @Option(
        help: "What computes the networks; auto takes the first of Core ML, ONNX Runtime and builtin that it finds.")
    var engine = EngineChoice.builtin

    @Option(
        help: """
            How images lie in the networks' inputs, where the files do not say it or say it wrongly: upright (rows, then \
            columns) or transposed (columns, then rows).
            """)
    var layout: ImageDeclaration.SpatialOrder?

    @Option(
        help: """
            The arithmetic that the built-in engine finds faces in, and that float16 packages compute in. The reports \
            fp32_vs_onnx and fp16_vs_fp32 compare those that they name.
            """)
    var arithmetic = ArithmeticName.fp32

    func validate() throws {
        if arithmetic != .fp32, engine != .builtin {
            throw ValidationError(
                "--arithmetic is the built-in engine's, with --engine builtin; others compute in their own")
        }
    }

    /// The networks of a directory in the chosen engine.
    ///
    /// - Throws: ``OutsideEngines/OutsideEngineError``, and what reading the models throws.
    func networks(of models: ModelLibrary, _ adapters: AdapterOptions) throws -> ChosenEngine {
        switch engine {
        case .builtin: return try builtIn(models)
        case .coreml: return try link(.coreMLFloat16, models, adapters)
        case .onnxruntime: return try link(.onnxRuntime, models, adapters)
        case .openvino, .opencv, .opencvClassic, .ncnn, .litert:
            return try outside(adapters.adapter(engine.rawValue), models)
        case .auto:
            for link in EngineLink.allCases {
                do {
                    let chosen = try self.link(link, models, adapters)
                    Terminal.note("engine: \(chosen.side.words)")
                    return chosen
                } catch let error where error is OutsideEngineError || error is CommandError {
                    Terminal.note("engine \(link.rawValue) skipped: \(error)")
                }
            }
            return try builtIn(models)
        }
    }

    private func link(_ link: EngineLink, _ models: ModelLibrary, _ adapters: AdapterOptions) throws -> ChosenEngine {
        switch link {
        case .coreMLFloat16: try coreML(models, precision: "fp16", adapters)
        case .coreMLFloat32: try coreML(models, precision: "fp32", adapters)
        case .onnxRuntimeCoreML: try outside(adapters.adapter("onnxruntime-coreml"), models)
        case .onnxRuntime: try outside(adapters.adapter("onnxruntime"), models)
        case .builtIn: try builtIn(models)
        }
    }

    private func builtIn(_ models: ModelLibrary) throws -> ChosenEngine {
        let labels = try CascadeNetwork.allCases.map { network in
            (network.modelName, try models.model(network.modelName).arithmeticLabel(asked: arithmetic))
        }
        let isOne = Set(labels.map(\.1)).count == 1
        return ChosenEngine(
            side: Side(
                engine: "mtcnn-validate",
                arithmetic: isOne ? labels[0].1 : labels.map { "\($0) \($1)" }.joined(separator: ", ")),
            networks: try FaceNetworks(arithmetic: arithmetic) {
                try declaringLayout(of: models.model($0.modelName))
            }, outside: nil)
    }

    private func coreML(
        _ models: ModelLibrary, precision: String, _ adapters: AdapterOptions
    ) throws -> ChosenEngine {
        #if os(macOS)
            return try outside(
                adapters.adapter("coreml"), models, suffix: "_\(precision).mlpackage", arithmetic: precision)
        #else
            throw OutsideEngineError.cannotStart(engine: "coreml", reason: "Core ML runs on macOS alone")
        #endif
    }

    private func outside(
        _ adapter: Adapter, _ models: ModelLibrary, suffix: String? = nil, arithmetic: String = "fp32"
    ) throws -> ChosenEngine {
        // The first one started tells who answers.
        var identity: OutsideEngine.Identity?
        func network(_ network: CascadeNetwork) throws -> GraphFaceNetwork {
            let file = network.modelName
            let model =
                try suffix.map { try Model(contentsOf: "\(models.directory)/\(file)\($0)") } ?? models.model(file)
            if suffix == nil {
                guard model.format == .onnx else {
                    throw CommandError(.badData, "\(model.path): \(adapter.name) reads ONNX files alone")
                }
            }
            return try GraphFaceNetwork(network, graph: declaringLayout(of: model).graph) { graph in
                let engine = try OutsideEngine(adapter, model: model.path, graph: graph)
                identity = identity ?? engine.identity
                return engine
            }
        }
        let networks = FaceNetworks(
            proposal: try network(.proposal), refinement: try network(.refinement),
            output: try network(.output))
        return ChosenEngine(
            side: Side(
                engine: (identity?.engine ?? adapter.name) + (identity?.device.map { " (\($0))" } ?? ""),
                engineVersion: identity?.version, arithmetic: arithmetic),
            networks: networks,
            outside: { try OutsideEngine(adapter, model: $0.path, graph: $1) })
    }

    /// The model with the layout that was asked for. One of Caffe's whose layout nobody knows is said to be so.
    private func declaringLayout(of model: Model) -> Model {
        if let layout { return model.declaring(layout, reason: "--layout") }
        if case .assumed = model.format.layout, model.graph.inputs.contains(where: { $0.images == nil }) {
            Terminal.note(
                "\(model.path) does not say how images lie in its input; upright is assumed, --layout transposed says "
                    + "otherwise")
        }
        return model
    }
}
