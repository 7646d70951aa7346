import Foundation
import Tensors

/// Limits on the process that reads a capture, which grow with what the file's shapes say and with nothing else.
struct ReadingLimits {
    /// What reading takes beside the tensors, in bytes.
    private static let memoryOfLibrary = 1 << 30
    /// Copies of a tensor that exist at once: as stored, unpacked, in order, as numbers.
    private static let copies = 4
    /// Processor time of a file's structure, in seconds, and of its tensors, in bytes per second.
    private static let secondsOfStructure = 3
    private static let bytesPerSecond = 10_000_000

    /// The address space when reading begins, in bytes.
    private let initialMemory: Int

    init() {
        initialMemory = ReadingLimits.addressSpace
        // It may well crash, and nobody wants the remains.
        limit(RLIMIT_CORE, to: 0)
    }

    /// Sets the limits for reading that many bytes: time from now on, and memory in total.
    func allow(byteCount: Int) {
        limit(
            RLIMIT_CPU,
            to: Int(clock()) / Int(CLOCKS_PER_SEC) + Self.secondsOfStructure + byteCount / Self.bytesPerSecond)
        #if os(Linux)
            limit(
                RLIMIT_AS,
                to: [initialMemory, Self.memoryOfLibrary, byteCount.saturatingProduct(Self.copies)].saturatingSum)
        #endif
    }

    /// From Linux's list of a process's pages; 0 elsewhere.
    private static var addressSpace: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").first.flatMap({ Int($0) })
        else { return 0 }
        return pages.saturatingProduct(Int(sysconf(Int32(_SC_PAGESIZE))))
    }
}

#if canImport(Glibc)
    private typealias Resource = __rlimit_resource
    private func systemResource(_ resource: Resource) -> __rlimit_resource_t { __rlimit_resource_t(resource.rawValue) }
#else
    private typealias Resource = Int32
    private func systemResource(_ resource: Resource) -> Int32 { resource }
#endif

/// Sets the soft limit alone, so that it can be raised again.
private func limit(_ resource: Resource, to value: Int) {
    var limits = rlimit()
    guard getrlimit(systemResource(resource), &limits) == 0 else { return }
    limits.rlim_cur = min(rlim_t(value), limits.rlim_max)
    _ = setrlimit(systemResource(resource), &limits)
}
