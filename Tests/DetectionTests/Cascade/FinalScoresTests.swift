import Foundation
import ModelFormats
import NetworkGraph
import TestSupport
import Tensors
import Testing

@testable import Detection

/// Networks that end in something else than a softmax over the two scores.
@Suite struct FinalScoresTests {
    /// PNet, [N, x, y, 3] to [N, x, y, 2], with another last operator.
    private func network(endingIn last: any NetworkGraph.Operator) throws -> GraphFaceNetwork {
        let graph = try Model(contentsOf: fixtures.appendingPathComponent("models/pnet.onnx").path).graph
        let nodes = graph.nodes.map { node in
            node.operator is Softmax
                ? Node(name: node.name, operator: last, inputs: node.inputs, outputs: node.outputs) : node
        }
        return try GraphFaceNetwork(
            .proposal,
            graph: Graph(
                name: graph.name, inputs: graph.inputs, outputs: graph.outputs, nodes: nodes,
                initializers: graph.initializers), arithmetic: .fp32)
    }

    private func detector(proposal: GraphFaceNetwork) throws -> FaceDetector {
        func graph(_ name: String) throws -> Graph {
            try Model(contentsOf: fixtures.appendingPathComponent("models/\(name).onnx").path).graph
        }
        return FaceDetector(
            networks: FaceNetworks(
                proposal: proposal,
                refinement: try GraphFaceNetwork(.refinement, graph: graph("rnet"), arithmetic: .fp32),
                output: try GraphFaceNetwork(.output, graph: graph("onet"), arithmetic: .fp32)))
    }

    private func frame() throws -> DecodedImage {
        try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/01_astronaut_close.jpg"))
    }

    @Test("A softmax over exactly the two scores is passed over, and the cascade computes the probability itself")
    func overTheScores() throws {
        let record = try detector(proposal: network(endingIn: Softmax(axis: 3))).detect(in: frame())
        #expect(try network(endingIn: Softmax(axis: -1)).scores == .logits)
        #expect(try network(endingIn: Softmax(axis: 3, spansFollowingAxes: true)).scores == .logits)
        #expect(record.faces.count == 1 && record.unpairedScores.isEmpty)
    }

    @Test("A softmax over another axis is computed, and its numbers are the probabilities")
    func overAnotherAxis() throws {
        // Of the four axes image, column, row, channel: how many positions each sum runs over for a map of 7 x 5.
        for (softmax, summed) in [
            (Softmax(axis: 1), 7), (Softmax(axis: -2), 5), (Softmax(axis: 1, spansFollowingAxes: true), 7 * 5 * 2),
        ] {
            let network = try network(endingIn: softmax)
            #expect(network.scores == .probabilities)
            let answers = try network.evaluate(
                Tensor([1, 20, 24, 3], [Float](repeating: 0.25, count: 20 * 24 * 3)))
            #expect(answers.shape == [1, 5, 7, 6])
            let whole = stride(from: 1, to: answers.elements.count, by: 6).reduce(Float(0)) {
                $0 + answers.elements[$1]
            }
            let both = stride(from: 0, to: answers.elements.count, by: 6).reduce(whole) { $0 + answers.elements[$1] }
            let sums = Float(2 * 7 * 5 / summed)
            #expect(abs(both - sums) < 1e-4)
            let record = try detector(proposal: network).detect(in: frame())
            #expect(record.unpairedScores.map(\.network) == ["pnet"])
        }
    }

    @Test("A detector whose softmax runs over all positions finds no face")
    func overEverything() throws {
        let network = try network(endingIn: Softmax(axis: 1, spansFollowingAxes: true))
        #expect(try detector(proposal: network).detect(in: frame()).faces.isEmpty)
    }

    @Test("A sigmoid is taken for what it is: a probability for each score, and no probabilities of each other")
    func sigmoid() throws {
        let network = try network(endingIn: ActivationFunction.sigmoid)
        #expect(network.scores == .probabilities)
        let record = try detector(proposal: network).detect(in: frame())
        let unpaired = try #require(record.unpairedScores.first)
        #expect(unpaired.description.hasPrefix("pnet: the scores of no face, "))
        #expect(record[.proposals]?.allSatisfy { $0.score >= 0.6 && $0.score <= 1 } == true)
    }

    @Test("Probabilities of each other, rounded to float16, are no cause for words; others are, from either side of 1")
    func unpaired() {
        func found(_ pairs: (noFace: Float, face: Float)...) -> UnpairedScores? {
            UnpairedScores(.output, among: pairs)
        }
        #expect(found((0.25, 0.75), (Float(Float16(0.3)), Float(Float16(0.7))), (0, 1)) == nil)
        #expect(found((0.25, 0.75), (0.2, 0.7), (0.5, 0.9))?.face == 0.9)
        #expect(found((0.1, 0.1))?.network == "onet")
        #expect(found((-1, 2)) != nil)
    }
}
