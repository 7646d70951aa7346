import Conformance
import FaceConformance
import Tensors

/// Why the reports of shards do not form one report.
package struct ShardError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension Report {
    /// The value common to all shards.
    fileprivate static func shared<Value: Equatable>(
        _ what: String, _ shards: [Self], _ value: (Self) -> Value
    ) throws(ShardError) -> Value {
        guard let first = shards.first.map(value) else { throw ShardError("there are no shards to merge") }
        guard shards.allSatisfy({ value($0) == first }) else {
            throw ShardError("\(name): the shards differ in \(what), and so are not of one run")
        }
        return first
    }
}

extension LayerReport {
    package static func merged(
        _ shards: [LayerReport], deviations: [KnownDeviation]
    ) throws(ShardError) -> LayerReport {
        let models = try shared("their networks", shards) { $0.networks.map { [$0.network, $0.modelSha256] } }
        let networks = models.indices.map { index in
            let parts = shards.map { $0.networks[index] }
            // Of one file's layers, each must be compared in some case; where two forms were aligned, what a case lacks is
            // lacking.
            let compared = Set(
                parts[0].alignment == nil ? parts.flatMap { $0.cases.flatMap { $0.layers.map(\.layer) } } : [])
            let withCases = parts.filter { !$0.cases.isEmpty }
            return NetworkComparison(
                network: models[index][0], modelSHA256: models[index][1], cases: parts.flatMap(\.cases),
                layersNotCompared: parts.flatMap(\.layersNotCompared).withoutRepeats.filter { !compared.contains($0) },
                casesNotCompared: parts.flatMap(\.casesNotCompared),
                alignment: parts[0].alignment.map { _ in parts.flatMap { $0.alignment ?? [] }.withoutRepeats },
                // What no shard's inputs can show.
                inputsCannotShow: (parts[0].inputsCannotShow ?? []).filter { gap in
                    parts.allSatisfy { $0.inputsCannotShow?.contains(gap) == true }
                }, inputsAreConstant: !withCases.isEmpty && withCases.allSatisfy { $0.inputsAreConstant == true },
                limits: parts[0].thresholds.map { LayerThresholds($0) })
        }
        return LayerReport(
            baseline: try shared("the baseline", shards, \.baseline),
            candidate: try shared("the candidate", shards, \.candidate),
            outputsOnly: try shared("what is compared", shards, \.outputsOnly),
            thresholds: LayerThresholds(try shared("the thresholds", shards, \.thresholds)),
            tasks: try shared("the tasks", shards, \.requirements) ?? [], deviations: deviations,
            networks: networks)
    }
}

extension DetectionReport {
    package static func merged(
        _ shards: [DetectionReport], deviations: [KnownDeviation]
    ) throws(ShardError) -> DetectionReport {
        let golds = try shared("the lists of faces", shards) { $0.runs.map(\.gold) }
        let sizes = try shared("the smallest face", shards) { $0.runs.map(\.minimumFaceSize) }
        let scores = try shared("the score thresholds", shards) { $0.runs.map(\.scoreThresholds) }
        let thresholds = try shared("the thresholds", shards, \.thresholds)
        return DetectionReport(
            baseline: try shared("the baseline", shards, \.baseline),
            candidate: try shared("the candidate", shards, \.candidate),
            runs: golds.indices.map { index in
                let parts = shards.map { $0.runs[index] }
                return Run(
                    gold: golds[index], minimumFaceSize: sizes[index], scoreThresholds: scores[index],
                    compared: KeptFrames(joining: parts.map(\.compared)),
                    unjudged: UnjudgedFrames(joining: parts.map(\.unjudged)),
                    thresholds: thresholds, deviations: deviations)
            }, thresholds: thresholds, deviations: deviations)
    }
}

extension PrecisionReport {
    package static func merged(
        _ shards: [PrecisionReport], deviations: [KnownDeviation]
    ) throws(ShardError) -> PrecisionReport {
        let arithmetics = try shared("the arithmetics", shards) { $0.policies.map(\.arithmetic) }
        let sizes = try shared("the smallest face", shards) { $0.policies.map(\.endToEnd?.minimumFaceSize) }
        return PrecisionReport(
            policies: arithmetics.indices.map { index in
                let parts = shards.map { $0.policies[index] }
                let endToEnd = sizes[index].map { size in
                    EndToEnd(
                        minimumFaceSize: size,
                        compared: KeptFrames(joining: parts.compactMap { $0.endToEnd?.compared }),
                        unjudged: UnjudgedFrames(joining: parts.compactMap { $0.endToEnd?.unjudged }))
                }
                return (arithmetics[index], parts[0].isPredicted, parts.flatMap(\.networks), endToEnd)
            }, thresholds: try shared("the thresholds", shards, \.thresholds),
            tasks: try shared("the tasks", shards, \.requirements) ?? [], deviations: deviations)
    }
}
