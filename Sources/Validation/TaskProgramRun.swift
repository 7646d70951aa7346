import Captures
import ChildProcesses
import Conformance
import Engines
import Files
import Foundation
import JSONTree
import ModelFormats
import NetworkGraph
import Tensors

/// The user's programs that measure how good two sides' answers are.
package struct ProgramTasks: Sendable {
    private let programs: [TaskProgram]
    private let seconds: Double
    private let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - seconds: the longest that a program may take.
    ///   - progress: is told of each program before it is started.
    package init(
        _ programs: [TaskProgram] = [], within seconds: Double = 0,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.programs, self.seconds, self.progress) = (programs, seconds, progress)
    }

    package var isEmpty: Bool { programs.isEmpty }

    /// Runs the programs on two sides' answers.
    ///
    /// - Parameter inputs: for two models.
    /// - Throws: ``TaskProgramError``, and what computing and writing throw.
    package func measure(
        _ baseline: ComparedSide, _ candidate: ComparedSide, on inputs: ComparedInputs? = nil
    ) throws -> [TaskAgreement] {
        try programs.flatMap { program in
            progress(program.name)
            return try program.measure(baseline, candidate, on: inputs, within: seconds)
        }
    }

    /// What the programs measure of the answers that an engine gives to a capture's inputs, against the model's in float32.
    ///
    /// - Throws: ``TaskProgramError``, and what computing and writing throw.
    func measure(
        of engine: any Engine, in arithmetic: ArithmeticName, against model: Model, on capture: CaptureFile
    ) throws -> [TaskAgreement] {
        guard !isEmpty else { return [] }
        return try measure(
            .model(model, try model.engine(.fp32, for: model.graph), .fp32), .model(model, engine, arithmetic),
            on: try ComparedSide.capture(capture).recordedInputs)
    }
}

extension TaskProgram {
    /// Starts the program on both sides' answers, and reads the numbers that it prints.
    ///
    /// A model is computed on the other side's inputs, or on the given ones, and its outputs are written to a capture
    /// for the program. Tensors keep each side's own names. The program's output counts if it is one line, and if the
    /// program exits with 0.
    ///
    /// - Parameters:
    ///   - inputs: for two models.
    ///   - seconds: the program's time limit.
    /// - Throws: ``TaskProgramError``, and the errors of computing and writing.
    fileprivate func measure(
        _ baseline: ComparedSide, _ candidate: ComparedSide, on inputs: ComparedInputs?, within seconds: Double
    ) throws -> [TaskAgreement] {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("mtcnn-validate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let sides = [("baseline", baseline, candidate), ("candidate", candidate, baseline)]
        let paths = try sides.map { role, side, other in
            let path = directory.appendingPathComponent("\(role).h5").path
            try side.writeAnswers(on: inputs ?? other.recordedInputs, to: path)
            return path
        }
        let line: [UInt8]?
        do {
            let process = try ChildProcess(command + paths)
            process.beginExchange(within: seconds)
            line = try process.readLine(upTo: 1 << 20)
            let (rest, exitCode) = try process.waitForEnd(keeping: 1 << 10)
            guard exitCode == 0 else {
                throw TaskProgramError(name, "it ended with exit code \(exitCode)\(process.lastWords.behindColon)")
            }
            guard rest.allSatisfy({ " \t\r\n".utf8.contains($0) }) else {
                throw TaskProgramError(name, "it prints more than one line: one object of numbers is for all cases")
            }
        } catch let error as ChildProcessError {
            throw TaskProgramError(name, error.words)
        }
        guard let line, case .object(let members) = try? JSON(parsing: line, file: name) else {
            throw TaskProgramError(name, "it prints one line, an object of numbers: {\"mAP\": 0.71}")
        }
        return try members.sorted { $0.key < $1.key }.map { member in
            let (key, value) = (member.key, member.value)
            guard let number = value.number else { throw TaskProgramError(name, "\(key) is not a number") }
            return TaskAgreement(measured: number, as: "\(name)#\(key)")
        }
    }
}

extension ChildProcessError {
    fileprivate var words: String {
        switch self {
        case .cannotStart(let reason): "it cannot be started: \(reason)"
        case .noMoreProcesses: "no more processes can be started"
        case .ended(let signal?, let lastWords): "signal \(signal) ended it\(lastWords.behindColon)"
        case .ended(nil, let lastWords): "it ended before it had printed a line of JSON\(lastWords.behindColon)"
        case .tooLate(let seconds, let lastWords):
            "it was not done within \(seconds) s (--engine-timeout)\(lastWords.behindColon)"
        }
    }
}

extension String {
    /// What a program wrote last, if it wrote anything, behind what is said of it.
    fileprivate var behindColon: String { isEmpty ? "" : ": \(self)" }
}

/// Why a user's program measured nothing.
package struct TaskProgramError: Error, CustomStringConvertible {
    package let description: String

    init(_ program: String, _ reason: String) { description = "\(program): \(reason)" }
}

extension JSON {
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

extension ComparedSide {
    /// The inputs of a capture's cases; nil for a model.
    package var recordedInputs: ComparedInputs? {
        get throws {
            guard case .capture(let capture) = self else { return nil }
            return ComparedInputs(
                cases: try capture.caseNames.map { name in
                    let recorded = try capture.readCase(name)
                    return (name, recorded.source, recorded.inputs.map { ($0.name, $0.values) })
                })
        }
    }

    /// Writes the side's outputs as a capture.
    fileprivate func writeAnswers(on inputs: ComparedInputs?, to path: String) throws {
        let header: CaptureHeader
        let cases: [CaptureCase]
        switch self {
        case .capture(let capture):
            header = capture.header
            cases = try capture.caseNames.map { name in
                let recorded = try capture.readCase(name)
                return CaptureCase(
                    name: name, source: recorded.source, inputs: recorded.inputs,
                    tensors: recorded.tensors.filter(\.isGraphOutput))
            }
        case .model(let model, let engine, let arithmetic):
            header = CaptureHeader(
                engine: "mtcnn-validate", engineVersion: "", arithmetic: model.arithmeticLabel(asked: arithmetic),
                modelName: model.name, modelSHA256: model.sha256, adapter: "mtcnn-validate compare")
            cases = try inputs.map { try model.answers(to: $0, by: engine) } ?? []
        }
        let writer = try CaptureWriter(header, compression: .none, to: path)
        for one in cases { try writer.append(one) }
        try writer.finish()
    }
}
