import Foundation

/// A running adapter, and the bytes that go to it and come from it.
///
/// Each exchange has a deadline, on writing as on reading, so that an adapter that hangs is an error and no halt.
public final class AdapterPipes {
    private let engine: String
    private let process = Process()
    private let requests: Int32
    private let answers: Int32
    private let lastWordsFile: URL
    private var deadline = Date.distantFuture
    private var seconds = 0.0
    // Held so that the descriptors stay open.
    private let pipes: (requests: Pipe, answers: Pipe)

    /// - Throws: ``OutsideEngineError/cannotStart(engine:reason:)``.
    public init(engine: String, command: [String]) throws(OutsideEngineError) {
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

    /// Begins an exchange, which may take so long.
    public func beginExchange(within seconds: Double) {
        self.seconds = seconds
        deadline = Date(timeIntervalSinceNow: seconds)
    }

    /// The next bytes.
    ///
    /// - Throws: ``OutsideEngineError`` where the adapter has ended, or answers too late.
    public func read(_ count: Int) throws(OutsideEngineError) -> [UInt8] {
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

    /// - Throws: ``OutsideEngineError`` where the adapter has ended, or takes them too late.
    public func write(_ bytes: [UInt8]) throws(OutsideEngineError) {
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

    private func wait(for events: Int32, on descriptor: Int32) throws(OutsideEngineError) {
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

    /// The last lines that the adapter wrote to its standard error.
    private var lastWords: String {
        let data = (try? Data(contentsOf: lastWordsFile)) ?? Data()
        let lines = String(decoding: data.suffix(2000), as: UTF8.self).split(separator: "\n").suffix(3)
        return lines.joined(separator: " | ").trimmingCharacters(in: .whitespaces)
    }
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
