/// The networks of the cascade.
public struct FaceNetworks: Sendable {
    public var proposal: any FaceNetwork
    public var refinement: any FaceNetwork
    public var output: any FaceNetwork

    public init(proposal: any FaceNetwork, refinement: any FaceNetwork, output: any FaceNetwork) {
        self.proposal = proposal
        self.refinement = refinement
        self.output = output
    }

    subscript(network: CascadeNetwork) -> any FaceNetwork {
        switch network {
        case .proposal: proposal
        case .refinement: refinement
        case .output: output
        }
    }
}
