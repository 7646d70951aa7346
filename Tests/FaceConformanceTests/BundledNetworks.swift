import Conformance
import Detection
import FaceConformance
import ModelFormats
import TestSupport

/// The bundled networks in float32.
func bundledNetworks() throws -> FaceNetworks {
    try FaceNetworks(arithmetic: .fp32) {
        try Model(named: $0.modelName, in: fixtures.appendingPathComponent("models").path)
    }
}
