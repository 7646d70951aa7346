import Foundation
import Synchronization

/// Shows the progress of a run: the current step, the share done and the time left.
final class RunProgress: Sendable {
    private struct State {
        var done = 0.0
        var seen = Set<String>()
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// A part of the run.
    struct Part: Sendable {
        fileprivate let run: RunProgress
        fileprivate let name: String
        /// Of the whole run, from 0 to 1.
        fileprivate let share: Double
        /// How many steps it takes.
        fileprivate let steps: Int

        /// - Parameter step: names the step, which several messages are of; nil for a step of its own.
        func callAsFunction(_ message: String, step: String? = nil) {
            run.advance("\(name): \(message)", step: step.map { "\(name): \($0)" }, by: share / Double(max(1, steps)))
        }
    }

    func part(_ name: String, share: Double, steps: Int) -> Part {
        Part(run: self, name: name, share: share, steps: steps)
    }

    private func advance(_ message: String, step: String?, by share: Double) {
        // A step is told of when it begins: what was begun before is nearly done.
        let done = state.withLock { state in
            let before = state.done
            if step.map({ state.seen.insert($0).inserted }) ?? true { state.done = min(0.99, state.done + share) }
            return before
        }
        Terminal.progress("\(percent(done))\(timeLeft(done))  \(message)")
    }

    private func percent(_ share: Double) -> String { "\(Int(share * 100)) %" }

    /// Nothing until there is something to tell it by.
    private func timeLeft(_ done: Double) -> String {
        let elapsed = Double((ContinuousClock.now - start).components.seconds)
        guard elapsed >= 2, done > 0.02 else { return "" }
        return ", about \(Int((elapsed * (1 - done) / done).rounded(.up))) s left"
    }
}
