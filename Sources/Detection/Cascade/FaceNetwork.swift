import Tensors

/// One of the three networks, whatever computes it: an engine of this package, a recording, another program.
///
/// The cascade gives upright images [N, height, width, 3] in RGB, normalised to (value - 127.5) / 128, and takes
/// [N, rows, columns, C]: C = 6 for the proposal and the refinement network, 16 for the output network; one row
/// and one column for the latter two. The channels are those of OpenFace: the logit for no face, the logit for
/// a face, dx1, dy1, dx2, dy2, and of the output network five landmark x and five landmark y.
public protocol FaceNetwork: Sendable {
    func evaluate(_ images: Tensor<Float>) throws -> Tensor<Float>
}

/// The three networks of the cascade, in the order in which they judge.
public enum CascadeNetwork: String, Sendable, CaseIterable {
    /// PNet: proposes boxes at every position of every pyramid level.
    case proposal
    /// RNet: judges crops of 24 x 24.
    case refinement
    /// ONet: judges crops of 48 x 48 and finds landmarks.
    case output

    /// The name of its model file without the extension.
    public var modelName: String {
        switch self {
        case .proposal: "pnet"
        case .refinement: "rnet"
        case .output: "onet"
        }
    }

    /// The side of a crop; for the proposal network the receptive field, which is the smallest image it takes.
    public var inputSide: Int {
        switch self {
        case .proposal: 12
        case .refinement: 24
        case .output: 48
        }
    }

    public var outputChannels: Int {
        self == .output ? 16 : 6
    }
}

/// Why the cascade could not be run.
public enum CascadeError: Error, Equatable {
    /// The pyramid's first level is the image times 12 / size, so that a smaller size would enlarge it.
    case minimumFaceSize(Int)

    /// A network's output does not have the shape that the cascade asked for.
    case outputShape(network: CascadeNetwork, Shape, expected: String)

    /// A network gave a NaN or an infinity.
    case notFinite(network: CascadeNetwork, value: Float, index: [Int])
}

extension CascadeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .minimumFaceSize(let size):
            "a minimum face of \(size) pixels is less than the \(CascadeNetwork.proposal.inputSide) that PNet sees"
        case .outputShape(let network, let shape, let expected):
            "the \(network) network gave an output of shape \(shape), expected \(expected)"
        case .notFinite(let network, let value, let index):
            "the \(network) network gave \(value.isNaN ? "nan" : "\(value)") at \(index)"
        }
    }
}
