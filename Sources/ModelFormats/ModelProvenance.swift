import Tensors

/// What a model's file states about itself, besides the network.
public protocol ModelProvenance: Sendable, Equatable {
    /// The format and its version, on one line: `Caffe, 10 layers`.
    var words: String { get }
    /// The shapes of the inputs, with open extents at their defaults; empty if the format has no defaults.
    var defaultShapes: [String: Shape] { get }
    /// Further statements of the file, one line each.
    var notes: [String] { get }
}

extension ModelProvenance {
    public var defaultShapes: [String: Shape] { [:] }
    public var notes: [String] { [] }
}
