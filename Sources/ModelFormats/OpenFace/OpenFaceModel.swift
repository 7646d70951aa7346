import Tensors

/// The layers of a network as stored in an OpenFace 2.2.0 .dat file (CNN_utils and FaceDetectorMTCNN of
/// https://github.com/TadasBaltrusaitis/OpenFace).
///
/// Images are upright: the first axis of a kernel or a map is y, the second x.
package struct OpenFaceModel: Sendable, Equatable {
    package var layers: [Layer]

    package init(layers: [Layer]) {
        self.layers = layers
    }

    package enum Layer: Sendable, Equatable {
        case convolution(Convolution)
        case maxPool(MaxPool)
        case fullyConnected(FullyConnected)
        /// x where x >= 0, else slope * x, with one slope for each channel.
        case prelu(slopes: [Float])
        case sigmoid
    }

    /// Cross-correlation with stride 1 and without padding.
    package struct Convolution: Sendable, Equatable {
        /// [output channel, input channel, kernel y, kernel x]
        package let weights: Tensor<Float>
        /// One for each output channel.
        package let bias: [Float]

        /// - Precondition: the weights have four axes, and there is a bias for each output channel.
        package init(weights: Tensor<Float>, bias: [Float]) {
            precondition(weights.shape.rank == 4 && weights.shape[0] == bias.count, "weights \(weights.shape)")
            self.weights = weights
            self.bias = bias
        }
    }

    /// The largest element under a window that is clipped at the border; along an axis of extent n it has
    /// round((n - kernel) / stride) + 1 positions, where a half is rounded away from zero.
    package struct MaxPool: Sendable, Equatable {
        package let kernelX: Int
        package let kernelY: Int
        package let strideX: Int
        package let strideY: Int

        package init(kernelX: Int, kernelY: Int, strideX: Int, strideY: Int) {
            self.kernelX = kernelX
            self.kernelY = kernelY
            self.strideX = strideX
            self.strideY = strideY
        }
    }

    /// Sums of products over all inputs.
    ///
    /// If it has as many inputs as there are maps, it is a convolution of 1x1. Other maps [channel, y, x] are flattened
    /// in the order channel, x, y.
    package struct FullyConnected: Sendable, Equatable {
        /// [input, output]
        package let weights: Tensor<Float>
        /// One for each output.
        package let bias: [Float]

        /// - Precondition: the weights have two axes, and there is a bias for each output.
        package init(weights: Tensor<Float>, bias: [Float]) {
            precondition(weights.shape.rank == 2 && weights.shape[1] == bias.count, "weights \(weights.shape)")
            self.weights = weights
            self.bias = bias
        }
    }
}

extension OpenFaceModel.Layer {
    /// The kind of layer, for errors and listings.
    package var name: String {
        switch self {
        case .convolution: "convolution"
        case .maxPool: "max-pool"
        case .fullyConnected: "fully connected"
        case .prelu: "PReLU"
        case .sigmoid: "sigmoid"
        }
    }

    /// The code of the layer's kind in a file.
    var fileCode: Int {
        switch self {
        case .convolution: 0
        case .maxPool: 1
        case .fullyConnected: 2
        case .prelu: 3
        case .sigmoid: 4
        }
    }
}
