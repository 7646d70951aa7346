import Foundation

/// A thread that ends when its work does.
package struct SystemThread: @unchecked Sendable {
    private let thread: pthread_t

    /// - Returns: nil if the system gives no further thread, for instance because of a limit on a user's processes.
    package init?(_ work: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Work(run: work))
        #if canImport(Darwin)
            var started: pthread_t?
            let status = pthread_create(
                &started, nil,
                {
                    Unmanaged<Work>.fromOpaque($0).takeRetainedValue().run()
                    return nil
                }, context.toOpaque())
            guard status == 0, let thread = started else {
                context.release()
                return nil
            }
        #else
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                {
                    if let context = $0 { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                    return nil
                }, context.toOpaque())
            guard status == 0 else {
                context.release()
                return nil
            }
        #endif
        self.thread = thread
    }

    /// Waits until the work is done.
    package func join() { pthread_join(thread, nil) }

    /// Lets the thread continue unattended.
    package func detach() { pthread_detach(thread) }

    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// Runs `work` on this thread and on others at once, and waits for all.
///
/// - Parameters:
///   - count: the desired number of threads, including this one; fewer if the system gives no more.
///   - start: starts one.
func onThreads(
    _ count: Int, start: (@escaping @Sendable () -> Void) -> SystemThread? = { SystemThread($0) },
    _ work: @Sendable () -> Void
) {
    withoutActuallyEscaping(work) { work in
        var others = [SystemThread]()
        while others.count < count - 1, let thread = start(work) { others.append(thread) }
        work()
        for thread in others { thread.join() }
    }
}
