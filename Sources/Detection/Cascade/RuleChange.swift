/// One departure from OpenFace's rules.
public enum RuleChange: String, CaseIterable, Sendable, Codable {
    case bgr = "bgr_channel_order"
    case areaInterpolation = "area_interpolation"
    case resizeInBytes = "resize_in_bytes"
    case doubleScale = "double_scale"
    case halfScores = "float16_scores"
    case exclusiveThreshold = "exclusive_score_threshold"
    case proposalsRowByRow = "proposals_row_by_row"
    case roundedProposals = "rounded_proposal_corners"
    case firstOfEqualScores = "first_of_equal_scores_first"
    case floatSuppressionBoxes = "float_boxes_in_suppression"
    case noProposalCorrection = "no_proposal_correction"
    case floatSquares = "float_squares"
    case inclusiveCrops = "crops_from_the_corner_inclusive"
    case exclusiveCrops = "crops_from_the_corner_exclusive"
    case clippedCrops = "crops_clipped_to_the_image"
    case floatDivision = "float_division_in_crop_probability"
    case proposalScoresInRefinement = "proposal_scores_in_refinement_suppression"
    case plainOutputExtent = "no_plus_one_in_output_correction"
    case noFinalCalibration = "no_final_calibration"

    /// What such a detector does, for a person.
    public var meaning: String {
        switch self {
        case .bgr: "the networks see blue, green, red"
        case .areaInterpolation: "images are resampled by the mean of the area under each pixel"
        case .resizeInBytes: "resampled pixels are rounded to whole numbers"
        case .doubleScale: "proposals are divided by the scale in float64"
        case .halfScores: "probabilities are rounded to float16"
        case .exclusiveThreshold: "a score equal to its threshold does not pass"
        case .proposalsRowByRow: "proposals are listed row by row"
        case .roundedProposals: "corners of proposals are rounded, not cut, to whole pixels"
        case .firstOfEqualScores: "of equal scores the first listed suppresses the others"
        case .floatSuppressionBoxes: "overlaps are those of the boxes before they are cut to whole pixels"
        case .noProposalCorrection: "the first network's regression is not applied"
        case .floatSquares: "squares are not cut to whole pixels"
        case .inclusiveCrops: "crops of width + 1 by height + 1 begin at (x, y), not at (x - 1, y - 1)"
        case .exclusiveCrops: "crops of width by height begin at (x, y)"
        case .clippedCrops: "crops end where the image does, in place of zeros beyond"
        case .floatDivision: "the probability of a crop is divided in float32"
        case .proposalScoresInRefinement: "boxes of the second network suppress each other by the first one's scores"
        case .plainOutputExtent: "the last regression is relative to the width, not to the width + 1"
        case .noFinalCalibration: "the last step, to the extent of OpenFace's landmarks, is left out"
        }
    }

    /// The rules with this one changed.
    public func applied(to rules: CascadeRules) -> CascadeRules {
        var rules = rules
        switch self {
        case .bgr: rules.channelOrder = .bgr
        case .areaInterpolation: rules.interpolation = .area
        case .resizeInBytes: rules.resampledPixels = .roundedToBytes
        case .doubleScale: rules.scalePrecision = .double
        case .halfScores: rules.scorePrecision = .half
        case .exclusiveThreshold: rules.scoreThreshold = .exclusive
        case .proposalsRowByRow: rules.proposalOrder = .rowByRow
        case .roundedProposals: rules.proposalCorners = .rounded
        case .firstOfEqualScores: rules.equalScores = .firstListedFirst
        case .floatSuppressionBoxes: rules.suppressionBoxes = .float
        case .noProposalCorrection: rules.proposalCorrection = .omitted
        case .floatSquares: rules.squares = .float
        case .inclusiveCrops: rules.cropRegion = .inclusive
        case .exclusiveCrops: rules.cropRegion = .exclusive
        case .clippedCrops: rules.cropBeyondImage = .clipped
        case .floatDivision: rules.cropProbability = .floatDivision
        case .proposalScoresInRefinement: rules.refinementSuppressionScores = .proposal
        case .plainOutputExtent: rules.outputExtent = .plain
        case .noFinalCalibration: rules.finalCalibration = .omitted
        }
        return rules
    }
}

extension CascadeRules {
    /// OpenFace's rules with these changed, each in turn.
    public init(changes: [RuleChange]) {
        self = changes.reduce(.openFace) { $1.applied(to: $0) }
    }
}
