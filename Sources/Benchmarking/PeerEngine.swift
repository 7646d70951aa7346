import Detection
import Foundation
import Tensors

/// Another engine in a process of its own, which `validation/bench_engine.py` runs.
///
/// It is told what to do line by line: `load NETWORK INPUT.npy OUTPUT.npy` prepares a network for upright images
/// [N, rows, columns, 3], computes them once, writes [N, rows, columns, channels] and answers `ready`; `run COUNT`
/// answers the seconds that it took to compute them so often. What cannot be done is answered by `error REASON`.
public final class PeerEngine {
    public let name: String
    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var unread = Data()

    /// - Parameters:
    ///   - python: an interpreter that has the engine's package.
    ///   - models: the directory of the networks.
    /// - Throws: ``PeerEngineError`` where it cannot be started.
    public init(_ name: String, python: String, adapter: String, models: String) throws(PeerEngineError) {
        self.name = name
        // That an engine has ended shows in what writing to it returns.
        signal(SIGPIPE, SIG_IGN)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, adapter, name, models]
        process.standardInput = requests
        process.standardOutput = answers
        do {
            try process.run()
        } catch {
            throw PeerEngineError(engine: name, reason: "\(python) cannot be run")
        }
    }

    deinit {
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Prepares a network for images, and computes them.
    public func load(_ input: NetworkInput) throws -> Tensor<Float> {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (given, computed) = (directory.appendingPathComponent("x.npy"), directory.appendingPathComponent("y.npy"))
        try Data(AnyTensor.float32(input.images).npy).write(to: given)
        let answer = try ask("load \(input.network.modelName) \(given.path) \(computed.path)")
        guard answer == "ready" else { throw PeerEngineError(engine: name, reason: answer) }
        guard case .float32(let tensor) = try AnyTensor(npy: [UInt8](Data(contentsOf: computed))) else {
            throw PeerEngineError(engine: name, reason: "its output is not float32")
        }
        return tensor
    }

    /// The seconds that the loaded network takes for its images so many times.
    public func run(count: Int) throws(PeerEngineError) -> Double {
        let answer = try ask("run \(count)")
        guard let seconds = Double(answer) else { throw PeerEngineError(engine: name, reason: answer) }
        return seconds
    }

    private func ask(_ request: String) throws(PeerEngineError) -> String {
        do {
            try requests.fileHandleForWriting.write(contentsOf: Data("\(request)\n".utf8))
        } catch {
            throw PeerEngineError(engine: name, reason: "it has ended")
        }
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[(end + 1)...]) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { throw PeerEngineError(engine: name, reason: "it has ended") }
            unread += more
        }
    }
}

/// Another engine could not be measured.
public struct PeerEngineError: Error, Equatable, CustomStringConvertible {
    public let engine: String
    public let reason: String

    public var description: String { "\(engine): \(reason)" }
}
