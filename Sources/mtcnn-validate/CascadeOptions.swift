import ArgumentParser
import Detection
import Engines

/// The options of every command that runs the cascade.
struct CascadeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The networks: pnet, rnet and onet. Default: the bundled ones.", valueName: "dir"))
    var models: String?

    @Option(
        help: ArgumentHelp(
            "The smallest face to look for, in pixels. Default: what a list of faces says, or "
                + "\(FaceDetector.defaultMinimumFaceSize).", valueName: "n"))
    var minFaceSize: Int?

    @Option(help: ArgumentHelp("The most pixels an image may have.", valueName: "n"))
    var maxPixels = ImageReading.defaultMaximumPixels

    @Flag(
        help: """
            Leave images as their files store them, for detectors that do so. Otherwise they are turned upright as \
            their EXIF orientation says, as OpenCV does.
            """)
    var ignoreOrientation = false

    @Option(
        help: ArgumentHelp(
            "The detector whose rules the cascade follows: "
                + DetectorFamily.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"))
    var rules = DetectorFamily.openFace.rawValue

    @Option(
        help: ArgumentHelp(
            "Depart from the rules, as `rule=value`; `detect --help` lists them. May be repeated.",
            valueName: "rule=value"))
    var change: [NamedRuleChanges] = []

    @Option(
        help: ArgumentHelp(
            "The least probabilities with which PNet, RNet and ONet let a box pass. Default: what a list of faces says, "
                + "or the detector's own.", valueName: "p,r,o"))
    var scoreThresholds: ScoreThresholds?

    @Option(help: ArgumentHelp("The most threads that compute at once. Default: all cores.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !Threads.possible.contains(threads) {
            throw ValidationError("--threads is a number from 1 to \(Threads.possible.upperBound)")
        }
        if let threads { Threads.limit = threads }
        guard DetectorFamily(rawValue: rules) == nil else { return }
        throw ValidationError(
            "--rules \(rules): the detectors are "
                + DetectorFamily.allCases.map(\.rawValue).joined(separator: ", "))
    }

    func modelsDirectory() throws -> String { try models ?? bundled("Fixtures/models") }

    private var family: DetectorFamily { DetectorFamily(rawValue: rules) ?? .openFace }

    /// The rules of the chosen family, with the changes that are asked for.
    var cascadeRules: CascadeRules {
        var chosen = family.rules
        if let scoreThresholds { chosen.scoreThresholds = scoreThresholds }
        return chosen.changed(change.flatMap(\.changes))
    }

    /// The detectors whose rules `explain` tries: the one that is named, or all.
    var familiesToTry: [DetectorFamily] { family == .openFace ? DetectorFamily.allCases : [family] }

    /// The thresholds that override those of a list of faces; nil if none were given.
    var askedThresholds: ScoreThresholds? {
        let changesThem = cascadeRules.scoreThresholds != family.rules.scoreThresholds
        return changesThem ? cascadeRules.scoreThresholds : scoreThresholds
    }

    /// In what the rules depart from OpenFace's, for reports; nil where they do not.
    var departure: String? {
        guard cascadeRules != .openFace else { return nil }
        let changes = cascadeRules.changes(from: family.rules).map(\.description)
        return "by the rules of \(family.rawValue)"
            + (changes.isEmpty ? "" : " with \(changes.joined(separator: ", "))")
    }

    var reading: ImageReading {
        ImageReading(maximumPixels: maxPixels, orientation: ignoreOrientation ? .ignored : .applied)
    }

    /// Where no list of faces says another.
    var minimumFaceSize: Int { minFaceSize ?? FaceDetector.defaultMinimumFaceSize }
}
