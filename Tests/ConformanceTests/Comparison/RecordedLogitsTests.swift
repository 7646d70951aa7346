import Captures
import Tensors
import Testing

@testable import Conformance

/// Which recorded tensor goes into the softmax that gives a recorded output.
@Suite struct RecordedLogitsTests {
    private let logits = Tensor<Float>([1, 2, 1, 2], [0, 1, 2, -1])

    /// What is found for an output recorded behind the logits and a tensor of their shape.
    private func found(_ output: [Float], operator name: String = "Softmax") -> String? {
        func tensor(_ name: String, _ operation: String, _ values: Tensor<Float>, isOutput: Bool = false)
            -> CaptureCase.Output
        {
            .init(name: name, node: name, operator: operation, isGraphOutput: isOutput, values: .float32(values))
        }
        let recorded = CaptureCase(
            name: "a", source: "a test", inputs: [],
            tensors: [
                tensor("other", "Conv", logits.map { -$0 }), tensor("logits", "Add", logits),
                tensor("output", name, Tensor(logits.shape, output), isOutput: true),
            ])
        return recorded.sideTensors.last?.logits
    }

    @Test("It is the tensor whose softmax the output is, over the last axis or the channels")
    func axes() {
        // e^0 / (e^0 + e^1) = 0.26894, e^2 / (e^2 + e^-1) = 0.95257; e^0 / (e^0 + e^2) = 0.11920.
        #expect(found([0.26894, 0.73106, 0.95257, 0.04743]) == "logits")
        #expect(found([0.11920, 0.88080, 0.88080, 0.11920]) == "logits")
    }

    @Test("If an output is not a softmax, or is another operator's, no logits are known")
    func none() {
        #expect(found([0.5, 0.5, 0.5, 0.5]) == nil)
        #expect(found([0.26894, 0.73106, 0.95257, 0.04743], operator: "Sigmoid") == nil)
    }
}
