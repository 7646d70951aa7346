import Engines

/// Cases that are read one after another, each once, a group ahead of what is computed: memory does not grow with their
/// number, and no thread waits for a case's last part. A group has a case for each thread.
struct CaseGroups: Sendable {
    let names: [String]

    /// Some cases, and the error that ended reading.
    private struct Group<Case: Sendable>: Sendable {
        var cases = [Case]()
        var failure: (any Error)?
    }

    private enum Work<Part: Sendable>: Sendable {
        case readNext
        case compute(caseIndex: Int, Part)
    }

    private enum Done<Case: Sendable, Result: Sendable>: Sendable {
        case group(Group<Case>)
        case result(caseIndex: Int, Result)
    }

    /// Computes all cases.
    ///
    /// - Parameters:
    ///   - inTurn: whether to process them in sequence.
    ///   - read: reads a case.
    ///   - parts: what a case is divided into.
    ///   - compute: computes a part.
    ///   - finish: makes one of a case's results.
    /// - Throws: the error of the earliest case that cannot be computed or read.
    func map<Case: Sendable, Part: Sendable, Result: Sendable, Finished>(
        inTurn: Bool, reading read: @Sendable (_ name: String) throws -> Case,
        parts: (Case) -> [Part], computing compute: @Sendable (Case, Part) throws -> Result,
        _ finish: (Case, [Result]) -> Finished
    ) throws -> [Finished] {
        var finished = [Finished]()
        var position = 0
        var group = readGroup(from: 0, read)
        while !group.cases.isEmpty {
            position += group.cases.count
            let cases = group.cases
            let own = cases.indices.flatMap { index in
                parts(cases[index]).map { Work<Part>.compute(caseIndex: index, $0) }
            }
            let next = position
            let readsAhead = group.failure == nil && next < names.count
            let done = try concurrentMap((readsAhead ? [.readNext] : []) + own, inTurn: inTurn) {
                work -> Done<Case, Result> in
                switch work {
                case .readNext: .group(readGroup(from: next, read))
                case .compute(let index, let part):
                    .result(caseIndex: index, try compute(cases[index], part))
                }
            }
            var results = [[Result]](repeating: [], count: cases.count)
            var following = Group<Case>()
            for one in done {
                switch one {
                case .group(let read): following = read
                case .result(let index, let result): results[index].append(result)
                }
            }
            finished += zip(cases, results).map(finish)
            if let failure = group.failure { throw failure }
            group = following
        }
        if let failure = group.failure { throw failure }
        return finished
    }

    private func readGroup<Case: Sendable>(
        from position: Int, _ read: (_ name: String) throws -> Case
    ) -> Group<Case> {
        var group = Group<Case>()
        for name in names[position...].prefix(Threads.limit) {
            do {
                group.cases.append(try read(name))
            } catch {
                group.failure = error
                break
            }
        }
        return group
    }
}
