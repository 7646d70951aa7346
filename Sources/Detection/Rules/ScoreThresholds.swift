/// The smallest face probability at which each network lets a box pass.
public struct ScoreThresholds: Hashable, Sendable {
    public var proposal: Float
    public var refinement: Float
    public var output: Float

    public init(proposal: Float = 0.6, refinement: Float = 0.7, output: Float = 0.7) {
        self.proposal = proposal
        self.refinement = refinement
        self.output = output
    }

    public subscript(network: CascadeNetwork) -> Float {
        switch network {
        case .proposal: proposal
        case .refinement: refinement
        case .output: output
        }
    }
}
