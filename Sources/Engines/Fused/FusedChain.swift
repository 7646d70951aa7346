import NetworkGraph
import Tensors

/// The layers of a fused network, in order of computation: those on maps, then those on vectors.
struct FusedChain: Sendable {
    private(set) var mapStages: [MapStage]
    private(set) var denseStages: [DenseStage]
    /// Whether images and results are rounded to float16.
    let roundsToFloat16: Bool
    /// Whether subnormal float16 numbers of images are flushed to zero.
    let flushesSubnormals: Bool

    /// A convolution and its following pool.
    struct MapStage: Sendable {
        let layer: PackedLayer
        let inputChannels: Int
        let kernelRows: Int
        let kernelColumns: Int
        /// Whether the graph's first spatial axis is the image's columns.
        let isTransposed: Bool
        let pool: SlidingWindow?
    }

    /// A dense layer.
    struct DenseStage: Sendable {
        let layer: PackedLayer
        /// The flattened axes of its input, outermost first.
        let order: [MapAxis]
    }

    /// - Throws: ``FusionError/unsupportedArithmetic(_:)`` if the layer kernels cannot store the arithmetic's numbers.
    init<A: Arithmetic>(
        _ graph: Graph, _ imageAxes: [MapAxis], _ outputs: [String], in arithmetic: A.Type
    ) throws(FusionError) {
        guard A.formats.suitLayerKernels else { throw .unsupportedArithmetic(A.name) }
        let roundsToFloat16 = A.formats.stored != .binary32
        var reader = FusedChainReader<A>(graph)
        let stages = try reader.stages(imageAxes: imageAxes, outputs: outputs)
        self.roundsToFloat16 = roundsToFloat16
        flushesSubnormals = !A.formats.stored.hasSubnormals
        mapStages = []
        denseStages = []
        for stage in stages {
            let layer = PackedLayer(stage.layer, form: A.kernelForm, roundsToFloat16: roundsToFloat16)
            switch stage.place {
            case .convolution(let inputChannels, let kernel, let isTransposed):
                mapStages.append(
                    MapStage(
                        layer: layer, inputChannels: inputChannels,
                        kernelRows: kernel[isTransposed ? 1 : 0], kernelColumns: kernel[isTransposed ? 0 : 1],
                        isTransposed: isTransposed, pool: stage.pool))
            case .dense(let order):
                denseStages.append(DenseStage(layer: layer, order: order))
            }
        }
        guard mapStages.first?.inputChannels == imageChannels else {
            throw .unsupportedTensor(
                graph.inputs.first?.name ?? "", reason: "is not taken by a convolution of \(imageChannels) channels")
        }
    }
}

extension ArithmeticFormats {
    /// Whether the layer kernels, which compute in float32, support this rounding: none, or to float16.
    package var suitLayerKernels: Bool {
        let isHalf = stored.flushingSubnormals == FloatFormat.binary16.flushingSubnormals
        return (isHalf || stored == .binary32) && !roundsFactors
    }
}
