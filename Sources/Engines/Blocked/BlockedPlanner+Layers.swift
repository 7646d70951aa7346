import NetworkGraph
import Tensors

// MARK: - Sums, windows, and what moves maps

extension BlockedPlanner {
    /// What the kernels on blocks compute of a node; nil for nodes that they do not.
    func blockedStep(_ node: Node) -> PlannedStep? {
        guard node.outputs.count == 1, let y = node.outputs.first, let x = node.inputs.first ?? nil,
            let extents = extents(x), self.extents(y) != nil
        else { return nil }
        switch node.operator {
        case let convolution as Convolution: return self.convolution(convolution, node, x, extents)
        case let convolution as TransposedConvolution: return transposed(convolution, node, x, extents)
        case let pool as MaxPool:
            guard isInBlocks(x), let window = try? pool.window.axes(over: Array(extents[2...])), hasNumbers(window)
            else { return nil }
            return .pool(x: x, y: y, window: window, divisors: [])
        case let pool as AveragePool:
            guard isInBlocks(x), let window = try? pool.window.axes(over: Array(extents[2...])) else { return nil }
            return .pool(x: x, y: y, window: window, divisors: pool.elementsUnderWindow(window).map(Float.init))
        case is GlobalAveragePool:
            return isInBlocks(x) ? .planeMean(x: x, y: y) : nil
        case let reduction as Reduction where reduction.function == .mean && reduction.keepsAxes:
            guard isInBlocks(x), let axes = try? reduction.axes(of: node.inputs.map { $0.flatMap { types[$0] } }),
                axes == [2, 3]
            else { return nil }
            return .planeMean(x: x, y: y)
        case let resize as Resize where resize.coordinates != .tfCropAndResize:
            guard isInBlocks(x),
                let geometry = try? resize.geometry(for: node.inputs.map { $0.flatMap { types[$0] } }),
                geometry.prefix(2).allSatisfy(\.isIdentity)
            else { return nil }
            return .resize(x: x, y: y, resize, Array(geometry[2...]))
        case let concat as Concat where concat.axis == 1 || concat.axis == -3:
            let parts = node.inputs.compactMap { $0 }
            guard parts.count == node.inputs.count, parts.allSatisfy({ self.extents($0) != nil }),
                parts.contains(where: isInBlocks)
            else { return nil }
            return .concat(parts, y: y)
        case let part as SplitPart where part.axis == 1 || part.axis == -3:
            guard isInBlocks(x),
                let borders = try? part.borders(node.inputs.map { $0.flatMap { types[$0] } }, extent: extents[1])
            else { return nil }
            return .slice(x: x, from: borders[part.part], y: y)
        default: return nil
        }
    }

    /// Whether each window has an input element under it; the largest of none is minus infinity.
    private func hasNumbers(_ window: [SlidingWindow.Axis]) -> Bool {
        window.allSatisfy { axis in
            (0..<axis.outputExtent).allSatisfy { output in
                (0..<axis.kernel).contains {
                    (0..<axis.inputExtent).contains(axis.inputPosition(output: output, tap: $0))
                }
            }
        }
    }

    // MARK: - Convolutions

    private func convolution(_ convolution: Convolution, _ node: Node, _ x: String, _ extents: [Int]) -> PlannedStep? {
        guard let (weights, starts) = weights(node, outputs: { $0[0] }),
            let window = try? convolution.axes(input: Shape(extents), weights: weights.shape),
            let kind = kind(convolution, weights, starts, inputs: extents[1], window)
        else { return nil }
        return .convolution(PlannedConvolution(kind: kind, x: x, window: window, result: node.outputs[0]))
    }

    private func kind(
        _ convolution: Convolution, _ weights: Tensor<Float>, _ starts: [Float], inputs: Int,
        _ window: [SlidingWindow.Axis]
    ) -> PlannedConvolution.Kind? {
        let (outputs, groups) = (weights.shape[0], convolution.groups)
        if groups > 1, groups == inputs, groups == outputs {
            return .depthwise(FusedLayer(weights: weights.elements, starts: starts))
        }
        // Other strides have no tiles.
        guard window[1].stride <= 2 else { return nil }
        let isWhole = groups == 1 || inputs / groups % channelsPerBlock == 0 && outputs / groups % channelsPerBlock == 0
        guard isWhole else { return nil }
        let (taps, each) = (weights.shape.count / outputs, outputs / groups)
        return .grouped(
            (0..<groups).map { group in
                FusedLayer(
                    weights: Array(weights.elements[group * each * taps..<(group + 1) * each * taps]),
                    starts: Array(starts[group * each..<(group + 1) * each]))
            })
    }

