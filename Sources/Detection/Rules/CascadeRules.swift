/// The decisions of the cascade that detectors take differently, one property each.
///
/// ``openFace`` is what the C++ detector of OpenFace 2.2.0 does; ``DetectorFamily`` has what others do. Each property
/// can be changed alone, see ``RuleChange``.
public struct CascadeRules: Hashable, Sendable {
    // MARK: What the networks see

    /// The order of the colour channels that the networks see.
    public var channelOrder = ChannelOrder.rgb

    /// How many times smaller each level of the pyramid is than the one before, as a fraction of 1.
    public var pyramidFactor = 0.709

    /// How many levels the pyramid has.
    public var levelCount = LevelCount.untilSmallestLevel

    /// What happens where a level is smaller than what the proposal network sees.
    public var tooSmallLevels = TooSmallLevels.leftOut

    /// Whether a level whose shorter side is exactly what the proposal network sees is searched.
    public var smallestLevel = SmallestLevel.atLeastSupport

    /// How the exact size of a level becomes whole pixels.
    public var levelSize = LevelSize.roundedUp

    /// How the levels of the pyramid are resampled.
    public var levelResampling = Resampling.bilinear

    /// What a level's pixels are before they are normalised.
    public var levelPixels = Pixels.float

    /// How crops are resampled.
    public var cropResampling = Resampling.bilinear

    /// What the pixels of the refinement network's crops are before they are normalised.
    public var refinementPixels = Pixels.float

    /// What the pixels of the output network's crops are before they are normalised.
    public var outputPixels = Pixels.float

    // MARK: From positions of the map to boxes

    /// The precision of a level's scale where positions of the output map become pixels.
    public var scalePrecision = ScalePrecision.float

    /// Which pixels of a level the box of position i spans.
    public var cellExtent = CellExtent.eleven

    /// How the corners of a proposal become whole pixels.
    public var proposalCorners = ProposalCorners.truncated

    /// The order in which a level's proposals are listed, which decides between equal scores.
    public var proposalOrder = ProposalOrder.columnByColumn

    /// Which regression the only proposal of a level gets.
    public var loneProposal = LoneProposal.ownRegression

    // MARK: Scores

    /// The precision in which the probability of a face is compared.
    public var scorePrecision = ScorePrecision.float

    /// The precision of the division in the probability of a crop.
    public var cropProbability = CropProbability.doubleDivision

    /// The least probabilities with which a box passes.
    public var scoreThresholds = ScoreThresholds()

    /// Whether a proposal's score that equals its threshold passes.
    public var proposalThreshold = ScoreThreshold.inclusive

    /// The same of the refinement network's scores.
    public var refinementThreshold = ScoreThreshold.inclusive

    /// The same of the output network's scores.
    public var outputThreshold = ScoreThreshold.inclusive

    // MARK: Suppression

    /// Whether a box that another has suppressed may suppress others.
    public var suppressors = Suppressors.keptBoxes

    /// Which of two equal scores suppresses the other, of proposals and of the refinement network's boxes.
    public var equalScores = EqualScores.lastListedFirst

    /// The same of the faces, the last boxes.
    public var outputEqualScores = EqualScores.lastListedFirst

    /// What overlaps are computed from.
    public var suppressionBoxes = SuppressionBoxes.rounded

    /// The same of the faces, the last boxes.
    public var outputSuppressionBoxes = SuppressionBoxes.rounded

    /// By how much the proposals of one level may overlap.
    public var levelOverlap = 0.5

    /// By how much the proposals of all levels may overlap.
    public var proposalOverlap = 0.7

    /// By how much boxes that the refinement network kept may overlap.
    public var refinementOverlap = 0.7

    /// By how much faces may overlap.
    public var outputOverlap = 0.7

    /// What the overlap of faces is a fraction of.
    public var outputMeasure = OverlapMeasure.smallerArea

    /// The scores by which boxes that the refinement network kept suppress each other.
    public var refinementSuppressionScores = RefinementSuppressionScores.refinement

    // MARK: Corrections

    /// When the proposal network's box regression is applied.
    public var proposalCorrection = Correction.applied

    /// When the refinement network's box regression is applied.
    public var refinementCorrection = Correction.applied

    /// What corrections move.
    public var correctedBoxes = CorrectedBoxes.rounded

