import Tensors

/// Why two computations cannot be compared.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
    case missingTensor(String, case: String)
    case differentShape(String, case: String, baseline: Shape, candidate: Shape)
    case nothingInCommon(String)
    case severalBaselines([String])
    case listedTwice(String, list: String, as: [String])

    public var description: String {
        switch self {
        case .missingTensor(let tensor, let name):
            "case \"\(name)\": the recording lacks \"\(tensor)\", an output of the network"
        case .differentShape(let tensor, let name, let baseline, let candidate):
            "case \"\(name)\": tensor \"\(tensor)\" is \(baseline) in the baseline and \(candidate) in the candidate"
        case .nothingInCommon(let what): "nothing can be compared: \(what)"
        case .severalBaselines(let engines):
            "the captures come from several engines (\(engines.joined(separator: "; "))); a report compares with one"
        case .listedTwice(let frame, let list, let names):
            "frame \(frame) is named twice in \(list): \(names.joined(separator: ", "))"
        }
    }
}
