import ArgumentParser
import Conformance
import Validation

/// What the answers are for: metrics of a task, measured or held to a limit.
struct TaskOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measure what the answers are for: \(TaskMetric.usage), or command:PROGRAM. May be given several times.",
            valueName: "task"))
    var metric: [String] = []

    @Option(
        help: ArgumentHelp(
            "Hold tasks to limits: top1=0.99,landmarks=0-1=0.02, at least so much agreement or at most so large an "
                + "error; of a program a number that it prints, as command:PROGRAM#NAME>=LIMIT or <=LIMIT. "
                + "May be given several times.",
            valueName: "task=limit,..."))
    var require: [String] = []

    func validate() throws {
        for text in metric where TaskMetric(text) == nil && TaskProgram(text) == nil {
            throw ValidationError("--metric: \"\(text)\" is none of \(TaskMetric.usage), or command:PROGRAM")
        }
        for text in limits where TaskRequirement(text) == nil {
            throw ValidationError(
                "--require: \"\(text)\" is no limit on a task; write, for example, top1=0.99 (agreement is from 0 to 1) "
                    + "or landmarks=0-1=0.02")
        }
    }

    private var limits: [String] {
        require.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// What is measured, and its limits.
    var requirements: [TaskRequirement] {
        metric.compactMap { text in TaskMetric(text).map { .init($0) } ?? TaskProgram(text).map { .init($0) } }
            + limits.compactMap { TaskRequirement($0) }
    }

    /// The programs that measure, each within so many seconds.
    func programs(within seconds: Double) -> ProgramTasks {
        ProgramTasks(requirements.programs, within: seconds) { Terminal.progress($0) }
    }

    /// Whether a limit is given, which takes the place of those that are usual.
    var areLimited: Bool { !limits.isEmpty }
}
