import Tensors
import Testing

@testable import Conformance

/// Every value is worked out by hand.
@Suite struct TaskAgreementTests {
    private func value(
        _ task: String, _ shape: Shape, _ baseline: [Float], _ candidate: [Float]
    ) throws -> Double {
        let metric = try #require(TaskMetric(task))
        let agreement = try TaskAgreement(
            metric,
            of: [("y", .float32(Tensor(shape, baseline)), .float32(Tensor(shape, candidate)))])
        return try #require(agreement.value)
    }

    @Test("top1 is the share of rows whose largest score has one place; of equal scores the first is the largest")
    func firstClass() throws {
        #expect(try value("top1", [2, 3], [1, 2, 3, 3, 2, 1], [1, 2, 2.5, 1, 3, 2]) == 0.5)
        #expect(try value("top1", [1, 3], [1, 2, 2], [1, 2, 2]) == 1)
        #expect(try value("top1", [1, 3], [1, 2, 2], [1, 1.9, 2]) == 0)
        #expect(try value("top1", [1, 2, 1, 1], [0, 1], [0, 1]) == 1)
    }

    @Test("topk asks whether the baseline's first class is among the candidate's first k")
    func firstClasses() throws {
        let (baseline, candidate): ([Float], [Float]) = ([5, 1, 2, 3], [2, 4, 3, 0])
        #expect(try value("topk=2", [1, 4], baseline, candidate) == 0)
        #expect(try value("topk=3", [1, 4], baseline, candidate) == 1)
    }

