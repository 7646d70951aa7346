/// The networks of the cascade.
public struct FaceNetworks: Sendable {
    package var proposal: any FaceNetwork
    package var refinement: any FaceNetwork
    package var output: any FaceNetwork

    package init(proposal: any FaceNetwork, refinement: any FaceNetwork, output: any FaceNetwork) {
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
