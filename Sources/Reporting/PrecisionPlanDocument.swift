import Conformance
import Detection
import FaceConformance
import Tensors

extension PrecisionPlan {
    /// The plan as a section, with its requirements as checks.
    package var section: Section {
        let checks = requirements.map { requirement in
            let value = requirement.value(in: measurement)
            return Check(
                value.isNaN ? nil : value, of: requirement.task.map { "plan/\($0)" } ?? "plan",
                against: requirement.threshold, deviations: [])
        }
        // The title is the section's.
        return Section(
            name: "plan", title: "Precision plan for \(arithmetic)", checks: checks, blocks: Array(blocks.dropFirst()))
    }

    /// The networks with the layers that stay in float32.
    private var picture: Figure {
        let names = layers.map(\.network).withoutRepeats
        return .plan(
            PlanPicture(
                title: "The networks, and what stays in float32", arithmetic: arithmetic,
                networks: names.map { name in
                    PlanPicture.Network(
                        name: name,
                        layers: layers.filter { $0.network == name }.map {
                            PlanPicture.Layer(
                                name: $0.layer, multiplyAdds: $0.multiplyAdds, isKeptInFloat32: $0.isKeptInFloat32)
                        })
                }))
    }

    /// The plan in words: its cost, the effect of each layer, and how to give it to a converter.
    package var blocks: [Block] {
        let wanted = requirements.map { requirement in
            let threshold = requirement.threshold
            return "\(requirement.name) \(threshold.direction == .atLeast ? ">=" : "<=") \(threshold.limit.short)"
        }.joined(separator: ", ")
        let answer =
            isMet
            ? "\(wanted) on \(minimumFaceSize == nil ? "the captures' inputs" : "\(frames) frames") in \(arithmetic) takes "
                + "\(layers.count(where: \.isKeptInFloat32)) of \(layers.count) layers in float32, "
                + "\((float32Share * 100).short) % of the multiply-adds. Found with \(trials) runs."
            : "\(wanted): not even float32 in every layer keeps this. The best found is shown."
        let tasks = requirements.compactMap(\.task)
        let summary = Table(
            (minimumFaceSize == nil ? [""] : ["", "mean IoU", "smallest IoU", "agreement"])
                + ["max abs diff", "mean abs diff"] + tasks,
            [row("all in \(arithmetic)", nothingKept), row("\(strong: "the plan")", measurement)])
        let hasFaces = minimumFaceSize != nil
        let table = Table(
            ["network", "layer", "multiply-adds", "in the plan"] + (hasFaces ? ["mean IoU alone", "without"] : [])
                + ["max abs diff alone", "without", "fails without it"],
            layers.map { layer in
                let kept: Phrase = layer.isKeptInFloat32 ? "\(strong: "float32")" : ""
                return [layer.network, layer.layer, "\(layer.multiplyAdds)"].cells + [kept]
                    + (hasFaces ? [layer.alone.meanIou.long, layer.without.meanIou.long] : []).cells
                    + [
                        layer.alone.maxAbsDiff.short, layer.without.maxAbsDiff.short, layer.removed.map(broken) ?? "",
                    ].cells
            })
        return [
            .title("Precision plan: \(isMet ? "met" : "not met")"), .paragraph(Phrase(answer)), .figure(picture),
            .table(summary),
            .paragraph(
                Phrase(
                    "Each layer alone in float32 (*alone*), alone in \(arithmetic) (*without*), and what fails if it "
                        + "leaves the plan:")), .table(table),
        ] + (isMet && layers.contains(where: \.isKeptInFloat32) ? operationBlocks : [])
    }

    /// The plan as a converter's argument.
    private var operationBlocks: [Block] {
        let kept = layers.map(\.network).withoutRepeats.map { network in
            let names = keptOperations(of: network).map { "\"\($0)\"" }
            return "    \"\(network)\": [\(names.joined(separator: ", "))],"
        }
        return [
            .paragraph(
                "For coremltools. Operation names match coremltools only when --models contains its packages."),
            .code(
                ["keep_float32 = {"] + kept + [
                    "}", "compute_precision = coremltools.transform.FP16ComputePrecision(",
                    "    op_selector=lambda op: op.outputs[0].name not in keep_float32[network])",
                ]),
        ]
    }

    private func row(_ name: Phrase, _ measurement: PlanMeasurement) -> [Phrase] {
        let faces = [measurement.meanIou.long, measurement.minIou.long, measurement.detectionAgreement.long]
        let tasks = requirements.filter { $0.task != nil }.map { Optional($0.value(in: measurement)).long }
        return [name]
            + ((minimumFaceSize == nil ? [] : faces) + [measurement.maxAbsDiff.short, measurement.meanAbsDiff.short]
            + tasks).cells
    }

    /// The requirements that a measurement fails, with its values.
    private func broken(_ measurement: PlanMeasurement) -> String {
        requirements.compactMap { requirement in
            let value = requirement.value(in: measurement)
            return requirement.threshold.holds(for: value)
                ? nil : "\(requirement.name) \(toldApart(value, from: requirement.threshold.limit).value)"
        }.joined(separator: ", ")
    }
}