    @Test("Scores of a map are decided at each position, classes being the first long axis")
    func positions() throws {
        // Two classes at three positions, of which the last falls otherwise.
        #expect(
            try value("top1", [1, 2, 1, 3], [1, 0, 1, 0, 1, 0], [1, 0, 0, 0, 1, 1]) == 2.0 / 3)
    }

    @Test("Scores that are no numbers decide nothing right", arguments: ["top1", "topk=5"])
    func noNumbers(_ task: String) throws {
        #expect(try value(task, [1, 6], [0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, .nan]) == 0)
        #expect(try value(task, [1, 6], [.nan, 1, 0, 0, 0, 0], [.nan, 1, 0, 0, 0, 0]) == 0)
    }

    @Test(
        "The first k of k classes are all of them, whatever the candidate says: that is refused",
        arguments: [("top1", 1), ("topk=5", 5), ("topk=5", 3)])
    func tooFewClasses(_ task: String, classes: Int) {
        let (one, other) = ([Float](repeating: 0, count: classes), (0..<classes).map { Float($0) })
        #expect(throws: TaskError.self) { try value(task, [1, classes], one, other) }
        #expect(throws: TaskError.self) { try value(task, [classes, 1], one, other) }
    }

    @Test("cosine is that of the worst element of the batch")
    func cosine() throws {
        let value = try value("cosine", [2, 2], [1, 0, 1, 0], [2, 0, 1, 1])
        // The cosine of 45 degrees.
        #expect(abs(value - 0.5.squareRoot()) < 1e-15)
        #expect(try self.value("cosine", [1, 2], [0, 0], [0, 0]) == 1)
        #expect(try self.value("cosine", [1, 2], [1, 0], [.nan, 0]).isNaN)
    }

    @Test("landmarks divides the mean distance of points by the length asked for")
    func landmarks() throws {
        // Points (0, 0), (4, 0) and (0, 3); the second is moved by (3, 4), which is 5 away.
        let (turns, moved): ([Float], [Float]) = ([0, 0, 4, 0, 0, 3], [0, 0, 7, 4, 0, 3])
        #expect(try value("landmarks=0-1", [1, 6], turns, moved) == 5.0 / 3 / 4)
        #expect(try value("landmarks=1-2", [1, 3, 2], turns, moved) == 5.0 / 3 / 5)
        #expect(try value("landmarks=box", [1, 6], turns, moved) == 5.0 / 3 / 12.0.squareRoot())
        #expect(try value("landmarks=10", [1, 6], turns, moved) == 5.0 / 3 / 10)
        #expect(
            try value("landmarks=planar:0-1", [1, 6], [0, 4, 0, 0, 0, 3], [0, 7, 0, 0, 4, 3]) == 5.0 / 3 / 4)
    }

    @Test("mask-iou compares areas above one half, of logits above 0, or of the largest class")
    func masks() throws {
        #expect(try value("mask-iou", [1, 1, 2, 2], [1, 1, 0, 0], [1, 0, 0.6, 0.4]) == 1.0 / 3)
        #expect(try value("mask-iou", [1, 1, 2, 2], [3, 0.2, -1, -2], [3, -0.2, -1, -2]) == 0.5)
        // Class 0 at the first of two positions and class 1 at the other; the candidate has class 1 at both.
        #expect(try value("mask-iou", [1, 2, 1, 2], [1, 0, 0, 1], [0, 0, 1, 1]) == 0.25)
    }

    @Test("boxes compares corners row by row")
    func boxes() throws {
        #expect(
            try value("boxes", [1, 2, 5], [0, 0, 2, 2, 9, 1, 1, 3, 3, 9], [0, 0, 2, 2, 7, 2, 1, 4, 3, 9])
                == (1 + 1.0 / 3) / 2)
    }

    @Test("Masks without anything in them, and rows without a box, on both sides measure nothing")
    func nothingFound() throws {
        func count(_ task: String, _ shape: Shape, _ baseline: [Float], _ candidate: [Float]) throws -> Int {
            let agreement = try TaskAgreement(
                try #require(TaskMetric(task)),
                of: [("y", .float32(Tensor(shape, baseline)), .float32(Tensor(shape, candidate)))])
            #expect((agreement.value == nil) == (agreement.count == 0))
            return agreement.count
        }
        #expect(try count("mask-iou", [1, 1, 2, 2], [0, 0, 0, 0], [0, 0, 0.4, 0.1]) == 0)
        #expect(try count("mask-iou", [1, 1, 2, 2], [0, 0, 0, 0], [0, 0, 0.6, 0.1]) == 1)
        // Two of a hundred rows hold boxes, and none of them is found: the others do not make up for that.
        let rows = [Float](repeating: 0, count: 98 * 4)
        let (one, other): ([Float], [Float]) = ([0, 0, 2, 2, 1, 1, 3, 3], [5, 5, 6, 6, 7, 7, 8, 8])
        #expect(try count("boxes", [1, 100, 4], one + rows, other + rows) == 2)
        #expect(try value("boxes", [1, 100, 4], one + rows, other + rows) == 0)
        #expect(try count("boxes", [1, 2, 4], [-1, -1, -1, -1, 0, 0, 0, 0], [-1, -1, -1, -1, 0, 0, 0, 0]) == 0)
        #expect(try value("boxes", [1, 1, 4], [1, 1, 1, 1], [1, 1, 1, 2]) == 0)
        #expect(try value("boxes", [1, 1, 4], [0, 0, 2, 2], [.nan, 0, 2, 2]).isNaN)
    }

    @Test("Numbers whose squares are no numbers of float64 have no cosine, unless they are equal")
    func tiny() throws {
        func cosine(_ baseline: [Double], _ candidate: [Double]) throws -> Double {
            let metric = try #require(TaskMetric("cosine"))
            let (one, other) = (Tensor([1, 2], baseline), Tensor([1, 2], candidate))
            let agreement = try TaskAgreement(metric, of: [("y", .float64(one), .float64(other))])
            return try #require(agreement.value)
        }
        #expect(try cosine([1e-200, 2e-200], [-1e-200, -2e-200]) <= 0)
        #expect(try cosine([1e-200, 2e-200], [1e-200, 2e-200]) == 1)
        #expect(try !(cosine([1e200, 1e200], [1e200, -1e200]) > 0))
    }

    @Test("Batches merge to what they come to together")
    func merging() throws {
        let metric = try #require(TaskMetric("top1"))
        func agreement(_ baseline: [Float], _ candidate: [Float]) throws -> TaskAgreement {
            let shape = Shape([baseline.count / 2, 2])
            return try TaskAgreement(
                metric, of: [("y", .float32(Tensor(shape, baseline)), .float32(Tensor(shape, candidate)))])
        }
        let whole = try agreement([0, 1, 1, 0, 0, 1], [0, 1, 0, 1, 0, 1])
        #expect(try agreement([0, 1], [0, 1]).merged(with: agreement([1, 0, 0, 1], [0, 1, 0, 1])) == whole)
        #expect(whole.value == 2.0 / 3 && whole.count == 3)
    }

    @Test("Of several outputs one is named; an output that is not there, or holds no points, is refused")
    func outputs() throws {
        let (one, two) = (AnyTensor.float32(Tensor([1, 2], [0, 1])), AnyTensor.float32(Tensor([1, 3], [0, 1, 2])))
        let outputs = [(name: "a", baseline: one, candidate: one), (name: "b", baseline: two, candidate: two)]
        func measure(_ task: String) throws -> Double? {
            try TaskAgreement(try #require(TaskMetric(task)), of: outputs).value
        }
        #expect(throws: TaskError.severalOutputs("top1", ["a", "b"])) { try measure("top1") }
        #expect(throws: TaskError.noOutput("top1@c", "c", ["a", "b"])) { try measure("top1@c") }
        #expect(throws: TaskError.self) { try measure("landmarks=box@b") }
        #expect(throws: TaskError.self) { try measure("landmarks=0-1@a") }
        #expect(try measure("top1@b") == 1)
        #expect(try measure("cosine") == 1)
    }

    @Test(
        "A task that is none is refused",
        arguments: [
            "", "top", "top1=3", "topk", "topk=0", "topk=x", "cosine=1", "landmarks", "landmarks=0-0", "landmarks=-1",
            "landmarks=0", "mask_iou", "top1@", "boxes=4",
        ])
    func refused(_ text: String) {
        #expect(TaskMetric(text) == nil)
    }
}
