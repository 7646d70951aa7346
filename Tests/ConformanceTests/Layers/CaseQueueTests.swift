import Engines
import Foundation
import Synchronization
import Testing

@testable import Conformance

/// Cases that are read whenever a thread has nothing to compute.
@Suite(.serialized) struct CaseQueueTests {
    private struct Failure: Error, Equatable {
        let what: String
    }

    /// A case that counts how many of its kind exist at once.
    private final class Counted: Sendable {
        static let living = Mutex((now: 0, most: 0))
        let name: String

        init(_ name: String) {
            self.name = name
            Counted.living.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        deinit { Counted.living.withLock { $0.now -= 1 } }
    }

    private func results(
        of names: [String], reading: @Sendable (String) throws -> Counted = { Counted($0) },
        computing: @Sendable (Counted, Int) throws -> String = { "\($0.name)\($1)" }
    ) throws -> [String] {
        try CaseQueue(names: names).map(
            inTurn: false, reading: reading, parts: { _ in [0, 1, 2] }, computing: computing
        ) { one, parts in "\(one.name): \(parts.joined(separator: " "))" }
    }

    @Test("Each case is read once, in order, and computed in parts; memory does not grow with their number")
    func order() throws {
        let names = (0..<1000).map { "c\($0)" }
        let reads = Mutex([String]())
        let results = try results(
            of: names,
            reading: { name in
                reads.withLock { $0.append(name) }
                return Counted(name)
            })
        #expect(results == names.map { "\($0): \($0)0 \($0)1 \($0)2" })
        #expect(reads.withLock { $0 } == names)
        // A thread that reads a case computes none, and the others are at one each.
        #expect(Counted.living.withLock { $0.most } <= Threads.limit)
        #expect(try self.results(of: []).isEmpty)
    }

    @Test("While one part takes long, other threads compute the later cases", .enabled(if: Threads.limit > 1))
    func noWaiting() throws {
        let names = (10..<50).map { "c\($0)" }
        let last = DispatchSemaphore(value: 0)
        let results = try results(
            of: names,
            computing: { one, part in
                if one.name == "c49", part == 2 { last.signal() }
                if one.name == "c10", part == 0 { #expect(last.wait(timeout: .now() + 60) == .success) }
                return "\(one.name)\(part)"
            })
        #expect(results == names.map { "\($0): \($0)0 \($0)1 \($0)2" })
    }

    @Test("What fails first in the cases' order is thrown, in reading as in computing")
    func failures() throws {
        let names = (0..<100).map { "c\($0)" }
        #expect(throws: Failure(what: "c70")) {
            try results(
                of: names,
                reading: { name in
                    guard name < "c70" || name.count < 3 else { throw Failure(what: name) }
                    return Counted(name)
                })
        }
        let reads = Atomic<Int>(0)
        #expect(throws: Failure(what: "c5/1")) {
            try results(
                of: names,
                reading: { name in
                    reads.add(1, ordering: .relaxed)
                    // Long enough for another thread to wait for the next case, which it reads while this one is computed.
                    if name == "c5" { Thread.sleep(forTimeInterval: 0.05) }
                    guard name != "c6" else { throw Failure(what: "c6 cannot be read") }
                    return Counted(name)
                },
                computing: { one, part in
                    if one.name == "c5", part == 0 { Thread.sleep(forTimeInterval: 0.05) }
                    guard one.name != "c5" || part != 1 else { throw Failure(what: "c5/1") }
                    return ""
                })
        }
        #expect(reads.load(ordering: .relaxed) <= 7)
    }

    @Test(
        "Of two parts that fail, the earlier is the error, whichever fails first", .enabled(if: Threads.limit > 1),
        arguments: [0, 1])
    func failingTogether(first: Int) {
        let begun = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
        #expect(throws: Failure(what: "c0/0")) {
            try results(
                of: ["c0", "c1", "c2"],
                computing: { one, part in
                    guard one.name == "c0", part < 2 else { return "" }
                    begun[part].signal()
                    #expect(begun[1 - part].wait(timeout: .now() + 60) == .success)
                    if part != first { Thread.sleep(forTimeInterval: 0.05) }
                    throw Failure(what: "c0/\(part)")
                })
        }
    }
}
