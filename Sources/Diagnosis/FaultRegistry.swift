import NetworkGraph
import Tensors

/// Every kind of fault that is searched for: a new one is its file and its line here.
enum FaultRegistry {
    /// The faults that may be present at a node.
    ///
    /// - Parameters:
    ///   - isOutput: whether the node produces an output of the graph.
    ///   - isAlone: whether all of the node's operands are recorded, so that its result depends on this node alone.
    static func hypotheses(at site: Site, isOutput: Bool, isAlone: Bool) -> [Hypothesis] {
        SlopeFaults.hypotheses(at: site)
            + BiasFaults.hypotheses(at: site)
            + WeightOrderFaults.hypotheses(at: site)
            + ZeroedChannelFaults.hypotheses(at: isAlone ? site : site.withoutRecording)
            + WindowFaults.hypotheses(at: site)
            + NodeFaults.hypotheses(at: site)
            + FlattenFaults.hypotheses(at: site)
            + SoftmaxFaults.hypotheses(at: site)
            + OutputOrderFaults.hypotheses(at: site, isOutput: isOutput)
            + NumberFormatFaults.hypotheses(at: site)
            + (isAlone ? FittedFaults.hypotheses(at: site) : [])
            + ElementFaults.hypotheses(at: site)
    }

    /// The faults that the network's inputs may have.
    static func hypotheses(ofInputs inputs: [String: AnyTensor]) -> [Hypothesis] {
        inputs.sorted { $0.key < $1.key }.flatMap { InputFaults.hypotheses(for: $0.key, $0.value) }
    }
}

extension Site {
    var withoutRecording: Site {
        Site(
            graph: graph, index: index, operands: operands, output: output, recorded: nil, weightFormat: weightFormat)
    }
}
