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
        try recorded(in: capture).flatMap { try read($0, in: capture, of: graph) }
    }

    /// The names of these cases.
    package static func recorded(in capture: CaptureFile) -> [String] {
        let counts = capture.tensorCounts
        return zip(capture.caseNames, counts).filter { $0.1 == counts.max() }.map(\.0)
    }

    /// The inputs of one of these cases.
    ///
    /// - Throws: ``Captures/CaptureError``.
    package static func read(
        _ name: String, in capture: CaptureFile, of graph: Graph
    ) throws(CaptureError) -> [NetworkInputs] {
        let recorded = try capture.readInputs(of: name)
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
