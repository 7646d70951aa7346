import Conformance
import Engines

/// The layers that must stay in float32 to meet requirements, found by measurement.
package struct PrecisionPlan: Sendable, Codable, Equatable {
    package static let schema = "mtcnn-validate/plan/1"

    package let schema: String
    /// Whether the requirements are met; if not, the plan is the best found.
    package let isMet: Bool
    /// The arithmetic of the layers that do not stay in float32.
    package let arithmetic: String
    package let frames: Int
    /// Nil if the networks are not the cascade.
    package let minimumFaceSize: Int?
    package let requirements: [PlanRequirement]
    package let layers: [Layer]
    /// With the plan.
    package let measurement: PlanMeasurement
    /// With no layer in float32.
    package let nothingKept: PlanMeasurement
    /// The share of the frames' multiply-adds in float32.
    package let float32Share: Double
    /// How many choices of layers were run.
    package let trials: Int

    package struct Layer: Sendable, Codable, Equatable {
        /// `proposal`, `refinement` or `output`; the model's name if the networks are not the cascade.
        package let network: String
        /// The tensor of the layer's sums.
        package let layer: String
        /// The tensors of all its operations.
        package let operations: [String]
        /// Over all frames.
        package let multiplyAdds: Int
        package let isKeptInFloat32: Bool
        /// With only this layer in float32.
        package let alone: PlanMeasurement
        /// With only this layer in float16.
        package let without: PlanMeasurement
        /// For a layer of the plan, with the plan's other layers in float32: some requirement fails.
        package let removed: PlanMeasurement?
    }

    /// The operations of one network that stay in float32, by the names of their output tensors, for coremltools'
    /// `FP16ComputePrecision(op_selector:)`.
    package func keptOperations(of network: String) -> [String] {
        layers.filter { $0.isKeptInFloat32 && $0.network == network }.flatMap(\.operations)
    }
}

extension PrecisionPlan {
    /// Searches for the plan with the fewest multiply-adds in float32, then the fewest layers.
    ///
    /// Each layer is measured alone, in float32 among float16 and the other way round. Then layers are removed from
    /// float32 as long as the requirements hold: once starting with the most expensive, once with the least sensitive,
    /// and once from the layers that help most. In the cheapest of the three, each layer is replaced by a cheaper one
    /// if the requirements hold. Every step is run: a requirement is never assumed to hold because a smaller or a
    /// larger choice meets it, since the cascade picks and truncates. The result is minimal (none of its layers can be
    /// left out) but need not be the smallest of all 2^n choices.
    ///
    /// - Parameter progress: called with what is being tried.
    /// - Throws: the errors of ``PlanTrial/measure(float32Layers:)``.
    package init(
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
