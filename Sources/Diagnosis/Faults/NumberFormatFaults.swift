import NetworkGraph
import Tensors

/// Weights, activations or sums in a coarser number format than declared.
enum NumberFormatFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] { weights(site) + activations(site) }

    private static func weights(_ site: Site) -> [Hypothesis] {
        let constants = site.constants.filter { site.constant($0)?.elementType.floatFormat != nil }
        guard !constants.isEmpty else { return [] }
        func all(_ alter: @escaping @Sendable (AnyTensor) -> AnyTensor?) -> Alteration {
            Alteration(operands: Dictionary(uniqueKeysWithValues: constants.map { ($0, alter) }))
        }
        var found = [
            site.hypothesis(
                .weightFormat, "float16", "computed with float16 weights", all { FloatFormat.binary16.rounded($0) }),
            site.hypothesis(
                .weightFormat, "bfloat16", "computed with bfloat16 weights", all { FloatFormat.bfloat16.rounded($0) }),
        ]
        guard let sum = WeightedSum(site) else { return found }
        if constants.count > 1 {
            for (name, format) in [("float16", FloatFormat.binary16), ("bfloat16", .bfloat16)] {
                found.append(
                    site.hypothesis(
                        .weightFormat, "\(name)-alone",
                        "computed with \(name) weights and a float32 bias",
                        Alteration(operands: [sum.position: { format.rounded($0) }])))
            }
        }
        found.append(
            site.hypothesis(
                .sumFormat, "tf32", "products of numbers that are rounded to 10 bits (TF32)",
                Alteration(operands: [
                    0: { FloatFormat.tf32.rounded($0) }, sum.position: { FloatFormat.tf32.rounded($0) },
                ])))
        found.append(
            site.hypothesis(
                .sumFormat, "bf16-products", "products of numbers that are rounded to bfloat16",
                Alteration(operands: [
                    0: { FloatFormat.bfloat16.rounded($0) }, sum.position: { FloatFormat.bfloat16.rounded($0) },
                ])))
        found.append(
            site.hypothesis(
                .sumFormat, "float16-products", "products of numbers that are rounded to float16",
                Alteration(operands: [
                    0: { FloatFormat.binary16.rounded($0) }, sum.position: { FloatFormat.binary16.rounded($0) },
                ])))
        for quantisation in Quantisation.all(
            outputAxis: sum.outputAxis, inputAxis: sum.inputAxis, heldIn: site.weightFormat)
        {
            found.append(
                site.hypothesis(
                    .weightFormat, quantisation.key, "computed with \(quantisation.words)",
                    Alteration(operands: [sum.position: { quantisation.rounded($0) }])))
        }
        return found
    }

    private static func activations(_ site: Site) -> [Hypothesis] {
        guard site.output.elementType.floatFormat != nil else { return [] }
        func stored(_ format: FloatFormat) -> Alteration {
            Alteration(
                result: { computed, recorded in
                    if let recorded, !format.holds(recorded) { return nil }
                    return format.rounded(computed)
                }, storage: format)
        }
        var found = [
            site.hypothesis(
                .activationFormat, "fp16-storage", "computed with float16 weights and activations (fp16-storage)",
                {
                    var alteration = stored(.binary16)
                    alteration.arithmetic = .fp16Storage
                    return alteration
                }()),
            site.hypothesis(.activationFormat, "float16", "its result is rounded to float16", stored(.binary16)),
            site.hypothesis(
                .activationFormat, "bf16-storage", "computed with bfloat16 weights and activations",
                {
                    var alteration = stored(.bfloat16)
                    for position in site.constants where site.constant(position)?.elementType.floatFormat != nil {
                        alteration.operands[position] = { FloatFormat.bfloat16.rounded($0) }
                    }
                    return alteration
                }()),
            site.hypothesis(.activationFormat, "bfloat16", "its result is rounded to bfloat16", stored(.bfloat16)),
        ]
        for (key, words, grid) in Quantisation.activations {
            found.append(
                site.hypothesis(
                    .activationFormat, key, words, Alteration(result: { computed, recorded in grid(computed) })))
        }
        if WeightedSum(site) != nil {
            for (arithmetic, key) in [("fp16-fma", "fp16-fma"), ("fp16-mul-add", "fp16-mul-add")] {
                var alteration = stored(.binary16)
                alteration.arithmetic = key == "fp16-fma" ? .fp16FMA : .fp16MultiplyAdd
                found.append(
                    site.hypothesis(.sumFormat, key, "its sums are carried in float16 (\(arithmetic))", alteration))
            }
        }
        return found
    }
}
