/// The decisions of the cascade that detectors take differently, one property each.
///
/// ``openFace`` is what the C++ detector of OpenFace 2.2.0 does. Each property can be changed alone.
public struct CascadeRules: Hashable, Sendable {
    /// The order of the colour channels that the networks see.
    public var channelOrder = ChannelOrder.rgb

    /// How the pyramid and the crops are resampled.
    public var interpolation = Interpolation.bilinear

    /// What a resampled pixel is before it is normalised.
    public var resampledPixels = ResampledPixels.float

    /// The precision of a level's scale where positions of the output map become pixels.
    public var scalePrecision = ScalePrecision.float

    /// The precision in which the probability of a face is compared.
    public var scorePrecision = ScorePrecision.float

    /// Whether a score equal to its threshold passes.
    public var scoreThreshold = ScoreThreshold.inclusive

    /// The order in which a level's proposals are listed, which decides between equal scores.
    public var proposalOrder = ProposalOrder.columnByColumn

    /// How the corners of a proposal become whole pixels.
    public var proposalCorners = ProposalCorners.truncated

    /// Which of two equal scores suppresses the other.
    public var equalScores = EqualScores.lastListedFirst

    /// What overlaps are computed from.
    public var suppressionBoxes = SuppressionBoxes.rounded

    /// Whether the proposal network's box regression is applied.
    public var proposalCorrection = Step.applied

    /// Whether squares have whole pixels.
    public var squares = Squares.truncated

    /// Which pixels of a box x, y, width, height are cropped.
    public var cropRegion = CropRegion.fromOneBefore

    /// What a crop that reaches beyond the image holds.
    public var cropBeyondImage = CropBeyondImage.zero

    /// The precision of the division in the probability of a crop.
    public var cropProbability = CropProbability.doubleDivision

    /// The scores by which boxes that the refinement network kept suppress each other.
    public var refinementSuppressionScores = RefinementSuppressionScores.refinement

    /// The extent that the output network's box regression is relative to.
    public var outputExtent = OutputExtent.plusOne

    /// Whether the last step, from MTCNN's box to the extent of OpenFace's landmarks, is taken.
    public var finalCalibration = Step.applied

    public static let openFace = CascadeRules()

    public enum ChannelOrder: Sendable { case rgb, bgr }
    public enum Interpolation: Sendable { case bilinear, area }
    public enum ResampledPixels: Sendable { case float, roundedToBytes }
    public enum ScalePrecision: Sendable { case float, double }
    public enum ScorePrecision: Sendable {
        case float
        /// Rounded to float16, as a float16 network that ends in a softmax gives it: near 1, where most faces lie,
        /// scores less than 2^-11 apart become equal.
        case half
    }

    public enum ScoreThreshold: Sendable { case inclusive, exclusive }
    public enum ProposalOrder: Sendable { case columnByColumn, rowByRow }
    public enum ProposalCorners: Sendable { case truncated, rounded }
    public enum EqualScores: Sendable { case lastListedFirst, firstListedFirst }
    public enum SuppressionBoxes: Sendable { case rounded, float }
    public enum Squares: Sendable { case truncated, float }
    public enum CropBeyondImage: Sendable { case zero, clipped }
    public enum CropProbability: Sendable { case doubleDivision, floatDivision }
    public enum RefinementSuppressionScores: Sendable { case refinement, proposal }
    public enum OutputExtent: Sendable { case plusOne, plain }
    public enum Step: Sendable { case applied, omitted }

    public enum CropRegion: Sendable {
        /// width + 1 by height + 1 pixels from (x - 1, y - 1): MATLAB's inclusive, one-based boxes.
        case fromOneBefore
        /// width + 1 by height + 1 pixels from (x, y).
        case inclusive
        /// width by height pixels from (x, y).
        case exclusive
    }
}
