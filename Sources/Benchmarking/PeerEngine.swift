import Detection
import Files
import Foundation
import OutsideEngines
import Tensors

/// Another engine in its own process, run by `validation/bench_engine.py`.
///
/// It is controlled line by line: `load NETWORK INPUT.npy OUTPUT.npy` prepares a network for upright images [N, rows,
/// columns, 3], computes them once, writes [N, rows, columns, channels] and answers `ready`; `run COUNT` answers the
/// seconds for that many runs. Failures are answered with `error REASON`.
package final class PeerEngine {
    package let name: String
    private let pipes: AdapterPipes
    private let secondsToAnswer: Double

    /// The longest permitted line of an answer.
    private static let longestLine = 10_000

    /// - Parameters:
    ///   - python: a Python interpreter with the engine's package installed.
    ///   - models: the directory of the networks.
    ///   - secondsToAnswer: the time limit for a request; twice as long for loading a network.
    /// - Throws: ``OutsideEngines/OutsideEngineError`` if it cannot be started.
    package init(
        _ name: String, python: String, adapter: String, models: String, secondsToAnswer: Double = 60
    ) throws(OutsideEngineError) {
        self.name = name
        self.secondsToAnswer = secondsToAnswer
        pipes = try AdapterPipes(engine: name, command: [python, adapter, name, models])
    }

    /// Prepares a network for images, and computes them.
    ///
    /// - Throws: ``OutsideEngines/OutsideEngineError``, ``Files/FileWritingError`` and ``Files/FileReadingError``.
    package func load(_ input: NetworkInput) throws -> Tensor<Float> {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (given, computed) = (directory.appendingPathComponent("x.npy"), directory.appendingPathComponent("y.npy"))
        try writeAtomically(AnyTensor.float32(input.images).npy, to: given.path)
        let answer = try ask(
            "load \(input.network.modelName) \(given.path) \(computed.path)", within: 2 * secondsToAnswer)
        guard answer == "ready" else { throw nonsense("\"\(answer)\" in answer to \"load\", not \"ready\"") }
        guard case .float32(let tensor) = try AnyTensor(npy: try readFile(computed.path)) else {
            throw nonsense("\(input.name): its output is not float32")
        }
        return tensor
    }

    /// The seconds that the loaded network takes for a number of runs on its images.
    ///
    /// - Throws: ``OutsideEngines/OutsideEngineError``.
    package func run(count: Int) throws(OutsideEngineError) -> Double {
        let answer = try ask("run \(count)", within: secondsToAnswer)
        guard let seconds = Double(answer), seconds > 0, seconds.isFinite else {
            throw nonsense("\"\(answer)\" in answer to \"run\", not a number of seconds")
        }
        return seconds
    }

    func nonsense(_ reason: String) -> OutsideEngineError { .nonsense(engine: name, reason: reason) }

    private func ask(_ request: String, within seconds: Double) throws(OutsideEngineError) -> String {
        pipes.beginExchange(within: seconds)
        try pipes.write(Array("\(request)\n".utf8))
        var line = [UInt8]()
        while true {
            let byte = try pipes.read(1)[0]
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
            guard line.count < Self.longestLine else { throw nonsense("a line of more than \(line.count) bytes") }
        }
        let answer = String(decoding: line, as: UTF8.self)
        let refusal = "error "
        guard !answer.hasPrefix(refusal) else {
            throw .refused(engine: name, reason: String(answer.dropFirst(refusal.count)))
        }
        return answer
    }
}
