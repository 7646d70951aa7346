import Foundation
import Synchronization

/// A running program and its input and output streams.
///
/// Each exchange has a deadline, for writing and for reading, so that a hanging program causes an error and no hang
/// here.
package final class ChildProcess {
    private let process: SpawnedProcess
    /// Below 0 once nothing more is written.
    private var requests: Int32
    private let answers: Int32
    /// Its standard error; nil if no file could be created.
    private let lastWordsFile: String?
    private var deadline = Date.distantFuture
    private var seconds = 0.0
    /// Held while one starts: a child started between the creation of a pipe and the call that keeps others from inheriting
    /// its ends would hold them.
    private static let starting = Mutex(())

    /// - Parameters:
    ///   - command: the program and its arguments; a program name without a path is searched for in PATH.
    ///   - environment: variables that it has besides ours.
    /// - Throws: ``ChildProcessError/cannotStart(reason:)``, ``ChildProcessError/noMoreProcesses``.
    package init(_ command: [String], environment: [String: String] = [:]) throws(ChildProcessError) {
        guard let program = command.first else { throw .cannotStart(reason: "there is no command") }
        // Writing to a program that has ended is an error like any other.
        signal(SIGPIPE, SIG_IGN)
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("mtcnn-validate-\(UUID().uuidString).txt").path
        let isWritten = FileManager.default.createFile(atPath: file, contents: nil)
        var opened = [Int32]()
        do throws(ErrorNumber) {
            let (questions, replies, process) = try Self.starting.withLock { _ throws(ErrorNumber) in
                let questions = try PipeEnds()
                opened += [questions.reading, questions.writing]
                let replies = try PipeEnds()
                opened += [replies.reading, replies.writing]
                let process = try SpawnedProcess(
                    command, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
                    input: questions.reading, output: replies.writing, errors: isWritten ? file : "/dev/null")
                return (questions, replies, process)
            }
            (self.process, requests, answers) = (process, questions.writing, replies.reading)
            // Our descriptors end with the program's; otherwise its death would go unnoticed.
            close(questions.reading)
            close(replies.writing)
        } catch {
            for descriptor in opened { close(descriptor) }
            if isWritten { try? FileManager.default.removeItem(atPath: file) }
            if error.isLackOfRoom { throw .noMoreProcesses }
            throw .cannotStart(reason: "\(program): \(String(cString: strerror(error.value)))")
        }
        lastWordsFile = isWritten ? file : nil
        for descriptor in [requests, answers] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    deinit {
        process.end()
        endRequests()
        close(answers)
        if let lastWordsFile { try? FileManager.default.removeItem(atPath: lastWordsFile) }
    }

    /// Begins an exchange with the given time limit.
    package func beginExchange(within seconds: Double) {
        self.seconds = seconds
        deadline = Date(timeIntervalSinceNow: seconds)
    }

    /// The next bytes.
    ///
    /// - Throws: ``ChildProcessError`` if the program has ended, or answers too late.
    package func read(_ count: Int) throws(ChildProcessError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            try wait(for: POLLIN, on: answers)
            let got = bytes.withUnsafeMutableBytes {
                platformRead(answers, $0.baseAddress?.advanced(by: done), count - done)
            }
            if got == 0 { throw ended() }
            if got < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                throw ended()
            }
            done += got
        }
        return bytes
    }

    /// The next bytes up to a newline, without it; nil if there is no newline within the limit.
    ///
    /// - Throws: as ``read(_:)``.
    package func readLine(upTo longest: Int) throws(ChildProcessError) -> [UInt8]? {
        var line = [UInt8]()
        while line.count < longest {
            let byte = try read(1)[0]
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
        return nil
    }

    /// Waits until the program has ended by itself; nothing more is written to it.
    ///
    /// - Returns: what it still printed, of which no more than so many bytes are kept, and the code that it ended with.
    /// - Throws: ``ChildProcessError`` where a signal ended it, or it ends too late.
    package func waitForEnd(keeping longest: Int) throws(ChildProcessError) -> (rest: [UInt8], exitCode: Int32) {
        endRequests()
        var rest = [UInt8]()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            guard deadline.timeIntervalSinceNow > 0 else {
                process.end()
                throw .tooLate(seconds: seconds, lastWords: lastWords)
            }
            // Asked first: what it wrote last is there once it has ended.
            let isRunning = process.isRunning
            let got = buffer.withUnsafeMutableBytes { platformRead(answers, $0.baseAddress, $0.count) }
            if got > 0 {
                rest += buffer.prefix(min(got, longest - rest.count))
            } else if isRunning {
                usleep(2_000)
            } else {
                break
            }
        }
        guard let exitCode = process.exitCode else { throw ended() }
        return (rest, exitCode)
    }

    private func endRequests() {
        if requests >= 0 { close(requests) }
        requests = -1
    }

    /// The last lines that the program wrote to its standard error.
    package var lastWords: String {
        let data = lastWordsFile.flatMap { FileManager.default.contents(atPath: $0) } ?? Data()
        let lines = String(decoding: data.suffix(2000), as: UTF8.self).split(separator: "\n").suffix(3)
        return lines.joined(separator: " | ").trimmingCharacters(in: .whitespaces)
    }

    /// - Throws: ``ChildProcessError`` where the program has ended, or takes them too late.
    package func write(_ bytes: [UInt8]) throws(ChildProcessError) {
        var done = 0
        while done < bytes.count {
            try wait(for: POLLOUT, on: requests)
            let put = bytes.withUnsafeBytes {
                platformWrite(requests, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if put < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                throw ended()
            }
            done += put
        }
    }

    private func wait(for events: Int32, on descriptor: Int32) throws(ChildProcessError) {
        while true {
            let left = deadline.timeIntervalSinceNow
            guard left > 0 else {
                process.end()
                throw .tooLate(seconds: seconds, lastWords: lastWords)
            }
            var poller = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = poll(&poller, 1, Int32(min(left * 1000 + 1, 60_000)))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw ended() }
        }
    }

    // MARK: Errors

    private func ended() -> ChildProcessError {
        // It may still be ending, and its last words on their way to the file.
        let patience = Date(timeIntervalSinceNow: 1)
        while process.isRunning, Date() < patience { usleep(10_000) }
        return .ended(signal: process.endingSignal, lastWords: lastWords)
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