    /// The extent that the proposal network's regression is relative to.
    public var proposalExtent = RegressionExtent.plain

    /// The extent that the refinement network's regression is relative to.
    public var refinementExtent = RegressionExtent.plain

    /// The extent that the output network's regression is relative to.
    public var outputExtent = RegressionExtent.plusOne

    /// Where the far edges lie that the output network's regression moves.
    public var outputFarEdge = FarEdge.behindLastPixel

    /// How boxes become the squares that the next network sees.
    public var squares = Squares.sideTruncated

    // MARK: Crops

    /// Which pixels of a box x, y, width, height are cropped.
    public var cropRegion = CropRegion.fromOneBefore

    /// What a crop that reaches beyond the image holds.
    public var cropBeyondImage = CropBeyondImage.zero

    /// What becomes of a box that reaches beyond the image once it has been cropped.
    public var boxBeyondImage = BoxBeyondImage.kept

    // MARK: Faces

    /// Whether the last step, from MTCNN's box to the extent of OpenFace's landmarks, is taken.
    public var finalCalibration = Step.applied

    /// What the landmarks are fractions of.
    public var landmarks = Landmarks.ofCrop

    /// What becomes of a face that reaches beyond the image.
    public var faceBeyondImage = BoxBeyondImage.kept

    /// How the numbers of faces are written.
    public var writtenNumbers = WrittenNumbers.exact

    public static let openFace = CascadeRules()
}

/// A way to take one decision, with its name on the command line.
public protocol RuleValue: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What a detector with it does, for a person.
    var meaning: String { get }
}

extension CascadeRules {
    public enum ChannelOrder: String, RuleValue {
        case rgb, bgr

        public var meaning: String {
            self == .rgb ? "the networks see red, green, blue" : "the networks see blue, green, red"
        }
    }

    public enum LevelCount: String, RuleValue {
        case untilSmallestLevel = "until_smallest_level"
        case ofImageAlone = "of_image_alone"

        public var meaning: String {
            self == .untilSmallestLevel
                ? "levels shrink until the network sees no more than one position"
                : "the image alone decides how many levels there are: ln(shorter side / 12) / -ln(factor) - 1, rounded"
        }
    }

    public enum TooSmallLevels: String, RuleValue {
        case leftOut = "left_out"
        case findNothing = "find_nothing"

        public var meaning: String {
            self == .leftOut
                ? "levels that are smaller than the network sees are left out"
                : "an image with a level smaller than the network sees has no faces: the program fails on it in silence"
        }
    }

    public enum SmallestLevel: String, RuleValue {
        case atLeastSupport = "at_least_12"
        case aboveSupport = "above_12"

        public var meaning: String {
            self == .atLeastSupport
                ? "the smallest level has a shorter side of at least 12 pixels"
                : "the smallest level has a shorter side of more than 12 pixels"
        }
    }

    public enum LevelSize: String, RuleValue {
        case roundedUp = "rounded_up"
        case nextAbove = "next_above"
        case truncated = "cut"

        public var meaning: String {
            switch self {
            case .roundedUp: "the size of a level is rounded up"
            case .nextAbove: "the size of a level is the next whole number above, even of a whole number"
            case .truncated: "the size of a level is cut to whole pixels"
            }
        }
    }

    public enum Resampling: String, RuleValue {
        case bilinear, area
        case adaptiveMean = "adaptive_mean"
        case cropAndResize = "crop_and_resize"

        public var meaning: String {
            switch self {
            case .bilinear: "images are resampled bilinearly, without antialiasing"
            case .area: "images are resampled by the mean of the area under each pixel (OpenCV's INTER_AREA)"
            case .adaptiveMean:
                "images are resampled by the mean of all pixels that each pixel touches (PyTorch's mode \"area\")"
            case .cropAndResize:
                "images are sampled bilinearly from corner to corner of boxes between pixels (TensorFlow's crop_and_resize)"
            }
        }
    }

    public enum Pixels: String, RuleValue {
        case float
        case bytes

        public var meaning: String {
            self == .float
                ? "resampled pixels are numbers with fractions"
                : "resampled pixels are bytes, computed as OpenCV does with bytes"
        }
    }

    public enum ScalePrecision: String, RuleValue {
        case float, double

        public var meaning: String {
            self == .float
                ? "proposals are divided by the scale in float32" : "proposals are divided by the scale in float64"
        }
    }

