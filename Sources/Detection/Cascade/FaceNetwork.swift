import Tensors

/// One of the three networks, whatever computes it: an engine of this package, a recording, another program.
///
/// The cascade passes upright images [N, height, width, 3] in RGB, normalised to (value - 127.5) / 128, and expects [N,
/// rows, columns, C]: C = 6 for the proposal and the refinement network, 16 for the output network; one row and one
/// column for the latter two. The channels are OpenFace's: the score for no face, the score for a face, dx1, dy1, dx2,
/// dy2, and for the output network five landmark x and five landmark y.
package protocol FaceNetwork: Sendable {
    /// The kind of the two scores.
    var scores: FaceScores { get }

    func evaluate(_ images: Tensor<Float>) throws -> Tensor<Float>
}

/// The kind of a network's two scores, for no face and for a face.
package enum FaceScores: Sendable {
    /// Logits: the probability of a face is 1 / (1 + exp(no face - face)).
    case logits
    /// Probabilities: the network's second score is the probability of a face.
    case probabilities
}

/// Two scores that a network declares as the probabilities of no face and of a face, but which do not sum to 1 or are
/// not from 0 to 1.
package struct UnpairedScores: Equatable, Sendable, Codable {
    /// `pnet`, `rnet` or `onet`.
    package let network: String
    package let noFace: Float
    package let face: Float

    /// The most that two probabilities' sum may differ from 1: eight times the effect of rounding both to float16.
    static let tolerance: Float = 0x1p-8

    /// The pair whose sum is furthest from 1; nil if all are complementary probabilities.
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
    /// For each network, the pair furthest from being probabilities, in cascade order.
    package var furthestByNetwork: [UnpairedScores] {
        CascadeNetwork.allCases.compactMap { network in
            filter { $0.network == network.modelName }.max {
                abs($0.noFace + $0.face - 1) < abs($1.noFace + $1.face - 1)
            }
        }
    }
}

extension UnpairedScores: CustomStringConvertible {
    package var description: String {
        "\(network): the scores of no face, \(noFace), and of a face, \(face), are not complementary probabilities: "
            + "they sum to \(noFace + face); the second is taken as the probability of a face"
    }
}

/// The three networks of the cascade, in order.
public enum CascadeNetwork: String, Sendable, CaseIterable {
    /// PNet: proposes boxes at every position of every pyramid level.
    case proposal
    /// RNet: judges crops of 24 x 24.
    case refinement
    /// ONet: judges crops of 48 x 48 and finds landmarks.
    case output

    /// The name of its model file, without the extension.
    public var modelName: String {
        switch self {
        case .proposal: "pnet"
        case .refinement: "rnet"
        case .output: "onet"
        }
    }

    /// The side of a crop; for the proposal network the receptive field, which is its smallest image.
    package var inputSide: Int {
        switch self {
        case .proposal: 12
        case .refinement: 24
        case .output: 48
        }
    }

    package var outputChannels: Int {
        self == .output ? 16 : 6
    }
}

/// Why the cascade could not be run.
public enum CascadeError: Error, Equatable {
    /// The pyramid's first level is the image times 12 / size: a smaller size would enlarge the image.
    case minimumFaceSize(Int)

    /// The shape of a network's output is not what the cascade expects.
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
