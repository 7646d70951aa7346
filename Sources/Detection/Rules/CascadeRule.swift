/// One decision of the cascade: its name, its subject and its possible values.
package struct CascadeRule: Sendable {
    package let name: String
    /// The subject of the decision, in words.
    package let meaning: String
    /// The names of all values; for a number, the values of known detectors.
    package let values: [String]
    /// Whether any number in a range is allowed.
    package let isNumber: Bool
    private let read: @Sendable (CascadeRules) -> String
    private let write: @Sendable (inout CascadeRules, String) -> Bool
    private let meaningOfValue: @Sendable (String) -> String

    /// The value in given rules.
    package func value(in rules: CascadeRules) -> String { read(rules) }

    /// - Returns: whether the text is a value of the rule; if not, nothing changes.
    func set(_ value: String, in rules: inout CascadeRules) -> Bool { write(&rules, value) }

    /// The behaviour of a detector with a value.
    func meaning(of value: String) -> String { meaningOfValue(value) }

    private static func choice<Value: RuleValue>(
        _ name: String, _ path: any WritableKeyPath<CascadeRules, Value> & Sendable, _ meaning: String,
        prefix: String = ""
    ) -> CascadeRule {
        CascadeRule(
            name: name, meaning: meaning, values: Value.allCases.map(\.rawValue), isNumber: false,
            read: { $0[keyPath: path].rawValue },
            write: { rules, text in
                guard let value = Value(rawValue: text) else { return false }
                rules[keyPath: path] = value
                return true
            }, meaningOfValue: { prefix + (Value(rawValue: $0)?.meaning ?? "") })
    }

    private static func number<Value: BinaryFloatingPoint & LosslessStringConvertible & Sendable>(
        _ name: String, _ path: any WritableKeyPath<CascadeRules, Value> & Sendable, _ meaning: String,
        in range: ClosedRange<Value>, known: [String]
    ) -> CascadeRule {
        CascadeRule(
            name: name, meaning: meaning, values: known, isNumber: true, read: { $0[keyPath: path].description },
            write: { rules, text in
                guard text.allSatisfy({ "0123456789.e-".contains($0) }), let value = Value(text), range.contains(value)
                else { return false }
                rules[keyPath: path] = value
                return true
            }, meaningOfValue: { "\(meaning) is \($0)" })
    }

    /// All decisions, in cascade order.
    package static let all: [CascadeRule] = [
        choice("channel_order", \.channelOrder, "the order of the colour channels"),
        number(
            "pyramid_factor", \.pyramidFactor, "the ratio of a level's size to the one before", in: 0.05...0.99,
            known: ["0.709", "0.707", "0.7", "0.75", "0.8"]),
        choice("level_count", \.levelCount, "how many levels there are"),
        choice("too_small_levels", \.tooSmallLevels, "what happens where a level is smaller than PNet sees"),
        choice("smallest_level", \.smallestLevel, "whether a level of exactly 12 pixels is searched"),
        choice("level_size", \.levelSize, "how the size of a level becomes whole pixels"),
        choice("level_resampling", \.levelResampling, "how levels are resampled", prefix: "levels: "),
        choice("level_pixels", \.levelPixels, "the pixels of levels", prefix: "levels: "),
        choice("crop_resampling", \.cropResampling, "how crops are resampled", prefix: "crops: "),
        choice("refinement_pixels", \.refinementPixels, "the pixels of RNet's crops", prefix: "RNet's crops: "),
        choice("output_pixels", \.outputPixels, "the pixels of ONet's crops", prefix: "ONet's crops: "),
        choice("scale_precision", \.scalePrecision, "the precision of a level's scale"),
        choice("cell_extent", \.cellExtent, "what a position of the map spans"),
        choice("proposal_corners", \.proposalCorners, "how corners of proposals become whole pixels"),
        choice("proposal_order", \.proposalOrder, "the order of a level's proposals"),
        choice("lone_proposal", \.loneProposal, "which regression a level's only proposal gets"),
        choice("score_precision", \.scorePrecision, "the precision of probabilities"),
        choice("crop_probability", \.cropProbability, "the division in the probability of a crop"),
        number(
            "proposal_score", \.scoreThresholds.proposal, "PNet's score threshold", in: 0...1,
            known: ["0.5", "0.6", "0.7", "0.8"]),
        number(
            "refinement_score", \.scoreThresholds.refinement, "RNet's score threshold", in: 0...1,
            known: ["0.6", "0.7", "0.8"]),
        number(
            "output_score", \.scoreThresholds.output, "ONet's score threshold", in: 0...1,
            known: ["0.6", "0.7", "0.8", "0.9", "0.95"]),
        choice("proposal_threshold", \.proposalThreshold, "whether PNet's threshold itself passes", prefix: "PNet: "),
        choice(
            "refinement_threshold", \.refinementThreshold, "whether RNet's threshold itself passes", prefix: "RNet: "),
        choice("output_threshold", \.outputThreshold, "whether ONet's threshold itself passes", prefix: "ONet: "),
        choice("suppressors", \.suppressors, "which boxes suppress others"),
        choice("equal_scores", \.equalScores, "which of equal scores suppresses the other"),
        choice(
            "output_equal_scores", \.outputEqualScores, "which of equal scores of faces suppresses the other",
            prefix: "faces: "),
        choice("suppression_boxes", \.suppressionBoxes, "what overlaps are computed from"),
        choice(
            "output_suppression_boxes", \.outputSuppressionBoxes, "what overlaps of faces are computed from",
            prefix: "faces: "),
        number(
            "level_overlap", \.levelOverlap, "the overlap allowed within a level", in: 0...1,
            known: ["0.3", "0.5", "0.6", "0.7"]),
        number(
            "proposal_overlap", \.proposalOverlap, "the overlap allowed between proposals", in: 0...1,
            known: ["0.5", "0.6", "0.7", "0.8"]),
        number(
            "refinement_overlap", \.refinementOverlap, "the overlap allowed between RNet's boxes", in: 0...1,
            known: ["0.5", "0.6", "0.7", "0.8"]),
        number(
            "output_overlap", \.outputOverlap, "the overlap allowed between faces", in: 0...1,
            known: ["0.3", "0.5", "0.6", "0.7", "0.8"]),
        choice("output_measure", \.outputMeasure, "what the overlap of faces is a fraction of"),
        choice(
            "refinement_suppression_scores", \.refinementSuppressionScores,
            "the scores by which RNet's boxes suppress each other"),
        choice(
            "proposal_correction", \.proposalCorrection, "when PNet's regression is applied",
            prefix: "PNet's regression is "),
        choice(
            "refinement_correction", \.refinementCorrection, "when RNet's regression is applied",
            prefix: "RNet's regression is "),
        choice("corrected_boxes", \.correctedBoxes, "what corrections move"),
        choice("proposal_extent", \.proposalExtent, "what PNet's regression is relative to", prefix: "PNet: "),
        choice("refinement_extent", \.refinementExtent, "what RNet's regression is relative to", prefix: "RNet: "),
        choice("output_extent", \.outputExtent, "what ONet's regression is relative to", prefix: "ONet: "),
        choice("output_far_edge", \.outputFarEdge, "where the far edges lie that ONet moves"),
        choice("squares", \.squares, "how boxes become squares"),
        choice("crop_region", \.cropRegion, "which pixels of a box are cropped"),
        choice("crop_beyond_image", \.cropBeyondImage, "what a crop holds beyond the image"),
        choice(
            "box_beyond_image", \.boxBeyondImage, "what becomes of a cropped box beyond the image",
            prefix: "boxes, once they have been cropped, "),
        choice(
            "final_calibration", \.finalCalibration, "whether the last step, to OpenFace's landmarks' extent, is taken",
            prefix: "the last step, to the extent of OpenFace's landmarks: "),
        choice("landmarks", \.landmarks, "what landmarks are fractions of"),
        choice(
            "face_beyond_image", \.faceBeyondImage, "what becomes of a face beyond the image", prefix: "faces "),
        choice("written_numbers", \.writtenNumbers, "how the numbers of faces are written"),
    ]

    /// The rule with a given name.
    package static func named(_ name: String) -> CascadeRule? { all.first { $0.name == name } }
}
