import Tensors

/// What a model's file says of itself, beside the network.
public protocol ModelProvenance: Sendable, Equatable {
    /// The format and its version, on one line: `Caffe, 10 layers`.
    var words: String { get }
    /// The shapes of the inputs, an open extent at its default; empty where the format has no defaults.
    var defaultShapes: [String: Shape] { get }
    /// What else the file says, a line each.
    var notes: [String] { get }
}

extension ModelProvenance {
    public var defaultShapes: [String: Shape] { [:] }
    public var notes: [String] { [] }
}