    public enum CellExtent: String, RuleValue {
        case eleven = "11"
        case twelve = "12"
        case twelveFromOneBefore = "12_from_2i"

        public var meaning: String {
            switch self {
            case .eleven, .twelve: "a proposal spans \(rawValue) pixels of its level, from 2i + 1 on"
            case .twelveFromOneBefore: "a proposal spans 12 pixels of its level, from 2i on"
            }
        }

        /// Of position 0, on the level.
        var bounds: (first: Int, end: Int) {
            switch self {
            case .eleven: (1, 12)
            case .twelve: (1, 13)
            case .twelveFromOneBefore: (0, 12)
            }
        }
    }

    public enum ProposalCorners: String, RuleValue {
        case truncated = "cut"
        case roundedDown = "rounded_down"
        case rounded, float

        public var meaning: String {
            switch self {
            case .truncated: "corners of proposals are cut to whole pixels"
            case .roundedDown: "corners of proposals are rounded down to whole pixels"
            case .rounded: "corners of proposals are rounded, not cut, to whole pixels"
            case .float: "corners of proposals lie between whole pixels"
            }
        }
    }

    public enum ProposalOrder: String, RuleValue {
        case columnByColumn = "column_by_column"
        case rowByRow = "row_by_row"

        public var meaning: String {
            self == .columnByColumn ? "proposals are listed column by column" : "proposals are listed row by row"
        }
    }

    public enum LoneProposal: String, RuleValue {
        case ownRegression = "own_regression"
        case mirroredRegression = "mirrored_regression"

        public var meaning: String {
            self == .ownRegression
                ? "a level's only proposal is moved by its own regression"
                : "a level's only proposal is moved by the regression at the mirrored position of its row"
        }
    }

    public enum ScorePrecision: String, RuleValue {
        case float
        /// Rounded to float16, as a float16 network that ends in a softmax gives it: near 1, where most faces lie,
        /// scores less than 2^-11 apart become equal.
        case half

        public var meaning: String {
            self == .float ? "probabilities have the bits of float32" : "probabilities are rounded to float16"
        }
    }

    public enum CropProbability: String, RuleValue {
        case doubleDivision = "double_division"
        case floatDivision = "float_division"

        public var meaning: String {
            self == .doubleDivision
                ? "the probability of a crop is divided in float64" : "the probability of a crop is divided in float32"
        }
    }

    public enum ScoreThreshold: String, RuleValue {
        case inclusive, exclusive

        public var meaning: String {
            self == .inclusive
                ? "a score equal to its threshold passes" : "a score equal to its threshold does not pass"
        }
    }

    public enum Suppressors: String, RuleValue {
        case keptBoxes = "kept_boxes"
        case allBoxes = "all_boxes"

        public var meaning: String {
            self == .keptBoxes
                ? "only boxes that are kept suppress others" : "boxes that are suppressed suppress others all the same"
        }
    }

    public enum EqualScores: String, RuleValue {
        case lastListedFirst = "last_listed_first"
        case firstListedFirst = "first_listed_first"

        public var meaning: String {
            self == .lastListedFirst
                ? "of equal scores the last listed suppresses the others"
                : "of equal scores the first listed suppresses the others"
        }
    }

    public enum SuppressionBoxes: String, RuleValue {
        case rounded, float
        case floatPlusOne = "float_plus_one"

        public var meaning: String {
            switch self {
            case .rounded: "overlaps are those of boxes rounded to whole pixels"
            case .float: "overlaps are those of the boxes before they are cut to whole pixels"
            case .floatPlusOne: "overlaps are those of boxes that end a pixel later: width + 1 by height + 1"
            }
        }
    }

    public enum RefinementSuppressionScores: String, RuleValue {
        case refinement, proposal

        public var meaning: String {
            self == .refinement
                ? "boxes of the second network suppress each other by its scores"
                : "boxes of the second network suppress each other by the first one's scores"
        }
    }

    public enum Correction: String, RuleValue {
        case applied, omitted
        case beforeSuppression = "before_suppression"

        public var meaning: String {
            switch self {
            case .applied: "applied to the boxes that suppression kept"
            case .omitted: "left out"
            case .beforeSuppression: "applied before boxes suppress each other"
            }
        }
    }

