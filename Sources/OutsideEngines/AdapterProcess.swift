import Foundation
import JSONTree
import Tensors

/// A running adapter, and the pipes to it.
///
/// Each exchange has a deadline, on writing as on reading, so that an adapter that hangs is an error and no halt.
final class AdapterProcess {
    private let engine: String
    private let process = Process()
    private let requests: Int32
    private let answers: Int32
    private let lastWordsFile: URL
    private var deadline = Date.distantFuture
    private var seconds = 0.0
    // Held so that the descriptors stay open.
    private let pipes: (requests: Pipe, answers: Pipe)

    /// The largest header, and the largest tensor, that an answer may announce: more is nonsense.
    private static let largestHeader = 1 << 20
    private static let largestTensor = 1 << 30

    /// - Throws: ``OutsideEngineError/cannotStart(engine:reason:)``.
    init(engine: String, command: [String]) throws(OutsideEngineError) {
        self.engine = engine
        guard let program = command.first else { throw .cannotStart(engine: engine, reason: "there is no command") }
        // Writing to an adapter that has ended is an error like any other.
        signal(SIGPIPE, SIG_IGN)
        pipes = (Pipe(), Pipe())
        requests = pipes.requests.fileHandleForWriting.fileDescriptor
        answers = pipes.answers.fileHandleForReading.fileDescriptor
        lastWordsFile = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mtcnn-validate-\(UUID().uuidString).txt")
        do {
            try Data().write(to: lastWordsFile)
            process.standardError = try FileHandle(forWritingTo: lastWordsFile)
            process.standardInput = pipes.requests
            process.standardOutput = pipes.answers
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [program] + command.dropFirst()
            try process.run()
        } catch {
            throw .cannotStart(
                engine: engine,
                reason: "\(program): no process can be started, or nothing written to the temporary directory")
        }
        // Ours end with the adapter's: else its death would not be seen.
        try? pipes.requests.fileHandleForReading.close()
        try? pipes.answers.fileHandleForWriting.close()
        for descriptor in [requests, answers] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    deinit {
        end()
        try? FileManager.default.removeItem(at: lastWordsFile)
    }

    /// Sends a message and gives the answer, which is not an error message.
    func exchange(_ message: AdapterMessage, within seconds: Double) throws -> AdapterMessage {
        self.seconds = seconds
        deadline = Date(timeIntervalSinceNow: seconds)
        try write(try message.encoded())
        let answer = try read()
        if answer.header.message == "error" {
            throw OutsideEngineError.refused(engine: engine, reason: answer.header.reason ?? "it failed")
        }
        return answer
    }

    // MARK: Messages

    private func read() throws -> AdapterMessage {
        let bytes = try read(try readHeaderLength())
        var message: AdapterMessage
        do throws(JSONError) {
            message = AdapterMessage(header: try JSON(parsing: bytes, file: "header").decode())
        } catch {
            throw nonsense("\(error)")
        }
        for part in message.header.tensors ?? [] {
            guard (0...Self.largestTensor).contains(part.bytes) else {
                throw nonsense("tensor \"\(part.name)\" of \(part.bytes) bytes")
            }
            let file = try read(part.bytes)
            do throws(TensorError) {
                message.tensors.append((part.name, try AnyTensor(npy: file)))
            } catch {
                throw nonsense("tensor \"\(part.name)\": \(error)")
            }
        }
        return message
    }

    private func readHeaderLength() throws -> Int {
        var digits = [UInt8]()
        while true {
            let byte = try read(1)[0]
            if byte == UInt8(ascii: "\n") { break }
            digits.append(byte)
            guard digits.count < 8, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
                throw nonsense("it begins with \"\(Self.text(digits))\", not with the length of a header")
            }
        }
        guard let length = Int(Self.text(digits)), length <= Self.largestHeader else {
            throw nonsense("a header of \"\(Self.text(digits))\" bytes")
        }
        return length
    }

    // MARK: Bytes

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            try wait(for: POLLIN, on: answers)
            let got = bytes.withUnsafeMutableBytes {
                platformRead(answers, $0.baseAddress?.advanced(by: done), count - done)
            }
            if got == 0 { throw died() }
            if got < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                throw died()
            }
            done += got
        }
        return bytes
    }

    private func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            try wait(for: POLLOUT, on: requests)
            let put = bytes.withUnsafeBytes {
                platformWrite(requests, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if put < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                throw died()
            }
            done += put
        }
    }

    private func wait(for events: Int32, on descriptor: Int32) throws {
        while true {
            let left = deadline.timeIntervalSinceNow
            guard left > 0 else {
                end()
                throw OutsideEngineError.tooLate(engine: engine, seconds: seconds, lastWords: lastWords)
            }
            var poller = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = poll(&poller, 1, Int32(min(left * 1000 + 1, 60_000)))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw died() }
        }
    }

    /// Kills the adapter: one that hangs, or that inherited a mask of blocked signals, hears nothing gentler.
    private func end() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    // MARK: Errors

    private func died() -> OutsideEngineError {
        // What it wrote last may still be on its way to the file.
        let patience = Date(timeIntervalSinceNow: 1)
        while process.isRunning, Date() < patience { usleep(10_000) }
        return .died(engine: engine, lastWords: lastWords)
    }

    private func nonsense(_ reason: String) -> OutsideEngineError {
        .nonsense(engine: engine, reason: reason)
    }

    /// The last lines that the adapter wrote to its standard error.
    private var lastWords: String {
        let data = (try? Data(contentsOf: lastWordsFile)) ?? Data()
        let lines = Self.text(data.suffix(2000)).split(separator: "\n").suffix(3)
        return lines.joined(separator: " | ").trimmingCharacters(in: .whitespaces)
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

#if canImport(Darwin)
    import Darwin

    private let platformRead = Darwin.read
    private let platformWrite = Darwin.write
#else
    import Glibc

    private let platformRead = Glibc.read
    private let platformWrite = Glibc.write
#endif
