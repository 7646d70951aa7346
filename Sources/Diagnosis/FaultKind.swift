/// A kind of conversion fault: what was altered.
package enum FaultKind: String, Sendable, Codable, CaseIterable {
    case inputChannels = "input_channels"
    case inputScale = "input_scale"
    case inputOrientation = "input_orientation"
    case otherCase = "other_case"
    case repeatedBatch = "repeated_batch"
    case slopes
    case bias
    case kernelOrder = "kernel_order"
    case channelOrder = "channel_order"
    case otherLayersWeights = "other_layers_weights"
    case zeroedChannel = "zeroed_channel"
    case flippedBit = "flipped_bit"
    case padding
    case pooling
    case stride
    case nodeLeftOut = "node_left_out"
    case flattenOrder = "flatten_order"
    case denseOrder = "dense_order"
    case softmax
    case outputOrder = "output_order"
    case weightFormat = "weight_format"
    case activationFormat = "activation_format"
    case sumFormat = "sum_format"
    case wrongElements = "wrong_elements"

    /// Whether it alters the network's inputs.
    package var isOfInputs: Bool {
        [.inputChannels, .inputScale, .inputOrientation, .otherCase, .repeatedBatch].contains(self)
    }

    /// What it is, in words.
    package var words: String {
        switch self {
        case .inputChannels: "the channels of the input image are in another order"
        case .inputScale: "the input's numbers are scaled or shifted otherwise"
        case .inputOrientation: "the input image is turned or mirrored"
        case .otherCase: "the answer is that of another case"
        case .repeatedBatch: "only the first of a batch is computed, and repeated"
        case .slopes: "the slopes of an activation are others"
        case .bias: "a bias is missing, doubled or another layer's"
        case .kernelOrder: "the rows or columns of kernels are in another order"
        case .channelOrder: "the channels of a layer's weights are in another order"
        case .otherLayersWeights: "a layer has another layer's weights"
        case .zeroedChannel: "a channel is zero"
        case .flippedBit: "one bit of one weight is another"
        case .padding: "the padding is another"
        case .pooling: "the pooling is another"
        case .stride: "the stride or dilation is another"
        case .nodeLeftOut: "a layer is left out or applied twice"
        case .flattenOrder: "images are flattened in another order"
        case .denseOrder: "the weights of a dense layer are in another order"
        case .softmax: "the softmax is another"
        case .outputOrder: "the numbers of an output are in another order"
        case .weightFormat: "weights are rounded to a coarser format"
        case .activationFormat: "activations are rounded to a coarser format"
        case .sumFormat: "sums are carried in a coarser format"
        case .wrongElements: "some elements are wrong, and all others right"
        }
    }
}
