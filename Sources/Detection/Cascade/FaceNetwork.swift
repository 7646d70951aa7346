import Tensors

/// One of the three networks, whatever computes it: an engine of this package, a recording, another program.
///
/// The cascade gives upright images [N, height, width, 3] in RGB, normalised to (value - 127.5) / 128, and takes
/// [N, rows, columns, C]: C = 6 for the proposal and the refinement network, 16 for the output network; one row
/// and one column for the latter two. The channels are those of OpenFace: the score for no face, the score for
/// a face, dx1, dy1, dx2, dy2, and of the output network five landmark x and five landmark y.
public protocol FaceNetwork: Sendable {
    /// What the two scores are.
    var scores: FaceScores { get }

    func evaluate(_ images: Tensor<Float>) throws -> Tensor<Float>
}

/// What a network's two scores, of no face and of a face, are.
public enum FaceScores: Sendable {
    /// Logits: the probability of a face is 1 / (1 + exp(no face - face)).
    case logits
    /// Probabilities: that of a face is what the network says.
    case probabilities
}

/// Two scores that a network gives as the probabilities of no face and of a face, and that are none: they do not sum
/// to 1, or are not from 0 to 1.
public struct UnpairedScores: Equatable, Sendable, Codable {
    /// `pnet`, `rnet` or `onet`.
    public let network: String
    public let noFace: Float
    public let face: Float

    /// How far the sum of two probabilities may be from 1: eight times what rounding both to float16 may do.
    static let tolerance: Float = 0x1p-8

    /// The pair whose sum is furthest from 1; nil where all are probabilities of each other.
    init?(_ network: CascadeNetwork, among pairs: some Sequence<(noFace: Float, face: Float)>) {
        func isUnpaired(_ pair: (noFace: Float, face: Float)) -> Bool {
            !(abs(pair.noFace + pair.face - 1) <= Self.tolerance && min(pair.noFace, pair.face) >= -Self.tolerance)
        }
        let furthest = pairs.filter(isUnpaired).max {
            abs($0.noFace + $0.face - 1) < abs($1.noFace + $1.face - 1)
        }
        guard let furthest else { return nil }
        self.network = network.modelName
        noFace = furthest.noFace
        face = furthest.face
    }
}

extension [UnpairedScores] {
    /// Of each network the pair that is furthest from being probabilities, in the order of the cascade.
    public var furthestByNetwork: [UnpairedScores] {
        CascadeNetwork.allCases.compactMap { network in
            filter { $0.network == network.modelName }.max {
                abs($0.noFace + $0.face - 1) < abs($1.noFace + $1.face - 1)
            }
        }
    }
}

extension UnpairedScores: CustomStringConvertible {
    public var description: String {
        "\(network): the scores of no face, \(noFace), and of a face, \(face), are no probabilities of each other: they "
            + "sum to \(noFace + face); the second is taken as the probability of a face"
    }
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

    public var isNotFinite: Bool { if case .notFinite = self { true } else { false } }
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
