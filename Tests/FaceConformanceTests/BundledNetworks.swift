import Conformance
import Detection
import ModelFormats
import TestSupport
@testable import FaceConformance

/// The bundled networks in float32.
func bundledNetworks() throws -> FaceNetworks {
    try FaceNetworks(arithmetic: .fp32) {
        try Model(named: $0.modelName, in: fixtures.appendingPathComponent("models").path)
    }
}

extension FaceNetworks {
    /// The same networks, which compute each input once: for tests that find faces in the same frames again and again.
    var memoized: FaceNetworks {
        FaceNetworks(
            proposal: MemoizedNetwork(proposal), refinement: MemoizedNetwork(refinement),
            output: MemoizedNetwork(output))
    }
}
