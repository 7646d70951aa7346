import NetworkGraph
import Tensors

extension Graph {
    /// Whether each element of a batch is computed independently, so that the batch may be run in slices: the batch
    /// is the first axis of every tensor that depends on the inputs, and no node mixes elements of that axis.
    ///
    /// - Parameter inputs: the inputs' shapes, all with the same batch size.
    package func computesBatchElementsApart(for inputs: [String: Shape]) -> Bool {
        let batches = Set(inputs.values.map { $0.rank > 0 ? $0[0] : 0 })
        guard batches.count == 1, let batch = batches.first, batch > 1,
            let whole = try? tensorTypes(for: inputs),
            let half = try? tensorTypes(for: inputs.mapValues { $0.withBatch(1) })
        else { return false }
        var dependent = Set(self.inputs.map(\.name))
        for node in nodes {
            let given = node.inputs.map { name in name.map { dependent.contains($0) } ?? false }
            guard given.contains(true) else { continue }
            let ranks = zip(node.inputs, given).compactMap { name, isDependent in
                isDependent ? name.flatMap { whole[$0]?.shape.rank } : nil
            }
            guard node.operator.keepsBatchElementsApart(dependent: given, ranks: ranks) else { return false }
            for output in node.outputs {
                guard let all = whole[output]?.shape, let one = half[output]?.shape, all.rank > 0, all[0] == batch,
                    one == all.withBatch(1)
                else { return false }
                dependent.insert(output)
            }
        }
        return outputs.allSatisfy(dependent.contains)
    }
}

extension Shape {
    fileprivate func withBatch(_ count: Int) -> Shape { Shape([count] + dimensions.dropFirst()) }
}

extension Tensor {
    /// The elements of a range of the first axis.
    package func slice(_ range: Range<Int>) -> Tensor {
        let one = shape.dimensions.dropFirst().reduce(1, *)
        return Tensor(
            Shape([range.count] + shape.dimensions.dropFirst()),
            Array(elements[range.lowerBound * one..<range.upperBound * one]))
    }
}

extension AnyTensor {
    /// The elements of a range of the first axis.
    package func slice(_ range: Range<Int>) -> AnyTensor {
        func slice(_ tensor: some TypedTensor) -> AnyTensor { AnyTensor(tensor.typed.slice(range)) }
        return slice(contents)
    }
}

extension RecordedCase {
    /// The case, limited to a range of its batch.
    package func slice(_ range: Range<Int>) -> RecordedCase {
        RecordedCase(
            name: name, source: source, inputs: inputs.mapValues { $0.slice(range) },
            tensors: tensors.mapValues { $0.slice(range) }, exact: exact?.mapValues { $0.slice(range) })
    }
}

extension LayerMetrics {
    /// The metrics of a slice, with element positions counted in the whole batch.
    public func movedAlongBatch(by first: Int) -> LayerMetrics {
        var moved = self
        moved.cumulative.difference.worst = cumulative.difference.worst?.movedAlongBatch(by: first)
        moved.isolated?.difference.worst = isolated?.difference.worst?.movedAlongBatch(by: first)
        return moved
    }
}
