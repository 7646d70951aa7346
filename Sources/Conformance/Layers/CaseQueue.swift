import Engines
import Synchronization

/// Cases that are read one after another, each once, whenever a thread has nothing to compute: memory does not grow with
/// their number, and no thread waits for another's part, but at the end.
struct CaseQueue: Sendable {
    let names: [String]

    /// Where an error occurs, in the order in which errors count. A case that cannot be read has one place.
    private struct Place: Comparable {
        let caseIndex: Int
        var partIndex = 0

        static func < (a: Place, b: Place) -> Bool { (a.caseIndex, a.partIndex) < (b.caseIndex, b.partIndex) }
    }

    private struct State<Case: Sendable, Part: Sendable, Result: Sendable>: Sendable {
        private var waiting = [(place: Place, part: Part)]()
        /// The cases with parts that wait or are computed, and the results of the others.
        private var open = [Int: (read: Case, results: [Result?])]()
        private(set) var failure: (place: Place, error: any Error)?

        /// Adds a case behind all others, unless an error came before.
        mutating func add(_ read: Case, _ parts: [Part], at index: Int) {
            guard failure == nil else { return }
            open[index] = (read, parts.map { _ in nil })
            waiting += parts.enumerated().map { (Place(caseIndex: index, partIndex: $0), $1) }
        }

        /// The earliest part that nobody computes yet.
        mutating func next() -> (place: Place, part: Part, of: Case)? {
            guard let first = waiting.first, let read = open[first.place.caseIndex]?.read else { return nil }
            waiting.removeFirst()
            return (first.place, first.part, read)
        }

        /// Takes a part's result; returns the case's if it was the last.
        mutating func take(_ result: Result, at place: Place) -> (read: Case, results: [Result])? {
            open[place.caseIndex]?.results[place.partIndex] = result
            guard let (read, results) = open[place.caseIndex], results.allSatisfy({ $0 != nil }) else { return nil }
            open[place.caseIndex] = nil
            return (read, results.compactMap { $0 })
        }

        /// Keeps the earliest error. What comes after it is not computed any more.
        mutating func fail(at place: Place, _ error: any Error) {
            waiting.removeAll { place < $0.place }
            if failure.map({ place < $0.place }) ?? true { failure = (place, error) }
        }
    }

    /// Computes all cases.
    ///
    /// - Parameters:
    ///   - inTurn: whether to process them in sequence.
    ///   - read: reads a case.
    ///   - parts: what a case is divided into; at least one.
    ///   - compute: computes a part.
    ///   - finish: makes one of a case's results.
    /// - Throws: the error of the earliest case that cannot be computed or read.
    func map<Case: Sendable, Part: Sendable, Result: Sendable, Finished: Sendable>(
        inTurn: Bool, reading read: @Sendable (_ name: String) throws -> Case,
        parts: @Sendable (Case) -> [Part], computing compute: @Sendable (Case, Part) throws -> Result,
        _ finish: @Sendable (Case, [Result]) -> Finished
    ) throws -> [Finished] {
        let state = Mutex(State<Case, Part, Result>())
        let finished = Mutex([Int: Finished]())
        let position = Mutex(0)
        /// Reads the next case; false if there is none.
        @Sendable func readNext() -> Bool {
            position.withLock { position in
                guard position < names.count, state.withLock({ $0.failure == nil }) else { return false }
                let index = position
                position += 1
                do {
                    let one = try read(names[index])
                    let parts = parts(one)
                    state.withLock { $0.add(one, parts, at: index) }
                } catch {
                    state.withLock { $0.fail(at: Place(caseIndex: index), error) }
                }
                return true
            }
        }
        /// Computes what waits.
        @Sendable func computeParts() {
            while let (place, part, one) = state.withLock({ $0.next() }) {
                do {
                    let result = try compute(one, part)
                    guard let (read, results) = state.withLock({ $0.take(result, at: place) }) else { continue }
                    let whole = finish(read, results)
                    finished.withLock { $0[place.caseIndex] = whole }
                } catch {
                    state.withLock { $0.fail(at: place, error) }
                }
            }
        }
        _ = try concurrentMap(Array(0..<Threads.limit), inTurn: inTurn) { _ in
            repeat { computeParts() } while readNext()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure.error }
        let all = finished.withLock { $0 }
        return names.indices.compactMap { all[$0] }
    }
}
