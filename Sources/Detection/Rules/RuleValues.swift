/// A possible value of a decision, with its name on the command line.
package protocol RuleValue: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The behaviour of a detector with it, in words.
    var meaning: String { get }
}

extension CascadeRules {
    package enum ChannelOrder: String, RuleValue {
        case rgb, bgr

        package var meaning: String {
            self == .rgb ? "the networks see red, green, blue" : "the networks see blue, green, red"
        }
    }

    package enum LevelCount: String, RuleValue {
        case untilSmallestLevel = "until_smallest_level"
        case ofImageAlone = "of_image_alone"

        package var meaning: String {
            self == .untilSmallestLevel
                ? "levels shrink until the network sees no more than one position"
                : "the image alone decides how many levels there are: ln(shorter side / 12) / -ln(factor) - 1, rounded"
        }
    }

    package enum TooSmallLevels: String, RuleValue {
        case leftOut = "left_out"
        case findNothing = "find_nothing"

        package var meaning: String {
            self == .leftOut
                ? "levels that are smaller than the network sees are left out"
                : "an image with a level smaller than the network sees has no faces: the program fails on it in silence"
        }
    }

    package enum SmallestLevel: String, RuleValue {
        case atLeastSupport = "at_least_12"
        case aboveSupport = "above_12"

        package var meaning: String {
            self == .atLeastSupport
                ? "the smallest level has a shorter side of at least 12 pixels"
                : "the smallest level has a shorter side of more than 12 pixels"
        }
    }

    package enum LevelSize: String, RuleValue {
        case roundedUp = "rounded_up"
        case nextAbove = "next_above"
        case truncated = "cut"

        package var meaning: String {
            switch self {
            case .roundedUp: "the size of a level is rounded up"
            case .nextAbove: "the size of a level is the next whole number above, even of a whole number"
            case .truncated: "the size of a level is cut to whole pixels"
            }
        }
    }

