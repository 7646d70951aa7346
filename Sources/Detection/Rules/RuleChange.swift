/// A change to one rule of the cascade, written `rule=value`.
public struct RuleChange: Hashable, Sendable {
    /// The rule's name.
    public let rule: String
    /// The value's name, or a number.
    public let value: String

    /// - Returns: nil for an unknown rule, or a value that it cannot have.
    public init?(_ rule: String, _ value: String) {
        var rules = CascadeRules.openFace
        guard let known = CascadeRule.named(rule), known.set(value, in: &rules) else { return nil }
        self.rule = rule
        // In the rules' own spelling: 0.7070 is 0.707.
        self.value = known.value(in: rules)
    }

    /// A change of a rule to its value in other rules.
    fileprivate init(_ rule: CascadeRule, as rules: CascadeRules) {
        self.rule = rule.name
        value = rule.value(in: rules)
    }

    /// The behaviour of a detector with it, in words.
    public var meaning: String { CascadeRule.named(rule)?.meaning(of: value) ?? "" }

    /// The rules with this change.
    package func applied(to rules: CascadeRules) -> CascadeRules {
        var rules = rules
        _ = CascadeRule.named(rule)?.set(value, in: &rules)
        return rules
    }

    /// The rule's place in the cascade.
    package var position: Int { CascadeRule.all.firstIndex { $0.name == rule } ?? 0 }

    /// Every change with an effect on given rules; numbers change to the values of known detectors.
    package static func all(from rules: CascadeRules) -> [RuleChange] {
        CascadeRule.all.flatMap { rule in
            rule.values.compactMap { RuleChange(rule.name, $0) }.filter { $0.applied(to: rules) != rules }
        }
    }
}

extension RuleChange: CustomStringConvertible {
    public var description: String { "\(rule)=\(value)" }
}

extension RuleChange: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let change = RuleChange(parts[0], parts[1]) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\"\(text)\" is not a change of a rule"))
        }
        self = change
    }

    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

/// Changes named by one word: `rule=value`, or a named departure from OpenFace's rules that changes one or more of
/// them.
package struct NamedRuleChanges: Sendable, Equatable {
    package let changes: [RuleChange]

    package init?(_ text: String) {
        if let departure = Self.departures[text] {
            changes = departure.compactMap { RuleChange($0.0, $0.1) }
            return
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let change = RuleChange(parts[0], parts[1]) else { return nil }
        changes = [change]
    }

    /// Well-known departures from OpenFace's rules.
    package static let departures: [String: [(String, String)]] = [
        "bgr_channel_order": [("channel_order", "bgr")],
        "area_interpolation": [("level_resampling", "area"), ("crop_resampling", "area")],
        "resize_in_bytes": [("level_pixels", "bytes"), ("refinement_pixels", "bytes"), ("output_pixels", "bytes")],
        "double_scale": [("scale_precision", "double")],
        "float16_scores": [("score_precision", "half")],
        "exclusive_score_threshold": [
            ("proposal_threshold", "exclusive"), ("refinement_threshold", "exclusive"),
            ("output_threshold", "exclusive"),
        ],
        "proposals_row_by_row": [("proposal_order", "row_by_row")],
        "rounded_proposal_corners": [("proposal_corners", "rounded")],
        "first_of_equal_scores_first": [("equal_scores", "first_listed_first")],
        "float_boxes_in_suppression": [("suppression_boxes", "float"), ("output_suppression_boxes", "float")],
        "no_proposal_correction": [("proposal_correction", "omitted")],
        "float_squares": [("squares", "float")],
        "crops_from_the_corner_inclusive": [("crop_region", "inclusive")],
        "crops_from_the_corner_exclusive": [("crop_region", "exclusive")],
        "crops_clipped_to_the_image": [("crop_beyond_image", "clipped")],
        "float_division_in_crop_probability": [("crop_probability", "float_division")],
        "proposal_scores_in_refinement_suppression": [("refinement_suppression_scores", "proposal")],
        "no_plus_one_in_output_correction": [("output_extent", "plain"), ("output_far_edge", "at_extent")],
        "no_final_calibration": [("final_calibration", "omitted")],
    ]
}

extension CascadeRules {
    /// The rules with these changes, applied in sequence.
    public func changed(_ changes: [RuleChange]) -> CascadeRules { changes.reduce(self) { $1.applied(to: $0) } }

    /// The changes that turn other rules into these.
    package func changes(from others: CascadeRules) -> [RuleChange] {
        CascadeRule.all.map { RuleChange($0, as: self) }.filter { $0.applied(to: others) != others }
    }
}
