import Conformance
import Engines

/// The layers that must stay in float32 for requirements to hold, found by measuring.
public struct PrecisionPlan: Sendable, Codable, Equatable {
    public static let schema = "mtcnn-validate/plan/1"

    public let schema: String
    /// Whether the requirements hold; if not, the plan is the best that was found.
    public let isMet: Bool
    /// What the layers that do not stay in float32 are computed in.
    public let arithmetic: String
    public let frames: Int
    /// Nil where the networks are no cascade.
    public let minimumFaceSize: Int?
    public let requirements: [PlanRequirement]
    public let layers: [Layer]
    /// Of the plan.
    public let measurement: PlanMeasurement
    /// Without any layer in float32.
    public let nothingKept: PlanMeasurement
    /// Of all multiply-adds of the frames, those in float32.
    public let float32Share: Double
    /// How many choices of layers were run.
    public let trials: Int

    public struct Layer: Sendable, Codable, Equatable {
        /// `proposal`, `refinement` or `output`; the model's name where the networks are no cascade.
        public let network: String
        /// The tensor that the layer's sums give.
        public let layer: String
        /// The tensors of all its operations.
        public let operations: [String]
        /// Over all frames.
        public let multiplyAdds: Int
        public let isKeptInFloat32: Bool
        /// With this layer alone in float32.
        public let alone: PlanMeasurement
        /// With this layer alone in float16.
        public let without: PlanMeasurement
        /// With the plan's other layers in float32, for a layer of the plan: some requirement fails.
        public let removed: PlanMeasurement?
    }

    /// The operations of one network that stay in float32, by the name of the tensor that each gives: what
    /// coremltools' `FP16ComputePrecision(op_selector:)` is told.
    public func keptOperations(of network: String) -> [String] {
        layers.filter { $0.isKeptInFloat32 && $0.network == network }.flatMap(\.operations)
    }
}

extension PrecisionPlan {
    /// Searches for the plan with the fewest multiply-adds in float32, then the fewest layers.
    ///
    /// Each layer is measured alone, in float32 among float16 and the other way round. Then layers are taken out
    /// of float32 as long as the requirements hold: once beginning with the most expensive, once with the least
    /// sensitive, and once from the layers that help most. In the cheapest of the three, each layer is replaced
    /// by a cheaper one where that holds. Every step is a run: no requirement is assumed to hold because a smaller
    /// or a larger choice keeps it, since the cascade picks and truncates. The result is minimal (no layer of it can
    /// be left out) but need not be the smallest of all 2^n choices.
    ///
    /// - Parameter progress: is told what is tried.
    /// - Throws: what ``PlanTrial/measure(float32Layers:)`` throws.
    public init(
        requirements: [PlanRequirement], trial: inout PlanTrial, minimumFaceSize: Int?, frames: Int,
        progress: (String) -> Void = { _ in }
    ) throws {
        var search = PlanSearch(trial: trial, requirements: requirements)
        let everything = trial.allLayers
        let none = try search.measure([])
        let float32 = try search.measure(everything)
        let unmeasured = requirements.filter { $0.value(in: float32).isNaN }
        guard unmeasured.isEmpty else {
            let names = unmeasured.map(\.name).joined(separator: ", ")
            throw ComparisonError.nothingInCommon(
                minimumFaceSize == nil
                    ? "\(names) cannot be measured: the models are no cascade, or their answers are no numbers"
                    : "float32 finds no face in any frame, so that \(names) cannot be measured")
        }
        var kept = Set<Int>()
        var isMet = search.holds(none)
        if !isMet {
            if search.holds(float32) {
                kept = try search.smallest(progress)
                isMet = true
            } else {
                kept = everything
            }
        }
        let measurement = try search.measure(kept)
        layers = try trial.layers.indices.map { index in
            progress("layer \(trial.layers[index].name)")
            let layer = trial.layers[index]
            return Layer(
                network: layer.network, layer: layer.name, operations: layer.operations,
                multiplyAdds: trial.multiplyAdds[index], isKeptInFloat32: kept.contains(index),
                alone: try search.measure([index]), without: try search.measure(everything.subtracting([index])),
                removed: isMet && kept.contains(index) ? try search.measure(kept.subtracting([index])) : nil)
        }
        schema = Self.schema
        self.isMet = isMet
        arithmetic = trial.arithmetic.rawValue
        self.frames = frames
        self.minimumFaceSize = minimumFaceSize
        self.requirements = requirements
        self.measurement = measurement
        nothingKept = none
        let total = trial.multiplyAdds.saturatingSum
        float32Share = total > 0 ? Double(search.cost(of: kept).multiplyAdds) / Double(total) : 0
        trial = search.trial
        trials = trial.trials
    }
}