    package enum Resampling: String, RuleValue {
        case bilinear, area
        case adaptiveMean = "adaptive_mean"
        case cropAndResize = "crop_and_resize"

        package var meaning: String {
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

    package enum Pixels: String, RuleValue {
        case float
        case bytes

        package var meaning: String {
            self == .float
                ? "resampled pixels are numbers with fractions"
                : "resampled pixels are bytes, computed as OpenCV does with bytes"
        }
    }

    package enum ScalePrecision: String, RuleValue {
        case float, double

        package var meaning: String {
            self == .float
                ? "proposals are divided by the scale in float32" : "proposals are divided by the scale in float64"
        }
    }

    package enum CellExtent: String, RuleValue {
        case eleven = "11"
        case twelve = "12"
        case twelveFromOneBefore = "12_from_2i"

        package var meaning: String {
            switch self {
            case .eleven, .twelve: "a proposal spans \(rawValue) pixels of its level, from 2i + 1 on"
            case .twelveFromOneBefore: "a proposal spans 12 pixels of its level, from 2i on"
            }
        }

        /// For position 0, on the level.
        var bounds: (first: Int, end: Int) {
            switch self {
            case .eleven: (1, 12)
            case .twelve: (1, 13)
            case .twelveFromOneBefore: (0, 12)
            }
        }
    }

    package enum ProposalCorners: String, RuleValue {
        case truncated = "cut"
        case roundedDown = "rounded_down"
        case rounded, float

        package var meaning: String {
            switch self {
            case .truncated: "corners of proposals are cut to whole pixels"
            case .roundedDown: "corners of proposals are rounded down to whole pixels"
            case .rounded: "corners of proposals are rounded, not cut, to whole pixels"
            case .float: "corners of proposals lie between whole pixels"
            }
        }
    }

    package enum ProposalOrder: String, RuleValue {
        case columnByColumn = "column_by_column"
        case rowByRow = "row_by_row"

        package var meaning: String {
            self == .columnByColumn ? "proposals are listed column by column" : "proposals are listed row by row"
        }
    }

    package enum LoneProposal: String, RuleValue {
        case ownRegression = "own_regression"
        case mirroredRegression = "mirrored_regression"

        package var meaning: String {
            self == .ownRegression
                ? "a level's only proposal is moved by its own regression"
                : "a level's only proposal is moved by the regression at the mirrored position of its row"
        }
    }

    package enum ScorePrecision: String, RuleValue {
        case float
        /// Rounded to float16, as by a float16 network that ends in a softmax: near 1, where most faces lie, scores
        /// less than 2^-11 apart become equal.
        case half

        package var meaning: String {
            self == .float ? "probabilities have the bits of float32" : "probabilities are rounded to float16"
        }
    }

    package enum CropProbability: String, RuleValue {
        case doubleDivision = "double_division"
        case floatDivision = "float_division"

        package var meaning: String {
            self == .doubleDivision
                ? "the probability of a crop is divided in float64" : "the probability of a crop is divided in float32"
        }
    }

    package enum ScoreThreshold: String, RuleValue {
        case inclusive, exclusive

        package var meaning: String {
            self == .inclusive
                ? "a score equal to its threshold passes" : "a score equal to its threshold does not pass"
        }
    }

    package enum Suppressors: String, RuleValue {
        case keptBoxes = "kept_boxes"
        case allBoxes = "all_boxes"

        package var meaning: String {
            self == .keptBoxes
                ? "only boxes that are kept suppress others" : "boxes that are suppressed suppress others all the same"
        }
    }

    package enum EqualScores: String, RuleValue {
        case lastListedFirst = "last_listed_first"
        case firstListedFirst = "first_listed_first"

        package var meaning: String {
            self == .lastListedFirst
                ? "of equal scores the last listed suppresses the others"
                : "of equal scores the first listed suppresses the others"
        }
    }

    package enum SuppressionBoxes: String, RuleValue {
        case rounded, float
        case floatPlusOne = "float_plus_one"

        package var meaning: String {
            switch self {
            case .rounded: "overlaps are those of boxes rounded to whole pixels"
            case .float: "overlaps are those of the boxes before they are cut to whole pixels"
            case .floatPlusOne: "overlaps are those of boxes that end a pixel later: width + 1 by height + 1"
            }
        }
    }

    package enum RefinementSuppressionScores: String, RuleValue {
        case refinement, proposal

        package var meaning: String {
            self == .refinement
                ? "boxes of the second network suppress each other by its scores"
                : "boxes of the second network suppress each other by the first one's scores"
        }
    }

    package enum Correction: String, RuleValue {
        case applied, omitted
        case beforeSuppression = "before_suppression"

        package var meaning: String {
            switch self {
            case .applied: "applied to the boxes that suppression kept"
            case .omitted: "left out"
            case .beforeSuppression: "applied before boxes suppress each other"
            }
        }
    }

    package enum CorrectedBoxes: String, RuleValue {
        case rounded, float

        package var meaning: String {
            self == .rounded
                ? "boxes are rounded to whole pixels before a network moves them" : "boxes are moved as they are"
        }
    }

    package enum RegressionExtent: String, RuleValue {
        case plain
        case plusOne = "plus_one"

        package var meaning: String {
            self == .plain
                ? "the regression is relative to the width" : "the regression is relative to the width + 1"
        }

        var growth: Int { self == .plusOne ? 1 : 0 }
    }

    package enum FarEdge: String, RuleValue {
        case plain = "at_extent"
        case behindLastPixel = "one_further"

        package var meaning: String {
            self == .plain ? "the last correction moves x + width" : "the last correction moves x + width + 1"
        }
    }

    package enum Squares: String, RuleValue {
        case sideTruncated = "side_cut"
        case cornersTruncated = "corners_cut"
        case cornersRounded = "corners_rounded"
        case float

        package var meaning: String {
            switch self {
            case .sideTruncated: "squares have x, y and side cut to whole pixels"
            case .cornersTruncated: "squares have each corner cut to whole pixels"
            case .cornersRounded: "squares of side + 1 have each corner rounded, the far one a pixel before"
            case .float: "squares are not cut to whole pixels"
            }
        }
    }

    package enum CropRegion: String, RuleValue {
        /// width + 1 by height + 1 pixels from (x - 1, y - 1): MATLAB's inclusive, one-based boxes.
        case fromOneBefore = "from_one_before"
        /// width + 1 by height + 1 pixels from (x, y).
        case inclusive
        /// width by height pixels from (x, y).
        case exclusive

        package var meaning: String {
            switch self {
            case .fromOneBefore: "crops of width + 1 by height + 1 begin at (x - 1, y - 1)"
            case .inclusive: "crops of width + 1 by height + 1 begin at (x, y), not at (x - 1, y - 1)"
            case .exclusive: "crops of width by height begin at (x, y)"
            }
        }
    }

    package enum CropBeyondImage: String, RuleValue {
        case zero, grey, clipped

        package var meaning: String {
            switch self {
            case .zero: "crops hold zeros beyond the image"
            case .grey: "crops hold 127.5 beyond the image, which the networks see as 0"
            case .clipped: "crops end where the image does, in place of zeros beyond"
            }
        }
    }

    package enum BoxBeyondImage: String, RuleValue {
        case kept, clipped

        package var meaning: String {
            self == .kept ? "may reach beyond the image" : "end where the image does"
        }
    }

    package enum Step: String, RuleValue {
        case applied, omitted

        package var meaning: String { self == .applied ? "the step is taken" : "the step is left out" }
    }

    package enum WrittenNumbers: String, RuleValue {
        case exact, rounded, cut

        package var meaning: String {
            switch self {
            case .exact: "boxes and landmarks are written between whole pixels"
            case .rounded: "x, y, width, height and landmarks are rounded to whole pixels"
            case .cut: "x, y, width, height and landmarks are cut to whole pixels, x and y at 0"
            }
        }
    }

    package enum Landmarks: String, RuleValue {
        case ofCrop = "of_crop"
        case ofBox = "of_box"
        case meanOfMirrored = "mean_of_mirrored"

        package var meaning: String {
            switch self {
            case .ofCrop: "landmarks are fractions of the whole pixels that the last network sees"
            case .ofBox: "landmarks are fractions of the box, of width + 1, from x - 1"
            case .meanOfMirrored: "landmarks are the mean of those of the crop and of its mirror image"
            }
        }
    }
}

extension OverlapMeasure: RuleValue {
    package var meaning: String {
        self == .union
            ? "the overlap of faces is a fraction of what both cover"
            : "the overlap of faces is a fraction of the smaller"
    }
}
