/// The decisions of the cascade in which detectors differ, one property each.
///
/// ``openFace`` describes the C++ detector of OpenFace 2.2.0; ``DetectorFamily`` describes others. Each property can be
/// changed alone, see ``RuleChange``.
public struct CascadeRules: Hashable, Sendable {
    // MARK: What the networks see

    /// The order of the colour channels that the networks see.
    package var channelOrder = ChannelOrder.rgb

    /// How many times smaller each level of the pyramid is than the one before, as a fraction of 1.
    package var pyramidFactor = 0.709

    /// How many levels the pyramid has.
    package var levelCount = LevelCount.untilSmallestLevel

    /// What happens if a level is smaller than the proposal network's input.
    package var tooSmallLevels = TooSmallLevels.leftOut

    /// Whether to search a level whose shorter side exactly equals the proposal network's input.
    package var smallestLevel = SmallestLevel.atLeastSupport

    /// How the exact size of a level becomes whole pixels.
    package var levelSize = LevelSize.roundedUp

    /// How the levels of the pyramid are resampled.
    package var levelResampling = Resampling.bilinear

    /// The kind of a level's pixels before normalisation.
    package var levelPixels = Pixels.float

    /// How crops are resampled.
    package var cropResampling = Resampling.bilinear

    /// The kind of the refinement network's pixels before normalisation.
    package var refinementPixels = Pixels.float

    /// The kind of the output network's pixels before normalisation.
    package var outputPixels = Pixels.float

    // MARK: From positions of the map to boxes

    /// The precision of a level's scale when positions of the output map become pixels.
    package var scalePrecision = ScalePrecision.float

    /// Which pixels of a level the box at position i spans.
    package var cellExtent = CellExtent.eleven

    /// How the corners of a proposal become whole pixels.
    package var proposalCorners = ProposalCorners.truncated

    /// The order in which a level's proposals are listed, which decides between equal scores.
    package var proposalOrder = ProposalOrder.columnByColumn

    /// Which regression the only proposal of a level gets.
    package var loneProposal = LoneProposal.ownRegression

    // MARK: Scores

    /// The precision in which probabilities of faces are compared.
    package var scorePrecision = ScorePrecision.float

    /// The precision of the division in the probability of a crop.
    package var cropProbability = CropProbability.doubleDivision

    /// The smallest probabilities with which a box passes.
    public var scoreThresholds = ScoreThresholds()

    /// Whether a proposal whose score equals its threshold passes.
    package var proposalThreshold = ScoreThreshold.inclusive

    /// The same for the refinement network's scores.
    package var refinementThreshold = ScoreThreshold.inclusive

    /// The same for the output network's scores.
    package var outputThreshold = ScoreThreshold.inclusive

    // MARK: Suppression

    /// Whether a suppressed box may suppress others.
    package var suppressors = Suppressors.keptBoxes

    /// Which of two equal scores suppresses the other, for proposals and the refinement network's boxes.
    package var equalScores = EqualScores.lastListedFirst

    /// The same for the faces, the last boxes.
    package var outputEqualScores = EqualScores.lastListedFirst

    /// What overlaps are computed from.
    package var suppressionBoxes = SuppressionBoxes.rounded

    /// The same for the faces, the last boxes.
    package var outputSuppressionBoxes = SuppressionBoxes.rounded

    /// The overlap allowed between proposals of one level.
    package var levelOverlap = 0.5

    /// The overlap allowed between proposals of all levels.
    package var proposalOverlap = 0.7

    /// The overlap allowed between boxes that the refinement network kept.
    package var refinementOverlap = 0.7

    /// The overlap allowed between faces.
    package var outputOverlap = 0.7

    /// What the overlap of faces is a fraction of.
    package var outputMeasure = OverlapMeasure.smallerArea

    /// The scores by which boxes that the refinement network kept suppress each other.
    package var refinementSuppressionScores = RefinementSuppressionScores.refinement

    // MARK: Corrections

    /// When the proposal network's box regression is applied.
    package var proposalCorrection = Correction.applied

    /// When the refinement network's box regression is applied.
    package var refinementCorrection = Correction.applied

    /// What corrections move.
    package var correctedBoxes = CorrectedBoxes.rounded

    /// The extent that the proposal network's regression is relative to.
    package var proposalExtent = RegressionExtent.plain

    /// The extent that the refinement network's regression is relative to.
    package var refinementExtent = RegressionExtent.plain

    /// The extent that the output network's regression is relative to.
    package var outputExtent = RegressionExtent.plusOne

    /// Where the far edges lie that the output network's regression moves.
    package var outputFarEdge = FarEdge.behindLastPixel

    /// How boxes become the squares that the next network sees.
    package var squares = Squares.sideTruncated

    // MARK: Crops

    /// Which pixels of a box x, y, width, height are cropped.
    package var cropRegion = CropRegion.fromOneBefore

    /// The pixels of a crop beyond the image.
    package var cropBeyondImage = CropBeyondImage.zero

    /// What happens to a box that reaches beyond the image after it has been cropped.
    package var boxBeyondImage = BoxBeyondImage.kept

    // MARK: Faces

    /// Whether to apply the last step, from MTCNN's box to the extent of OpenFace's landmarks.
    package var finalCalibration = Step.applied

    /// What the landmarks are fractions of.
    package var landmarks = Landmarks.ofCrop

    /// What happens to a face that reaches beyond the image.
    package var faceBeyondImage = BoxBeyondImage.kept

    /// How the numbers of faces are written.
    package var writtenNumbers = WrittenNumbers.exact

    public static let openFace = CascadeRules()
}
