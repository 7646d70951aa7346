import Engines
import Synchronization
import Testing

/// Work on several threads.
@Suite(.serialized) struct ConcurrentMapTests {
    private struct Failure: Error, Equatable {
        let index: Int
    }

    @Test("Results are in the order of the elements, for any number of threads", arguments: [1, 2, 5])
    func order(threads: Int) throws {
        let before = Threads.limit
        defer { Threads.limit = before }
        Threads.limit = threads
        let numbers = Array(0..<100)
        #expect(try concurrentMap(numbers) { $0 * $0 } == numbers.map { $0 * $0 })
        #expect(try concurrentMap([Int]()) { $0 }.isEmpty)
    }

    @Test("Of several errors that of the earliest element is thrown")
    func earliestError() {
        #expect(throws: Failure(index: 3)) {
            try concurrentMap(Array(0..<20)) { if $0 >= 3 { throw Failure(index: $0) } }
        }
    }

    @Test("The costliest elements are begun first, and equal ones in their order")
    func cost() throws {
        let before = Threads.limit
        defer { Threads.limit = before }
        Threads.limit = 2
        let begun = Mutex([Int]())
        let numbers = [3, 8, 1, 8, 5]
        // Nobody begins the third before the first two have been noted, so that their order is the only open one.
        let results = try concurrentMap(Array(numbers.enumerated()), cost: { $0.element }) { index, number in
            begun.withLock { $0.append(index) }
            while begun.withLock({ $0.count }) < 2 {}
            return number
        }
        #expect(results == numbers)
        #expect(Set(begun.withLock { $0.prefix(2) }) == [1, 3])
    }

    @Test("Within a map that has the threads, another has one")
    func nested() throws {
        let before = Threads.limit
        defer { Threads.limit = before }
        Threads.limit = 2
        let results = try concurrentMap([0, 1]) { outer in
            let running = Mutex((now: 0, most: 0))
            let inner = try concurrentMap(Array(0..<10)) { index in
                running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                defer { running.withLock { $0.now -= 1 } }
                return outer * 10 + index
            }
            return (inner, running.withLock { $0.most })
        }
        #expect(results.map(\.0) == [Array(0..<10), Array(10..<20)])
        #expect(results.map(\.1) == [1, 1])
    }
}
