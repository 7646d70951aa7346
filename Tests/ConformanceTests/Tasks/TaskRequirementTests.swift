import Testing

@testable import Conformance

@Suite struct TaskRequirementTests {
    @Test("Agreement must reach its limit, an error must not exceed it")
    func directions() throws {
        let agreement = try #require(TaskRequirement("topk=5=0.9")?.threshold)
        #expect(agreement.holds(for: 0.9) && !agreement.holds(for: 0.89) && !agreement.holds(for: .nan))
        let distance = try #require(TaskRequirement("landmarks=0-1@points=0.05"))
        #expect(distance.task == "landmarks=0-1@points")
        #expect(distance.threshold?.holds(for: 0.05) == true && distance.threshold?.holds(for: 0.06) == false)
    }

    @Test("A program's number is held from below, or from above where that is written")
    func programs() throws {
        let least = try #require(TaskRequirement("command:./score --fast#mAP>=0.5"))
        #expect(least.task == "command:./score --fast#mAP" && least.threshold?.direction == .atLeast)
        let most = try #require(TaskRequirement("command:./score#error<=0.5"))
        #expect(most.task == "command:./score#error" && most.threshold?.direction == .atMost)
        #expect([least, most].programs.map(\.command) == [["./score", "--fast"], ["./score"]])
    }

    @Test(
        "What is no limit on a task is refused",
        arguments: [
            "top1", "top1=", "top1=1.5", "top1=-0.1", "top1=nan", "top1<=0.5", "speed=1", "cosine=2",
            "landmarks=0-1=-1", "command:./score=1", "command:#mAP=1", "command:./score#=1",
        ])
    func refused(_ text: String) {
        #expect(TaskRequirement(text) == nil)
    }

    @Test("A limit on what was not measured is not judged, and a task without a limit has no check")
    func outcomes() throws {
        let limited = try #require(TaskRequirement("top1=0.9"))
        let outcomes = [limited].outcomes(of: [], in: "net", outputs: ["y"], [])
        #expect(outcomes.map(\.check?.verdict) == [.notJudged])
        #expect(outcomes.map(\.check?.id) == ["net/top1/top_agreement"])
        let measured = TaskAgreement(measured: 0.5, as: "command:./score#mAP")
        let unlimited = [TaskRequirement(try #require(TaskProgram("command:./score")))].outcomes(
            of: [measured], in: "net", outputs: ["y"], [])
        #expect(unlimited.map(\.value) == [0.5] && unlimited.map { $0.check == nil } == [true])
    }

    @Test("A task on an output is asked of the networks that have it, and of one of them at least")
    func ofOutput() throws {
        let limited = try #require(TaskRequirement("top1@y=0.9"))
        #expect([limited].outcomes(of: [], in: "net", outputs: ["x", "y"], []).map(\.check?.verdict) == [.notJudged])
        #expect([limited].outcomes(of: [], in: "net", outputs: ["x"], []).isEmpty)
        let tasks = [try #require(TaskMetric("cosine")), try #require(TaskMetric("top1@y"))]
        #expect(tasks.on(["x"]) == [tasks[0]] && tasks.on(["y"]) == tasks)
        try tasks.requireOutputs(among: ["x", "y"])
        #expect(throws: TaskError.noOutput("top1@y", "y", ["x"])) { try tasks.requireOutputs(among: ["x"]) }
    }
}
