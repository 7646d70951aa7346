import Captures
import NetworkGraph
import Tensors

/// Named inputs of a network.
package struct NetworkInputs: Sendable {
    package let name: String
    /// Their source, in words.
    package let source: String
    package let tensors: [String: AnyTensor]

    package init(name: String, source: String, tensors: [String: AnyTensor]) {
        self.name = name
        self.source = source
        self.tensors = tensors
    }

    /// The inputs from the capture's cases that hold every layer: few, and of every size. Images are converted to the
    /// graph's layout, and passed one at a time if the graph takes only one.
    ///
    /// - Throws: ``Captures/CaptureError``.
    package static func all(in capture: CaptureFile, of graph: Graph) throws -> [NetworkInputs] {
        // The cases with the most tensors of those read so far; only their inputs are kept.
        var cases = [CaptureCase]()
        var mostTensors = 0
        for name in capture.caseNames {
            let recorded = try capture.readCase(name)
            guard recorded.tensors.count >= mostTensors else { continue }
            if recorded.tensors.count > mostTensors { cases = [] }
            mostTensors = recorded.tensors.count
            cases.append(
                CaptureCase(name: recorded.name, source: recorded.source, inputs: recorded.inputs, tensors: []))
        }
        return cases.flatMap { recorded in
            guard let input = graph.inputs.first, graph.inputs.count == 1, recorded.inputs.count == 1,
                let images = recorded.inputs.first?.values, images.shape.rank == 4, input.dimensions.count == 4,
                images.shape[3] == 3, input.dimensions[1] == .fixed(3)
            else {
                let inputs = RecordedCase(recorded).inputs
                return [NetworkInputs(name: recorded.name, source: recorded.source, tensors: inputs)]
            }
            let upright = images.float64.transposed([0, 3, 2, 1]).map { Float($0) }
            let all = AnyTensor.float32(upright)
            guard input.dimensions[0] == .fixed(1) else {
                return [NetworkInputs(name: recorded.name, source: recorded.source, tensors: [input.name: all])]
            }
            return (0..<upright.shape[0]).map { index in
                NetworkInputs(
                    name: "\(recorded.name)_\(index)", source: recorded.source,
                    tensors: [input.name: all.slice(index..<index + 1)])
            }
        }
    }
}
