import NetworkGraph
import Tensors
import Testing

@testable import Diagnosis
@testable import mtcnn_validate

/// Which layers get the baseline's constants back, for a cause that is of no one layer.
@Suite struct MendingTests {
    private func graph() throws -> Graph {
        func node(_ name: String, _ operation: any Operator, _ inputs: [String]) -> Node {
            Node(name: name, operator: operation, inputs: inputs, outputs: [name])
        }
        let slope = AnyTensor.float32(Tensor([1], [0.5]))
        return try Graph(
            name: "net", inputs: [.init(name: "x", elementType: .float32, dimensions: [.fixed(1), .fixed(2)])],
            outputs: ["second"],
            nodes: [
                node("flat", Flatten(), ["x"]), node("first", PReLU(), ["flat", "a"]),
                node("between", Flatten(), ["first"]), node("second", PReLU(), ["between", "b"]),
            ], initializers: ["a": slope, "b": slope])
    }

    /// The nodes that a cause in the whole network concerns.
    private func concerned(by kind: FaultKind) throws -> [String] {
        let cause = Diagnosis.Cause(
            layer: nil, layers: [], kind: kind, words: "", alternatives: [], explains: ["second"], ratioBefore: 9,
            ratioAfter: 0, chosenOn: "a", confirmedOn: 1)
        let diagnosis = Diagnosis(causes: [cause], unexplained: [], tried: 1, notes: [])
        let graph = try graph()
        return graph.nodes.filter { diagnosis.concerns($0, in: graph) }.map(\.name)
    }

    @Test("A cause in the whole network is undone in every layer with constants, one in the inputs where they arrive")
    func wholeNetwork() throws {
        for kind in FaultKind.allCases {
            let expected = kind.isOfInputs ? ["flat", "first"] : ["first", "second"]
            #expect(try concerned(by: kind) == expected, "\(kind)")
        }
    }
}