    public enum CorrectedBoxes: String, RuleValue {
        case rounded, float

        public var meaning: String {
            self == .rounded
                ? "boxes are rounded to whole pixels before a network moves them" : "boxes are moved as they are"
        }
    }

    public enum RegressionExtent: String, RuleValue {
        case plain
        case plusOne = "plus_one"

        public var meaning: String {
            self == .plain
                ? "the regression is relative to the width" : "the regression is relative to the width + 1"
        }

        var growth: Int { self == .plusOne ? 1 : 0 }
    }

    public enum FarEdge: String, RuleValue {
        case plain = "at_extent"
        case behindLastPixel = "one_further"

        public var meaning: String {
            self == .plain ? "the last correction moves x + width" : "the last correction moves x + width + 1"
        }
    }

    public enum Squares: String, RuleValue {
        case sideTruncated = "side_cut"
        case cornersTruncated = "corners_cut"
        case cornersRounded = "corners_rounded"
        case float

        public var meaning: String {
            switch self {
            case .sideTruncated: "squares have x, y and side cut to whole pixels"
            case .cornersTruncated: "squares have each corner cut to whole pixels"
            case .cornersRounded: "squares of side + 1 have each corner rounded, the far one a pixel before"
            case .float: "squares are not cut to whole pixels"
            }
        }
    }

    public enum CropRegion: String, RuleValue {
        /// width + 1 by height + 1 pixels from (x - 1, y - 1): MATLAB's inclusive, one-based boxes.
        case fromOneBefore = "from_one_before"
        /// width + 1 by height + 1 pixels from (x, y).
        case inclusive
        /// width by height pixels from (x, y).
        case exclusive

        public var meaning: String {
            switch self {
            case .fromOneBefore: "crops of width + 1 by height + 1 begin at (x - 1, y - 1)"
            case .inclusive: "crops of width + 1 by height + 1 begin at (x, y), not at (x - 1, y - 1)"
            case .exclusive: "crops of width by height begin at (x, y)"
            }
        }
    }

    public enum CropBeyondImage: String, RuleValue {
        case zero, grey, clipped

        public var meaning: String {
            switch self {
            case .zero: "crops hold zeros beyond the image"
            case .grey: "crops hold 127.5 beyond the image, which the networks see as 0"
            case .clipped: "crops end where the image does, in place of zeros beyond"
            }
        }
    }

    public enum BoxBeyondImage: String, RuleValue {
        case kept, clipped

        public var meaning: String {
            self == .kept ? "may reach beyond the image" : "end where the image does"
        }
    }

    public enum Step: String, RuleValue {
        case applied, omitted

        public var meaning: String { self == .applied ? "the step is taken" : "the step is left out" }
    }

    public enum WrittenNumbers: String, RuleValue {
        case exact, rounded, cut

        public var meaning: String {
            switch self {
            case .exact: "boxes and landmarks are written between whole pixels"
            case .rounded: "x, y, width, height and landmarks are rounded to whole pixels"
            case .cut: "x, y, width, height and landmarks are cut to whole pixels, x and y at 0"
            }
        }
    }

    public enum Landmarks: String, RuleValue {
        case ofCrop = "of_crop"
        case ofBox = "of_box"
        case meanOfMirrored = "mean_of_mirrored"

        public var meaning: String {
            switch self {
            case .ofCrop: "landmarks are fractions of the whole pixels that the last network sees"
            case .ofBox: "landmarks are fractions of the box, of width + 1, from x - 1"
            case .meanOfMirrored: "landmarks are the mean of those of the crop and of its mirror image"
            }
        }
    }
}

extension OverlapMeasure: RuleValue {
    public var meaning: String {
        self == .union
            ? "the overlap of faces is a fraction of what both cover"
            : "the overlap of faces is a fraction of the smaller"
    }
}

/// The least probability of a face with which each network lets a box pass.
public struct ScoreThresholds: Hashable, Sendable {
    public var proposal: Float
    public var refinement: Float
    public var output: Float

    public init(proposal: Float = 0.6, refinement: Float = 0.7, output: Float = 0.7) {
        self.proposal = proposal
        self.refinement = refinement
        self.output = output
    }

    public subscript(network: CascadeNetwork) -> Float {
        switch network {
        case .proposal: proposal
        case .refinement: refinement
        case .output: output
        }
    }
}
