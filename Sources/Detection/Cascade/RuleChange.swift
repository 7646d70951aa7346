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
