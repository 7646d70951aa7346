import ChildProcesses
import Foundation
import Synchronization
import Testing

@Suite struct ChildProcessTests {
    /// Handed from the thread that started it to the one that uses it.
    private struct Started: @unchecked Sendable {
        let process: ChildProcess
    }

    /// Programs that several threads start at once.
    private func startAtOnce(threads: Int, each: Int) -> [Started] {
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
        return started.withLock { $0 }
    }

    @Test("A program sees the end of what it is sent while others that were started at the same time still run")
    func ends() throws {
        // Often, for it is a race; few at a time, for some systems allow a process 256 open files.
        for _ in 0..<4 {
            let started = startAtOnce(threads: 8, each: 6)
            #expect(started.count == 48)
            // One that had inherited another's pipe would keep it open, and the other would wait for more.
            for one in started {
                one.process.beginExchange(within: 20)
                try one.process.write(Array("a line\n".utf8))
                let end = try one.process.waitForEnd(keeping: 100)
                #expect(end.rest == Array("a line\n".utf8) && end.exitCode == 0)
            }
        }
    }
}
