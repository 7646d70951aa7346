import Synchronization
import Testing

@testable import Engines

@Suite struct SystemThreadTests {
    @Test("Work is done on as many threads as the system gives, and on this one where it gives no other")
    func noOthers() {
        for given in 0...2 {
            let done = Atomic<Int>(0)
            let asked = Atomic<Int>(0)
            onThreads(
                4,
                start: { work in
                    asked.add(1, ordering: .relaxed).oldValue < given ? SystemThread(work) : nil
                }, { done.add(1, ordering: .relaxed) })
            #expect(done.load(ordering: .relaxed) == given + 1)
        }
    }

    @Test("All threads have ended when the work is done")
    func joined() {
        let done = Atomic<Int>(0)
        onThreads(8) { done.add(1, ordering: .relaxed) }
        #expect(done.load(ordering: .relaxed) == 8)
    }

    @Test("No limit is so large that sums with it overflow, nor smaller than one")
    func limits() {
        let before = Threads.limit
        defer { Threads.limit = before }
        Threads.limit = .max
        #expect(Threads.limit == Threads.possible.upperBound)
        Threads.limit = .min
        #expect(Threads.limit == 1)
    }
}
