import Tensors

/// A frame, the networks that look at it, and what they have said so far.
///
/// A network is asked once for each input, so that the cascade can run again under other rules at the cost of
/// the inputs that those rules change.
public struct FrameEvaluations: Sendable {
    public let image: DecodedImage
    private let networks: FaceNetworks
    private var maps: [Input: Tensor<Float>] = [:]
    private var crops: [Input: [Float]] = [:]

    /// The most crops that a network is given at once, which bounds the memory for them.
    private static let batch = 64

    public init(image: DecodedImage, networks: FaceNetworks) {
        self.image = image
        self.networks = networks
    }

    /// The proposal network's output map for the whole frame at a size: [rows, columns, 6].
    mutating func proposalMap(width: Int, height: Int, rules: CascadeRules) throws -> Tensor<Float> {
        let frame = PixelBox(x: 0, y: 0, width: image.width, height: image.height)
        let input = Input(.proposal, frame, width: width, height: height, rules)
        if let map = maps[input] { return map }
        let output = try evaluate([input], rules: rules)
        let shape = output.shape
        guard shape.rank == 4, shape[0] == 1, shape[3] == CascadeNetwork.proposal.outputChannels else {
            throw CascadeError.outputShape(network: .proposal, shape, expected: "[1, rows, columns, 6]")
        }
        let map = output.reshaped(to: [shape[1], shape[2], shape[3]])
        maps[input] = map
        return map
    }

    /// A crop network's output for each box: 6 or 16 values.
    mutating func outputs(
        of network: CascadeNetwork, for boxes: [BoundingBox], rules: CascadeRules
    ) throws -> [[Float]] {
        let side = network.inputSide
        let inputs = boxes.map { box in
            var region = box.cropRegion(rules.cropRegion)
            if rules.cropBeyondImage == .clipped { region = region.clipped(width: image.width, height: image.height) }
            return Input(network, region, width: side, height: side, rules)
        }
        var missing: [Input] = []
        var asked: Set<Input> = []
        for input in inputs where crops[input] == nil && asked.insert(input).inserted {
            missing.append(input)
        }
        for first in stride(from: 0, to: missing.count, by: Self.batch) {
            let batch = Array(missing[first..<min(first + Self.batch, missing.count)])
            let output = try evaluate(batch, rules: rules)
            let channels = network.outputChannels
            guard output.shape == [batch.count, 1, 1, channels] else {
                throw CascadeError.outputShape(
                    network: network, output.shape, expected: "[\(batch.count), 1, 1, \(channels)]")
            }
            for (index, input) in batch.enumerated() {
                crops[input] = Array(output.elements[(index * channels)..<((index + 1) * channels)])
            }
        }
        return inputs.compactMap { crops[$0] }
    }

    private func evaluate(_ inputs: [Input], rules: CascadeRules) throws -> Tensor<Float> {
        let (network, width, height) = (inputs[0].network, inputs[0].width, inputs[0].height)
        let images = image.normalized(inputs.map(\.region), width: width, height: height, rules: rules)
        let output = try networks[network].evaluate(images)
        if let position = output.elements.firstIndex(where: { !$0.isFinite }) {
            throw CascadeError.notFinite(
                network: network, value: output.elements[position], index: output.shape.index(at: position))
        }
        return output
    }
}

/// All that a network's input depends on, within one frame.
private struct Input: Hashable, Sendable {
    let network: CascadeNetwork
    let region: PixelBox
    let width: Int
    let height: Int
    let channelOrder: CascadeRules.ChannelOrder
    let interpolation: CascadeRules.Interpolation
    let resampledPixels: CascadeRules.ResampledPixels

    init(_ network: CascadeNetwork, _ region: PixelBox, width: Int, height: Int, _ rules: CascadeRules) {
        self.network = network
        self.region = region
        self.width = width
        self.height = height
        channelOrder = rules.channelOrder
        interpolation = rules.interpolation
        resampledPixels = rules.resampledPixels
    }
}

/// The networks of the cascade.
public struct FaceNetworks: Sendable {
    public var proposal: any FaceNetwork
    public var refinement: any FaceNetwork
    public var output: any FaceNetwork

    public init(proposal: any FaceNetwork, refinement: any FaceNetwork, output: any FaceNetwork) {
        self.proposal = proposal
        self.refinement = refinement
        self.output = output
    }

    subscript(network: CascadeNetwork) -> any FaceNetwork {
        switch network {
        case .proposal: proposal
        case .refinement: refinement
        case .output: output
        }
    }
}