    /// A kernel as large as its stride, so that each output has one kernel position, and none is cut off.
    private func transposed(
        _ convolution: TransposedConvolution, _ node: Node, _ x: String, _ extents: [Int]
    ) -> PlannedStep? {
        guard convolution.groups == 1, let (weights, starts) = weights(node, outputs: { $0[1] }),
            let axes = try? convolution.axes(input: Shape(extents), weights: weights.shape),
            axes.allSatisfy({
                $0.kernel == $0.stride && $0.dilation == 1 && $0.cutBefore == 0
                    && $0.outputExtent == $0.inputExtent * $0.stride
            })
        else { return nil }
        let (channels, outputs) = (weights.shape[0], weights.shape[1])
        let places = axes[0].kernel * axes[1].kernel
        let layers = (0..<places).map { place in
            FusedLayer(
                weights: (0..<outputs).flatMap { output in
                    (0..<channels).map { weights.elements[($0 * outputs + output) * places + place] }
                }, starts: starts)
        }
        return .convolution(
            PlannedConvolution(
                kind: .transposed(layers, stride: axes.map(\.stride)), x: x, window: [], result: node.outputs[0]))
    }

    private func weights(_ node: Node, outputs: (Shape) -> Int) -> (Tensor<Float>, [Float])? {
        guard let weights = constant(node.inputs[1]), weights.shape.rank == 4, weights.shape.count > 0 else {
            return nil
        }
        guard node.inputs.count > 2, let bias = node.inputs[2] else {
            return (weights, [Float](repeating: 0, count: outputs(weights.shape)))
        }
        return constant(bias).map { (weights, $0.elements) }
    }

    // MARK: - Matrix products

    /// A product with a constant matrix on the right.
    func denseStep(_ node: Node) -> PlannedStep? {
        guard let x = node.inputs.first ?? nil, node.inputs.count > 1, node.outputs.count == 1,
            types[x]?.kind == .real, let weights = constant(node.inputs[1]), weights.shape.rank == 2,
            weights.shape.count > 0, let shape = types[x]?.shape, shape.rank >= 2,
            shape.count > 0
        else { return nil }
        switch node.operator {
        case is MatMul: return .dense(node: node, weights: weights.transposed([1, 0]), addends: [])
        case let gemm as Gemm:
            guard gemm.alpha == 1, gemm.beta == 1, !gemm.transposesA else { return nil }
            let rows = gemm.transposesB ? weights : weights.transposed([1, 0])
            guard node.inputs.count > 2, let c = node.inputs[2] else {
                return .dense(node: node, weights: rows, addends: [])
            }
            guard let addends = constant(c), addends.shape.count == rows.shape[0],
                addends.shape.dimensions.last == rows.shape[0]
            else { return nil }
            return .dense(node: node, weights: rows, addends: addends.elements)
        default: return nil
        }
    }

    // MARK: - Moved elements

    /// The elements of larger tensors than this are not listed one by one.
    private static let mostGathered = 1 << 22

    /// A node that only moves numbers to places that are known before.
    func gatherStep(_ node: Node) -> PlannedStep? {
        guard node.outputs.count == 1, let operation = node.operator as? any RearrangingOperator,
            let output = types[node.outputs[0]], output.kind == .real, output.shape.count <= Self.mostGathered
        else { return nil }
        let given = node.inputs.map { $0.flatMap { types[$0] } }
        let moved = operation.movedInputs(of: given).compactMap { node.inputs[$0] }
        guard moved.allSatisfy({ types[$0]?.kind == .real }),
            let sources = try? operation.sources(for: given, giving: output.shape),
            moved.reduce(0, { $0 + (types[$1]?.shape.count ?? 0) }) <= Int32.max
        else { return nil }
        return .gather(node: node, moved: moved, sources: sources.map(Int32.init))
    }
}
