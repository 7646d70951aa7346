import ChildProcesses
import Foundation
import JSONTree
import Synchronization
import Tensors

/// A capture that a child process reads: what kills, halts or bloats that process is an error of the file, and nothing
/// more. Requests are answered one after another.
final class ChildCapture: CaptureReader {
    /// How long the process may take to start, and how fast it must read a file at least, in bytes per second. What
    /// takes long by computing ends before, by the limit on its processor time.
    private static let secondsToStart = 60.0
    private static let bytesPerSecond = 10_000_000.0
    private static let largestNPYHeader = 1 << 16

    let header: CaptureHeader
    let caseNames: [String]
    let tensorCounts: [Int]
    private let path: String
    private let indices: [String: Int]
    private let secondsToAnswer: Double
    private let process: Mutex<ChildProcess>

    /// - Returns: nil if the maximum number of processes is running.
    init?(_ path: String, command: [String]) throws(CaptureError) {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        let seconds = Self.secondsToStart + Double(size) / Self.bytesPerSecond
        let process: ChildProcess
        do throws(ChildProcessError) {
            process = try ChildProcess(
                command + ["\(max(MemoryLimit.bytes, 1))", path],
                environment: ["SWIFT_BACKTRACE": "enable=no"])
            process.beginExchange(within: Self.secondsToStart)
            let greeting = try process.readLine(upTo: 100).map { String(decoding: $0, as: UTF8.self) }
            guard greeting == CaptureMessage.greeting else {
                throw .cannotStart(reason: "\(command.first ?? "") answers \"\(greeting ?? "")\"")
            }
        } catch {
            if error == .noMoreProcesses { return nil }
            // It has not touched the file yet.
            throw .notRead(file: path, reason: "no process that reads it can be started: \(error)")
        }
        process.beginExchange(within: seconds)
        let description = try ChildCapture.answer(of: process, file: path, place: "")
        guard let header = description.header, let names = description.caseNames,
            let counts = description.tensorCounts, counts.count == names.count
        else { throw ChildCapture.nonsense(path, "") }
        self.path = path
        self.header = header
        caseNames = names
        tensorCounts = counts
        indices = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        secondsToAnswer = seconds
        self.process = Mutex(process)
    }

    func readCase(_ name: String, inputsOnly: Bool) throws(CaptureError) -> CaptureCase {
        let place = "case \"\(name)\""
        guard let index = indices[name] else {
            throw .malformed(file: path, place: place, reason: "there is no such case")
        }
        return try process.withLock { process throws(CaptureError) in
            process.beginExchange(within: secondsToAnswer)
            do throws(ChildProcessError) {
                try process.write(Array("\(index)\(inputsOnly ? " " + CaptureMessage.inputsOnly : "")\n".utf8))
            } catch {
                throw ChildCapture.failure(error, file: path, place: place)
            }
            guard let recorded = try ChildCapture.answer(of: process, file: path, place: place).recorded else {
                throw ChildCapture.nonsense(path, place)
            }
            var left = MemoryLimit.bytes
            func tensor() throws(CaptureError) -> AnyTensor {
                let file = try ChildCapture.measured(
                    process, upTo: [left, Self.largestNPYHeader].saturatingSum, file: path, place: place)
                left = max(left - file.count, 0)
                do throws(TensorError) { return try AnyTensor(npy: file) } catch {
                    throw ChildCapture.nonsense(path, place)
                }
            }
            var inputs = [CaptureCase.Input]()
            for name in recorded.inputs { inputs.append(.init(name: name, values: try tensor())) }
            var tensors = [CaptureCase.Output]()
            for output in recorded.tensors {
                tensors.append(
                    .init(
                        name: output.name, node: output.node, operator: output.operator,
                        isGraphOutput: output.isGraphOutput, values: try tensor()))
            }
            return CaptureCase(name: name, source: recorded.source, inputs: inputs, tensors: tensors)
        }
    }

    /// The next description.
    private static func answer(
        of process: ChildProcess, file: String, place: String
    ) throws(CaptureError) -> CaptureMessage.Description {
        let text = try measured(process, upTo: CaptureMessage.longestDescription, file: file, place: place)
        let description: CaptureMessage.Description
        do throws(JSONError) { description = try JSON(parsing: text, file: file).decode() } catch {
            throw nonsense(file, place)
        }
        if let fault = description.fault { throw fault.error(of: file) }
        return description
    }

    /// The next block of bytes; a line before it gives its length.
    private static func measured(
        _ process: ChildProcess, upTo longest: Int, file: String, place: String
    ) throws(CaptureError) -> [UInt8] {
        do throws(ChildProcessError) {
            let digits = try process.readLine(upTo: CaptureMessage.longestLength)
            guard let length = digits.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
                (0...longest).contains(length)
            else { throw ChildProcessError.ended(signal: nil, lastWords: "") }
            return try process.read(length)
        } catch {
            throw failure(error, file: file, place: place)
        }
    }

    private static func failure(_ error: ChildProcessError, file: String, place: String) -> CaptureError {
        let reason =
            switch error {
            case .ended(SIGXCPU, _): "reading it takes more time than its size explains"
            case .ended(let signal?, _): "the HDF5 library breaks on it (signal \(signal))"
            case .ended(nil, _): "the HDF5 library breaks on it"
            case .tooLate(let seconds, _): "reading it takes more than \(Int(seconds)) s"
            case .cannotStart(let reason): reason
            case .noMoreProcesses: "no process can be started"
            }
        return unreadable(file, place, "\(reason); it is damaged, or made to do that")
    }

    private static func nonsense(_ file: String, _ place: String) -> CaptureError {
        unreadable(file, place, "the process that reads it answers nonsense; it is damaged, or made to do that")
    }

    private static func unreadable(_ file: String, _ place: String, _ reason: String) -> CaptureError {
        place.isEmpty
            ? .unreadable(file: file, reason: reason) : .malformed(file: file, place: place, reason: reason)
    }
}
