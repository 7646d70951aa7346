import Engines
import Foundation

/// Ends an interrupted run: removes its output files, so that no partial file remains.
enum Interrupts {
    /// Where a signal's number is sent to the thread that ends the run: a handler may do little more.
    private nonisolated(unsafe) static var wakingEnd: Int32 = -1

    /// Lets SIGINT, SIGTERM and SIGHUP end the run in order, but for those that whoever started it wants ignored.
    /// Where there is no second thread, they end it as they always do.
    static func endRun() {
        let pipe = Pipe()
        wakingEnd = pipe.fileHandleForWriting.fileDescriptor
        let watcher = SystemThread {
            guard let number = (try? pipe.fileHandleForReading.read(upToCount: 1))?.first.map(Int32.init) else {
                return
            }
            Terminal.error("interrupted")
            RunOutputs.end()
            // So that whoever started the run sees what ended it.
            signal(number, SIG_DFL)
            kill(getpid(), number)
        }
        guard let watcher else { return }
        watcher.detach()
        // A parent may have blocked them for itself, and a child inherits that.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            sigaddset(&signals, number)
            let before = signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = Foundation.write(Interrupts.wakingEnd, &byte, 1)
            }
            if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
