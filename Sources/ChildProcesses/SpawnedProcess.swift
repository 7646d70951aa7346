import Foundation

/// A process started with our descriptors as its standard streams. It needs no thread of this process, so it can start
/// even when the limit on threads is reached.
final class SpawnedProcess {
    private let identifier: pid_t
    /// How it ended, once known.
    private var status: Int32?

    /// - Parameters:
    ///   - command: the program and its arguments; a program name without a path is searched for in PATH.
    ///   - environment: all of its variables.
    ///   - errors: the file for its standard error.
    /// - Throws: the system's error number.
    init(
        _ command: [String], environment: [String: String], input: Int32, output: Int32, errors: String
    ) throws(ErrorNumber) {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY, 0)
        // Otherwise it would inherit the signals that the starting thread ignores or blocks.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var ignored = sigset_t()
        sigemptyset(&ignored)
        for signal in [SIGPIPE, SIGXCPU, SIGXFSZ] { sigaddset(&ignored, signal) }
        posix_spawnattr_setsigdefault(&attributes, &ignored)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var identifier = pid_t()
        let failure = posix_spawnp(&identifier, command.first ?? "", &actions, &attributes, &arguments, &variables)
        guard failure == 0 else { throw ErrorNumber(value: failure) }
        self.identifier = identifier
    }

    deinit {
        guard isRunning else { return }
        // A hanging process ignores gentler signals.
        kill(identifier, SIGKILL)
        var ending: Int32 = 0
        while waitpid(identifier, &ending, 0) < 0, errno == EINTR {}
    }

    var isRunning: Bool {
        guard status == nil else { return false }
        var ending: Int32 = 0
        let found = waitpid(identifier, &ending, WNOHANG)
        if found == identifier { status = ending }
        return found == 0
    }

    /// The signal that ended it; nil if it is running, or ended by itself.
    var endingSignal: Int32? { status.map { $0 & 0x7f }.flatMap { $0 == 0 ? nil : $0 } }

    /// The code that it ended with; nil if it runs, or a signal ended it.
    var exitCode: Int32? { status.flatMap { $0 & 0x7f == 0 ? $0 >> 8 & 0xff : nil } }

    func end() {
        if isRunning { kill(identifier, SIGKILL) }
    }
}

/// A system error.
struct ErrorNumber: Error {
    let value: Int32

    /// Whether the limit on processes is reached, or memory for another is missing.
    var isLackOfRoom: Bool { value == EAGAIN || value == ENOMEM }
}

/// The two ends of a pipe, not inherited by other children.
struct PipeEnds {
    let reading: Int32
    let writing: Int32

    /// - Throws: if there are too many open files.
    init() throws(ErrorNumber) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ErrorNumber(value: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }
}
