/// A task metric to measure, and its limit, if any.
public struct TaskRequirement: Sendable, Codable, Equatable {
    /// Equal to ``TaskMetric/name``.
    public let task: String
    /// Nil to measure without a limit.
    public let threshold: Threshold?

    public init(_ task: TaskMetric, limit: Double? = nil) {
        self.init(
            task.name,
            limit.map {
                Threshold(
                    task.metric, task.isAgreement ? .atLeast : .atMost, $0, .requested,
                    "\(task.words); asked of the answers")
            })
    }

    private init(_ task: String, _ threshold: Threshold?) {
        (self.task, self.threshold) = (task, threshold)
    }

    /// A program's numbers, without a limit.
    package init(_ program: TaskProgram) {
        self.init(program.name, nil)
    }

    /// - Parameter text: the task and its limit, a minimum or, for an error, a maximum: `top1=0.99`, `topk=5=1`. For
    ///   a program, also which number, with `<=` if less is better: `command:./score#error<=0.1`.
    /// - Returns: nil if the text names no task, or no limit that the task can have.
    public init?(_ text: String) {
        guard let end = text.lastIndex(of: "="), let limit = Double(text[text.index(after: end)...]), limit.isFinite
        else { return nil }
        let sign = text[..<end].last
        let name = String(sign == ">" || sign == "<" ? text[..<end].dropLast() : text[..<end])
        if name.hasPrefix(TaskProgram.prefix) {
            guard TaskProgram(name)?.number != nil else { return nil }
            self.init(
                name,
                Threshold(
                    .programValue, sign == "<" ? .atMost : .atLeast, limit, .requested,
                    "printed by the program; asked of the answers"))
            return
        }
        guard sign != ">", sign != "<", let task = TaskMetric(name),
            task.metric == .cosine ? abs(limit) <= 1 : limit >= 0, !task.isAgreement || limit <= 1
        else { return nil }
        self.init(task, limit: limit)
    }

}

extension [TaskRequirement] {
    /// The metrics to measure here, each once.
    public var metrics: [TaskMetric] { map(\.task).withoutRepeats.compactMap { TaskMetric($0) } }

    /// The programs to run, each once.
    package var programs: [TaskProgram] {
        compactMap { TaskProgram($0.task)?.name }.withoutRepeats.compactMap { TaskProgram($0) }
    }

    /// The measurements compared with the limits. If a task with a limit was not measured, its check has no value.
    ///
    /// - Parameter subject: the start of the checks' names: `squeezenet`.
    public func outcomes(
        of measured: [TaskAgreement], in subject: String, outputs: [String], _ deviations: [KnownDeviation]
    ) -> [TaskOutcome] {
        let limited = filter { requirement in
            requirement.threshold != nil && TaskMetric(requirement.task)?.isOn(outputs) ?? true
        }
        let unlimited = measured.filter { agreement in !limited.contains { $0.task == agreement.task } }
        return limited.map { requirement in
            TaskOutcome(
                requirement.task, measured.first { $0.task == requirement.task }, of: subject, requirement.threshold,
                deviations)
        } + unlimited.map { TaskOutcome($0.task, $0, of: subject, nil, deviations) }
    }
}

/// A task's result on a network.
public struct TaskOutcome: Sendable, Codable, Equatable {
    public let task: String
    /// Nil if nothing was measured.
    public let value: Double?
    /// How many decisions, vectors, point sets, masks or boxes it covers.
    public let count: Int
    /// Nil if there is no limit.
    public let check: Check?

    init(
        _ task: String, _ agreement: TaskAgreement?, of subject: String, _ limit: Threshold?,
        _ deviations: [KnownDeviation]
    ) {
        self.task = task
        value = agreement?.value
        count = agreement?.count ?? 0
        check = limit.map { Check(agreement?.value, of: "\(subject)/\(task)", against: $0, deviations: deviations) }
    }
}
