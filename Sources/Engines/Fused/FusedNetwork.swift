import NetworkGraph
import Synchronization
import Tensors
import VectorKernels

/// A network of the MTCNN family, computed layer by layer without the operators between: a convolution or a dense
/// layer, its bias, its PReLU and its pool are one pass.
///
/// It computes images to vectors of channels, one vector for each position of the last map. The outputs have the
/// bits that ``OperatorEngine`` gives in the same arithmetic, for any batch size and from any number of threads.
public struct FusedNetwork: Sendable {
    public let arithmetic: ArithmeticName
    private let chain: FusedChain
    private let level: KernelLevel
    private let workspaces = Workspaces()

    /// - Parameters:
    ///   - graph: has one input, images, and chains of convolutions, PReLUs, pools and dense layers from there to
    ///     the outputs. Two outputs part only at their last layer.
    ///   - imageAxes: what the axes of the graph's input stand for.
    ///   - outputs: tensors of the graph, whose channels are computed in this order.
    /// - Throws: ``FusionError`` for a graph of another kind, or an arithmetic that the layer kernels do not have.
    public init(
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
    /// - Returns: [N, rows, columns, channels] of the last map; one row and one column behind a dense layer.
    /// - Throws: ``FusionError/badInput(_:reason:)``.
    public func evaluate(_ images: Tensor<Float>) throws(FusionError) -> Tensor<Float> {
        let plan = try chain.plan(for: images.shape)
        let shape = plan.outputShape
        let workspace = workspaces.take()
        defer { workspaces.giveBack(workspace) }
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { elements, count in
            images.elements.withUnsafeBufferPointer { images in
                guard let images = images.baseAddress, let elements = elements.baseAddress else { return }
                FusedRun(chain: chain, plan: plan, level: level, workspace: workspace).run(images, into: elements)
            }
            count = shape.count
        }
        return Tensor(shape, elements)
    }
}

/// What an axis of a tensor stands for.
public enum MapAxis: Sendable, Equatable {
    case image, channel, row, column
}

/// Why a graph cannot be computed without its operators.
public enum FusionError: Error, Equatable {
    case unsupportedArithmetic(ArithmeticName)
    case unsupportedNode(String, operator: String, reason: String)
    case unsupportedTensor(String, reason: String)
    case badInput(Shape, reason: String)
}

extension FusionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unsupportedArithmetic(let name): "the layer kernels do not compute in \(name.rawValue)"
        case .unsupportedNode(let name, let `operator`, let reason): "node \"\(name)\" (\(`operator`)) \(reason)"
        case .unsupportedTensor(let name, let reason): "tensor \"\(name)\" \(reason)"
        case .badInput(let shape, let reason): "images \(shape): \(reason)"
        }
    }
}
