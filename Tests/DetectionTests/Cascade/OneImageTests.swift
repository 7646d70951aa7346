import Engines
import NetworkGraph
import Tensors
import TestSupport
import Testing

@testable import Detection

/// A face network whose graph takes one image at a time.
@Suite struct OneImageTests {
    /// A refinement network of one convolution over the whole image.
    private func graph(batch: Graph.Dimension) throws -> Graph {
        var random = RandomNumbers(seed: 4)
        return try Graph(
            name: "rnet",
            inputs: [
                .init(name: "x", elementType: .float32, dimensions: [batch, .fixed(3), .fixed(24), .fixed(24)])
            ],
            outputs: ["scores", "boxes"],
            nodes: [("scores", 2), ("boxes", 4)].map { name, _ in
                Node(name: name, operator: Convolution(), inputs: ["x", "w.\(name)"], outputs: [name])
            },
            initializers: [
                "w.scores": .float32(random.floats([2, 3, 24, 24], in: -1...1)),
                "w.boxes": .float32(random.floats([4, 3, 24, 24], in: -1...1)),
            ])
    }

    @Test("Several images have the answers, and the work, that each has alone")
    func several() throws {
        var random = RandomNumbers(seed: 9)
        let images = random.floats([3, 24, 24, 3], in: -1...1)
        let (one, many) = try (
            GraphFaceNetwork(.refinement, graph: graph(batch: .fixed(1))) { try ArithmeticName.fp32.engine(for: $0) },
            GraphFaceNetwork(.refinement, graph: graph(batch: .symbolic("N"))) {
                try ArithmeticName.fp32.engine(for: $0)
            }
        )
        let answers = try one.evaluate(images)
        #expect(answers == (try many.evaluate(images)) && answers.shape[0] == 3)
        for index in 0..<3 {
            let image = Array(images.elements[index * 1728..<(index + 1) * 1728])
            let alone = try one.evaluate(Tensor([1, 24, 24, 3], image))
            #expect(alone.elements == Array(answers.elements[index * 6..<(index + 1) * 6]))
        }
        for network in [one, many] {
            #expect(
                try network.multiplyAdds(count: 3, rows: 24, columns: 24)
                    == ["scores": 3 * 2 * 1728, "boxes": 3 * 4 * 1728])
        }
    }

    @Test("Two images have two answers")
    func two() throws {
        var random = RandomNumbers(seed: 10)
        let images = random.floats([2, 24, 24, 3], in: -1...1)
        let network = try GraphFaceNetwork(.refinement, graph: graph(batch: .fixed(1))) {
            try ArithmeticName.fp32.engine(for: $0)
        }
        let answers = try network.evaluate(images)
        let alone = try (0..<2).map { index in
            try network.evaluate(Tensor([1, 24, 24, 3], Array(images.elements[index * 1728..<(index + 1) * 1728])))
        }
        #expect(answers.shape[0] == 2 && answers.elements == alone.flatMap(\.elements))
    }

    @Test("A node of a single multiply-add is work, and one of none is not")
    func leastWork() throws {
        let own = try graph(batch: .symbolic("N"))
        let one = AnyTensor.float32(Tensor([1, 1], [1]))
        let graph = try Graph(
            name: own.name, inputs: own.inputs, outputs: own.outputs,
            nodes: own.nodes + [
                Node(name: "one", operator: MatMul(), inputs: ["a", "a"], outputs: ["one"]),
                Node(name: "none", operator: ActivationFunction.identity, inputs: ["a"], outputs: ["none"]),
            ],
            initializers: own.initializers.merging(["a": one]) { first, _ in first })
        let network = try GraphFaceNetwork(.refinement, graph: graph) { try ArithmeticName.fp32.engine(for: $0) }
        let work = try network.multiplyAdds(count: 1, rows: 24, columns: 24)
        #expect(work == ["scores": 2 * 1728, "boxes": 4 * 1728, "one": 1])
    }
}

@Suite struct NudgeTests {
    @Test("A nudge changes the box and the score at its place of its own list, and nothing else")
    func place() {
        let none = BoxRegression(left: 0, top: 0, right: 0, bottom: 0)
        let list = (0..<3).map {
            Candidate(box: BoundingBox(x: Float($0), y: 0, width: 4, height: 4), score: 0.5, regression: none)
        }
        let box = BoundingBox(x: 9, y: 9, width: 9, height: 9)
        let nudge = Nudge(.level(1), position: 2, box: box, score: 0.75)
        var expected = list
        (expected[2].box, expected[2].score) = (box, 0.75)
        #expect(list.with([nudge], of: .level(1)) == expected)
        #expect(list.with([nudge], of: .level(0)) == list && list.with([], of: .level(1)) == list)
        #expect(list.with([nudge], of: .stage(.proposals)) == list)
        #expect(Array(list.prefix(2)).with([nudge], of: .level(1)) == Array(list.prefix(2)))
    }
}
