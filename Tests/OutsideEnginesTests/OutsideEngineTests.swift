import Engines
import Foundation
import NetworkGraph
import OutsideEngines
import Tensors
import TestSupport
import Testing

@Suite struct OutsideEngineTests {
    private let x = AnyTensor.float32(Tensor([1, 2], [1, 2]))

    private func graph() throws -> Graph {
        try Graph(
            name: "relu", inputs: [.init(name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(2)])],
            outputs: ["y"],
            nodes: [Node(name: "relu", operator: ActivationFunction.relu, inputs: ["x"], outputs: ["y"])],
            initializers: [:])
    }

    private func engine(_ fake: FakeAdapter, in directory: String, seconds: Double = 30) throws -> OutsideEngine {
        try OutsideEngine(
            fake.adapter(in: directory, secondsToAnswer: seconds), model: "/models/relu.onnx", graph: graph())
    }

    /// What a run with a fake throws.
    private func failure(of fake: FakeAdapter, in directory: String) -> OutsideEngineError? {
        do {
            _ = try engine(fake, in: directory).run(["x": x])
            return nil
        } catch {
            return error as? OutsideEngineError
        }
    }

    @Test("An adapter that works answers again and again, and says who it is")
    func works() throws {
        try withTemporaryDirectory { directory in
            let engine = try engine(.works, in: directory)
            #expect([engine.identity.engine, engine.identity.version, engine.identity.device] == ["fake", "1", "cpu"])
            for count in 1...3 {
                let x = AnyTensor.float32(Tensor([count, 2], [Float](repeating: Float(count), count: 2 * count)))
                var seen = [String]()
                #expect(try engine.run(["x": x], observing: { seen.append($0.name) }) == ["y": x])
                #expect(seen == ["y"])
            }
        }
    }

    @Test("The time of a number of runs is what the adapter says; another answer is an error")
    func time() throws {
        try withTemporaryDirectory { directory in
            #expect(try engine(.works, in: directory).time(["x": x], count: 3) == 0.75)
            let other = try engine(.answersTimeWithResult, in: directory)
            #expect(throws: OutsideEngineError.self) { try other.time(["x": x], count: 3) }
        }
    }

    @Test("A tensor larger than any pipe's buffer goes through both ways")
    func large() throws {
        try withTemporaryDirectory { directory in
            let x = AnyTensor.float32(Tensor([100_000, 2], repeating: 0.5))
            let answer = try engine(.works, in: directory).run(["x": x])
            #expect(answer == ["y": x])
        }
    }

    @Test(
        "An adapter that ends is an error with its last words",
        arguments: [
            (FakeAdapter.endsAtOnce, "no such engine here"), (.endsWhileLoading, "the model is too large"),
            (.endsInMidRun, "out of memory"), (.endsInMidMessage, "cut"),
        ])
    func death(_ fake: FakeAdapter, _ words: String) throws {
        try withTemporaryDirectory { directory in
            let error = try #require(failure(of: fake, in: directory))
            #expect(error == .died(engine: "fake", lastWords: "I am the fake | \(words)"))
            #expect(error.description.contains(words))
        }
    }

    @Test("What an adapter refuses is told in its words")
    func refusal() throws {
        try withTemporaryDirectory { directory in
            let refused = failure(of: .refuses, in: directory)
            #expect(refused == .refused(engine: "fake", reason: "the model has an operator Foo"))
            let later = failure(of: .refusesToRun, in: directory)
            #expect(later == .refused(engine: "fake", reason: "the input is odd"))
        }
    }

    @Test("An adapter that answers too late, or does not even read, is given up in time")
    func tooLate() throws {
        try withTemporaryDirectory { directory in
            let start = Date()
            #expect(throws: OutsideEngineError.tooLate(engine: "fake", seconds: 0.5, lastWords: "I am the fake")) {
                try engine(.isLate, in: directory, seconds: 0.5).run(["x": x])
            }
            let hanging = try FakeAdapter.hangsWithoutReading.adapter(in: directory)
            let impatient = Adapter(name: "fake", command: hanging.command, secondsToLoad: 1)
            #expect(throws: OutsideEngineError.self) {
                try OutsideEngine(impatient, model: String(repeating: "m", count: 1 << 20), graph: graph())
            }
            #expect(Date().timeIntervalSince(start) < 20)
        }
    }

    @Test(
        "What is no answer to the request is refused, and never taken for a result",
        arguments: [
            (FakeAdapter.talksGarbage, "it begins with \"L\", not with the length of a header"),
            (.answersOutOfTurn, "\"result\" in answer to \"load\", not \"ready\" with its name"),
            (.hasOtherOutputs, "it gives z; wanted are y"), (.leavesOutputOut, "there is no output \"y\""),
            (.givesAnotherShape, "output \"y\" has shape [1, 3], not [1, 2]"),
            (.givesNaN, "output \"y\" is nan at [0, 1]"),
            (.announcesTooMuch, "tensor \"y\" of 1099511627776 bytes"),
        ])
    func nonsense(_ fake: FakeAdapter, _ reason: String) throws {
        try withTemporaryDirectory { directory in
            #expect(failure(of: fake, in: directory) == .nonsense(engine: "fake", reason: reason))
        }
    }

    @Test("A tensor that is cut short is refused")
    func damagedTensor() throws {
        try withTemporaryDirectory { directory in
            let error = try #require(failure(of: .givesDamagedTensor, in: directory))
            #expect(error.description.hasPrefix("engine fake: its answer cannot be used: tensor \"y\""))
        }
    }

    @Test("A program that does not exist is an error")
    func noProgram() throws {
        let adapter = Adapter(name: "none", command: ["/nowhere/no-such-program"])
        #expect(throws: OutsideEngineError.self) { try OutsideEngine(adapter, model: "m.onnx", graph: graph()) }
    }

    @Test("Inputs that do not fit the graph are refused before the adapter is asked")
    func badInput() throws {
        try withTemporaryDirectory { directory in
            let engine = try engine(.works, in: directory)
            #expect(throws: GraphError.self) { try engine.run(["x": .float32(Tensor([1, 3], repeating: 0))]) }
            #expect(throws: GraphError.self) { try engine.run([:]) }
        }
    }
}
