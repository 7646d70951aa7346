import Captures
import Conformance
import Diagnosis
import Engines
import ModelFormats
import NetworkGraph

extension Diagnosis {
    /// Why a network differs from its recording.
    ///
    /// - Parameters:
    ///   - network: the capture's path without its extension, as ``LayerMeasurement`` names it.
    ///   - captures: the recordings.
    ///   - outside: returns the outside engine that computed the network; nil for the built-in one. Such an engine's
    ///     answers are explained first; if they do not differ from the built-in engine's, the recording is.
    ///   - progress: called with what is being tried, in words.
    /// - Returns: nil if the network has no capture.
    /// - Throws: ``Conformance/AlignmentError`` if tensors cannot be matched, and the errors of reading and computing.
    package init?(
        of network: String, in models: ModelLibrary, recordedIn captures: CaptureLibrary,
        computedBy outside: ((Model, Graph) throws -> any Engine)?, progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        guard captures.holds(network) else { return nil }
        let capture = try captures.capture(of: network)
        let model = try LayerMeasurement.model(of: network, in: models)
        let right = try ComparedSide.model(model, .fp32)
        if let outside {
            let inputs = ComparedInputs(
                cases: try capture.caseNames.map { name in
                    let recorded = try capture.readCase(name)
                    return (name, recorded.source, recorded.inputs.map { ($0.name, $0.values) })
                })
            if var sides = try AlignedSides(
                of: .model(model, try outside(model, model.graph), .fp32), with: right, inputs: inputs)
            {
                try self.init(of: &sides, progress: progress)
                if !isEmpty { return }
            }
        }
        guard var sides = try AlignedSides(of: right, with: .capture(capture)) else { return nil }
        try self.init(of: &sides, progress: progress)
    }
}
