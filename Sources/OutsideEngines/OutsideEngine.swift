import Engines
import Foundation
import NetworkGraph
import Synchronization
import Tensors

/// How to start an outside engine's adapter.
package struct Adapter: Sendable {
    /// The engine's name in errors: `onnxruntime`.
    package let name: String
    /// The program and its arguments.
    package let command: [String]
    /// The time limit for loading a model, in seconds.
    package let secondsToLoad: Double
    /// The time limit for one request, in seconds.
    package let secondsToAnswer: Double

    package init(name: String, command: [String], secondsToLoad: Double = 120, secondsToAnswer: Double = 60) {
        self.name = name
        self.command = command
        self.secondsToLoad = secondsToLoad
        self.secondsToAnswer = secondsToAnswer
    }
}

/// A network computed by another program, through its adapter process.
///
/// Requests are answered one at a time. Results are checked: every output must be present, finite, and of the shape
/// that the graph has for the inputs.
package final class OutsideEngine: Engine {
    /// The engine's own description.
    package struct Identity: Sendable, Equatable {
        package let engine: String
        package let version: String?
        /// The hardware that it computes on.
        package let device: String?
    }

    package let graph: Graph
    package let identity: Identity
    package var arithmetic: ArithmeticName { .fp32 }
    package var observesNodes: Bool { false }
    package var answersInTurn: Bool { true }

    private let adapter: Adapter
    private let process: Mutex<AdapterProcess>

    /// Starts an adapter and makes it load a model.
    ///
    /// - Parameters:
    ///   - model: the model's file.
    ///   - graph: the file's graph; its outputs are those that the engine gives. They may be other tensors of the model
    ///     than its declared outputs.
    /// - Throws: ``OutsideEngineError``.
    package init(_ adapter: Adapter, model: String, graph: Graph) throws {
        self.adapter = adapter
        self.graph = graph
        let process = try AdapterProcess(engine: adapter.name, command: adapter.command)
        let load = AdapterMessage(
            header: .init(
                message: "load", model: URL(fileURLWithPath: model).path, outputs: graph.outputs))
        let ready = try process.exchange(load, within: adapter.secondsToLoad).header
        guard ready.message == "ready", let engine = ready.engine else {
            throw OutsideEngineError.nonsense(
                engine: adapter.name, reason: "\"\(ready.message)\" in answer to \"load\", not \"ready\" with its name")
        }
        guard Set(ready.outputs ?? []).isSuperset(of: graph.outputs) else {
            throw OutsideEngineError.nonsense(
                engine: adapter.name,
                reason: "it gives \((ready.outputs ?? []).joined(separator: ", ")); wanted are "
                    + graph.outputs.joined(separator: ", "))
        }
        identity = Identity(engine: engine, version: ready.version, device: ready.device)
        self.process = Mutex(process)
    }

    /// The outputs; `observe` is called only with these.
    ///
    /// - Throws: ``OutsideEngineError``, ``NetworkGraph/GraphError`` for inputs that do not fit.
    package func run(
        _ inputs: [String: AnyTensor], observing observe: (Activation) throws -> Void
    ) throws -> [String: AnyTensor] {
        var request = AdapterMessage(header: .init(message: "run"))
        request.tensors = try graph.inputTensors(in: inputs).map { ($0.name, $0.tensor) }
        let types = try graph.tensorTypes(for: inputs.mapValues(\.shape))
        let answer = try process.withLock { try $0.exchange(request, within: adapter.secondsToAnswer) }
        guard answer.header.message == "result" else {
            throw nonsense("\"\(answer.header.message)\" in answer to \"run\", not \"result\"")
        }
        var outputs = [String: AnyTensor]()
        for name in graph.outputs {
            guard let tensor = answer.tensors.first(where: { $0.name == name })?.values else {
                throw nonsense("there is no output \"\(name)\"")
            }
            if let wanted = types[name]?.shape, tensor.shape != wanted {
                throw nonsense("output \"\(name)\" has shape \(tensor.shape), not \(wanted)")
            }
            let elements = tensor.float64.elements
            if let position = elements.firstIndex(where: { !$0.isFinite }) {
                throw nonsense("output \"\(name)\" is \(elements[position]) at \(tensor.shape.index(at: position))")
            }
            outputs[name] = tensor
            if let node = graph.nodes.first(where: { $0.outputs.contains(name) }) {
                try observe(Activation(name: name, node: node, values: tensor))
            }
        }
        return outputs
    }

    /// The seconds that the engine takes to compute the inputs a number of times.
    ///
    /// - Throws: ``OutsideEngineError``, ``NetworkGraph/GraphError`` for inputs that do not fit.
    package func time(_ inputs: [String: AnyTensor], count: Int) throws -> Double {
        var request = AdapterMessage(header: .init(message: "time", count: count))
        request.tensors = try graph.inputTensors(in: inputs).map { ($0.name, $0.tensor) }
        let answer = try process.withLock { try $0.exchange(request, within: adapter.secondsToAnswer) }.header
        guard answer.message == "timed", let seconds = answer.seconds, seconds > 0, seconds.isFinite else {
            throw nonsense("\"\(answer.message)\" in answer to \"time\", not \"timed\" with a number of seconds")
        }
        return seconds
    }

    /// - Throws: always, because an outside engine computes only whole networks.
    package func evaluate(_ node: Node, on inputs: [String: AnyTensor]) throws -> [AnyTensor] {
        throw EngineError.unsupported(node: node.name, operator: node.operator.name)
    }

    private func nonsense(_ reason: String) -> OutsideEngineError {
        .nonsense(engine: adapter.name, reason: reason)
    }
}
