import Conformance
import Detection

extension PrecisionPlan {
    public var markdown: String {
        let wanted = requirements.map { requirement in
            "\(requirement.metric.rawValue) \(requirement.direction == .atLeast ? ">=" : "<=") \(requirement.limit.short)"
        }
        var lines = ["## Precision plan: \(isMet ? "met" : "not met")", ""]
        if isMet {
            lines.append(
                "\(wanted.joined(separator: ", ")) on \(frames) frames in \(arithmetic) takes "
                    + "\(layers.count(where: \.isKeptInFloat32)) of \(layers.count) layers in float32, "
                    + "\((float32Share * 100).short) % of the multiply-adds. Found with \(trials) runs.")
        } else {
            lines.append(
                "\(wanted.joined(separator: ", ")): not even float32 in every layer keeps this. The best found is shown."
            )
        }
        lines.append("")
        lines += markdownTable(
            ["", "mean IoU", "smallest IoU", "agreement", "max abs diff", "mean abs diff"],
            [row("all in \(arithmetic)", nothingKept), row("**the plan**", measurement)])
        lines += [
            "",
            "Each layer alone in float32 (*alone*), alone in \(arithmetic) (*without*), and what fails if it leaves "
                + "the plan:", "",
        ]
        lines += markdownTable(
            [
                "network", "layer", "multiply-adds", "in the plan", "mean IoU alone", "without", "max abs diff alone",
                "without", "fails without it",
            ],
            layers.map { layer in
                [
                    layer.network, layer.layer, "\(layer.multiplyAdds)", layer.isKeptInFloat32 ? "**float32**" : "",
                    layer.alone.meanIou.long, layer.without.meanIou.long, layer.alone.maxAbsDiff.short,
                    layer.without.maxAbsDiff.short, layer.removed.map(broken) ?? "",
                ]
            })
        if isMet, layers.contains(where: \.isKeptInFloat32) { lines += operationLines }
        return shown(lines) + "\n"
    }

    /// The plan as a converter is told it.
    private var operationLines: [String] {
        var lines = [
            "",
            "For coremltools, where the networks are its packages (--models): a network of another format has other names "
                + "there.", "", "    keep_float32 = {",
        ]
        for network in CascadeNetwork.allCases.map(\.rawValue) {
            let names = keptOperations(of: network).map { "\"\($0)\"" }
            lines.append("        \"\(network)\": [\(names.joined(separator: ", "))],")
        }
        return lines + [
            "    }", "    compute_precision = coremltools.transform.FP16ComputePrecision(",
            "        op_selector=lambda op: op.outputs[0].name not in keep_float32[network])",
        ]
    }

    private func row(_ name: String, _ measurement: PlanMeasurement) -> [String] {
        [
            name, measurement.meanIou.long, measurement.minIou.long, measurement.detectionAgreement.long,
            measurement.maxAbsDiff.short, measurement.meanAbsDiff.short,
        ]
    }

    /// The requirements that a measurement breaks, with its values.
    private func broken(_ measurement: PlanMeasurement) -> String {
        requirements.compactMap { requirement in
            let value = measurement[requirement.metric]
            return requirement.holds(for: value)
                ? nil : "\(requirement.metric.rawValue) \(toldApart(value, from: requirement.limit).value)"
        }.joined(separator: ", ")
    }
}
