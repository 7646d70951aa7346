import ChildProcesses
import Foundation
import Synchronization
import Testing

@Suite struct ChildProcessTests {
    /// Handed from the thread that started it to the one that uses it.
    private struct Started: @unchecked Sendable {
        let process: ChildProcess
    }

    @Test("A program sees the end of what it is sent while others that were started at the same time still run")
    func startedAtOnce() throws {
        let (threads, each) = (16, 12)
        let started = Mutex([Started]())
        let done = DispatchGroup()
        for _ in 0..<threads {
            done.enter()
            Thread.detachNewThread {
                for _ in 0..<each {
                    guard let process = try? ChildProcess(["cat"]) else { continue }
                    started.withLock { $0.append(Started(process: process)) }
                }
                done.leave()
            }
        }
        done.wait()
        let all = started.withLock { $0 }
        #expect(all.count == threads * each)
        // One that had inherited another's pipe would keep it open, and the other would wait for more.
        for one in all {
            one.process.beginExchange(within: 20)
            try one.process.write(Array("a line\n".utf8))
            let end = try one.process.waitForEnd(keeping: 100)
            #expect(end.rest == Array("a line\n".utf8) && end.exitCode == 0)
        }
    }
}
