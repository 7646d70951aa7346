import NetworkGraph
import Synchronization
import Tensors
import VectorKernels

/// A network of the MTCNN family, computed by layers instead of operators: a convolution or a dense layer, its bias,
/// its PReLU and its pool are one pass.
///
/// It maps images to vectors of channels, one vector for each position of the last map. The outputs equal those of
/// ``OperatorEngine`` in the same arithmetic, bit for bit, for any batch size and from any number of threads.
package struct FusedNetwork: Sendable {
    package let arithmetic: ArithmeticName
    private let chain: FusedChain
    private let level: KernelLevel
    /// The plan of the last call: images are often of one size.
    private let lastPlan = LastPlan()

    /// - Parameters:
    ///   - graph: has one input, images, from which chains of convolutions, PReLUs, pools and dense layers lead to the
    ///     outputs. Two outputs may separate only at their last layer.
    ///   - imageAxes: the meaning of the input's axes.
    ///   - outputs: tensors of the graph; their channels are computed in this order.
    /// - Throws: ``FusionError`` for another kind of graph, or an arithmetic that the layer kernels lack.
    package init(
        _ graph: Graph, imageAxes: [MapAxis], outputs: [String], arithmetic: ArithmeticName,
        level: KernelLevel = .best
    ) throws(FusionError) {
        self.arithmetic = arithmetic
        self.level = level
        chain = try arithmetic.fusedChain(graph, imageAxes, outputs)
    }

    /// The outputs' channels for images.
    ///
    /// - Parameter images: [N, rows, columns, 3], upright, whatever the axes of the graph's input.
    /// - Returns: [N, rows, columns, channels] of the last map; one row and one column after a dense layer.
    /// - Throws: ``FusionError/badInput(_:reason:)``.
    package func evaluate(_ images: Tensor<Float>) throws(FusionError) -> Tensor<Float> {
        let plan = try plan(for: images.shape)
        let shape = plan.outputShape
        let workspace = Workspaces.idle.take()
        defer { Workspaces.idle.giveBack(workspace) }
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { elements, count in
            images.elements.withUnsafeBufferPointer { images in
                guard let images = images.baseAddress, let elements = elements.baseAddress else { return }
                FusedRun(chain: chain, plan: plan, level: level, workspace: workspace).run(images, into: elements)
            }
            count = shape.count
        }
        return Tensor(shape, elements)
    }

    private func plan(for images: Shape) throws(FusionError) -> FusedPlan {
        if let known = lastPlan.value.withLock({ $0 }), known.images == images { return known }
        let plan = try chain.plan(for: images)
        lastPlan.value.withLock { $0 = plan }
        return plan
    }
}

private final class LastPlan: Sendable {
    let value = Mutex<FusedPlan?>(nil)
}

/// The meaning of a tensor's axis.
package enum MapAxis: Sendable, Equatable {
    case image, channel, row, column
}

/// Why a graph cannot be computed by layers.
package enum FusionError: Error, Equatable {
    case unsupportedArithmetic(ArithmeticName)
    case unsupportedNode(String, operator: String, reason: String)
    case unsupportedTensor(String, reason: String)
    case badInput(Shape, reason: String)
}

extension FusionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedArithmetic(let name): "the layer kernels do not compute in \(name.rawValue)"
        case .unsupportedNode(let name, let `operator`, let reason): "node \"\(name)\" (\(`operator`)) \(reason)"
        case .unsupportedTensor(let name, let reason): "tensor \"\(name)\" \(reason)"
        case .badInput(let shape, let reason): "images \(shape): \(reason)"
        }
    }
}
