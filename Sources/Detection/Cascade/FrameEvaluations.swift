import Engines
import Tensors

/// A frame, the networks that judge it, and their answers so far.
///
/// Each network is run once for each input: when the cascade runs again under other rules, only the inputs that those
/// rules change cost anything.
package struct FrameEvaluations: Sendable {
    package let image: DecodedImage
    private let networks: FaceNetworks
    private var maps: [Input: Tensor<Float>] = [:]
    private var crops: [Input: [Float]] = [:]

    /// The most crops in one network run, which bounds their memory.
    private static let largestBatch = 64

    package init(image: DecodedImage, networks: FaceNetworks) {
        self.image = image
        self.networks = networks
    }

    /// The proposal network's output maps for the whole frame at some sizes, each [rows, columns, 6].
    mutating func proposalMaps(_ scales: [PyramidScale], rules: CascadeRules) throws -> [Tensor<Float>] {
        let frame = PixelBox(x: 0, y: 0, width: image.width, height: image.height)
        let resampling = rules.resampling(for: .proposal)
        let region: Input.Region = resampling.method == .cropAndResize ? .sampled(BoundingBox(frame)) : .pixels(frame)
        let inputs = scales.map { Input(.proposal, region, width: $0.width, height: $0.height, resampling) }
        let missing = inputs.filter { maps[$0] == nil }
        let outputs = try concurrentMap(missing) { [image, networks] input in
            try image.evaluated([input], by: networks)
        }
        for (input, output) in zip(missing, outputs) {
            let shape = output.shape
            guard shape.rank == 4, shape[0] == 1, shape[3] == CascadeNetwork.proposal.outputChannels else {
                throw CascadeError.outputShape(network: .proposal, shape, expected: "[1, rows, columns, 6]")
            }
            maps[input] = output.reshaped(to: [shape[1], shape[2], shape[3]])
        }
        return inputs.compactMap { maps[$0] }
    }

    /// A crop network's output for each box: 6 or 16 values.
    ///
    /// - Parameter isMirrored: Whether the network sees the crops' mirror images.
    mutating func outputs(
        of network: CascadeNetwork, for boxes: [BoundingBox], rules: CascadeRules, isMirrored: Bool = false
    ) throws -> [[Float]] {
        let side = network.inputSide
        var resampling = rules.resampling(for: network)
        resampling.isMirrored = isMirrored
        let inputs = boxes.map { box in
            if resampling.method == .cropAndResize {
                return Input(network, .sampled(box), width: side, height: side, resampling)
            }
            var region = box.cropRegion(rules.cropRegion)
            if rules.cropBeyondImage == .clipped { region = region.clipped(width: image.width, height: image.height) }
            return Input(network, .pixels(region), width: side, height: side, resampling)
        }
        var missing: [Input] = []
        var asked: Set<Input> = []
        for input in inputs where crops[input] == nil && asked.insert(input).inserted {
            missing.append(input)
        }
        let size = max(min((missing.count + Threads.limit - 1) / Threads.limit, Self.largestBatch), 1)
        let batches = stride(from: 0, to: missing.count, by: size).map { first in
            Array(missing[first..<min(first + size, missing.count)])
        }
        let outputs = try concurrentMap(batches) { [image, networks] batch in
            try image.evaluated(batch, by: networks)
        }
        let channels = network.outputChannels
        for (batch, output) in zip(batches, outputs) {
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
}

extension DecodedImage {
    /// A network's outputs for inputs of one size.
    fileprivate func evaluated(_ inputs: [Input], by networks: FaceNetworks) throws -> Tensor<Float> {
        let (network, width, height) = (inputs[0].network, inputs[0].width, inputs[0].height)
        let resampling = inputs[0].resampling
        let images =
            resampling.method == .cropAndResize
            ? sampled(inputs.compactMap(\.region.box), width: width, height: height, resampling)
            : normalized(inputs.compactMap(\.region.pixels), width: width, height: height, resampling)
        let output = try networks[network].evaluate(images)
        if let position = output.elements.firstIndex(where: { !$0.isFinite }) {
            throw CascadeError.notFinite(
                network: network, value: output.elements[position], index: output.shape.index(at: position))
        }
        return output
    }
}

/// Everything that determines a network's input within one frame.
private struct Input: Hashable, Sendable {
    /// What is resampled: whole pixels, or points between the corners of a box.
    enum Region: Hashable, Sendable {
        case pixels(PixelBox)
        case sampled(BoundingBox)

        var pixels: PixelBox? { if case .pixels(let pixels) = self { pixels } else { nil } }
        var box: BoundingBox? { if case .sampled(let box) = self { box } else { nil } }
    }

    let network: CascadeNetwork
    let region: Region
    let width: Int
    let height: Int
    let resampling: ImageResampling

    init(_ network: CascadeNetwork, _ region: Region, width: Int, height: Int, _ resampling: ImageResampling) {
        self.network = network
        self.region = region
        self.width = width
        self.height = height
        self.resampling = resampling
    }
}
