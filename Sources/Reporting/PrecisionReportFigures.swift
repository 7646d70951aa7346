import Conformance
import Detection
import FaceConformance
import Tensors

extension PrecisionReport {
    /// For each network, the arithmetics side by side.
    var arithmeticFigures: [Block] {
        let limit = hasFaces ? thresholds.first { $0.metric == .maxAbsDiff }?.limit : nil
        let names = policies.flatMap { $0.networks.map(\.network) }.withoutRepeats
        return names.map { name in
            let strips = policies.flatMap { policy in
                policy.networks.filter { $0.network == name }.map { network in
                    StripChart.Strip(
                        policy.label,
                        note: "\(network.maxAbsDiff.short), floor \(network.floor.short)"
                            + (policy.isUnattainable(network) ? " (limit unattainable)" : ""),
                        verdict: Verdict(
                            combining: policy.checks.filter { $0.id.contains("/\(name)/") }.map(\.verdict)),
                        marks: [Mark(.floor, network.floor), Mark(.measured, network.maxAbsDiff)])
                }
            }
            return .figure(
                .strips(
                    StripChart(
                        title: "\(name) in each arithmetic", axis: "max abs diff of the outputs", limit: limit,
                        strips: strips)))
        }
    }

    /// The position of each layer's largest value on float16's scale, in the arithmetic with the least headroom.
    var rangeFigures: [Block] {
        let names = policies.flatMap { $0.networks.map(\.network) }.withoutRepeats
        let charts = names.compactMap { name -> Block? in
            let candidates = policies.flatMap { policy in
                policy.networks.filter { $0.network == name }.map { (policy, $0) }
            }
            guard
                let (policy, network) = candidates.max(by: { $0.1.largestActivation < $1.1.largestActivation }),
                network.largestActivation > 0
            else { return nil }
            let strips = network.layers.filter { $0.range.largest > 0 || $0.range.nonFiniteCount > 0 }.map { layer in
                let range = layer.range
                let counts = [
                    (range.nonFiniteCount, "not finite"), (range.underflowCount, "became 0"),
                    (range.subnormalCount, "subnormal"),
                ].filter { $0.0 > 0 }.map { "\($0) \($1)" }
                let headroom = layer.headroom.map { "room for \($0.short) times as much" }
                return StripChart.Strip(
                    layer.metrics.layer,
                    note: ([range.largest.short] + [headroom].compactMap { $0 } + counts).joined(separator: ", "),
                    marks: [Mark(.headroom, range.largest)])
            }
            return .figure(
                .strips(
                    StripChart(
                        title: "\(name) on float16's scale, in \(policy.label)",
                        axis: "largest magnitude of each layer; float16's normal numbers begin at 6.1e-5",
                        span: Double(Float16.leastNonzeroMagnitude)...65504, limit: 65504, strips: strips)))
        }
        return charts.isEmpty ? [] : [.folded("Value ranges on float16's scale", charts)]
    }

    /// The frames with flipped decisions, for each arithmetic.
    var flipFigures: [Block] {
        policies.flatMap { policy -> [Block] in
            let departing = (policy.endToEnd?.frames ?? []).filter { !$0.flippedDecisions.isEmpty }
                .sorted { ($0.faces.departure, $1.file) > ($1.faces.departure, $0.file) }
            guard !departing.isEmpty else { return [] }
            let frames = departing.map { frame in
                let worst = frame.flippedDecisions.min {
                    ($0.intersectionOverUnion ?? 0) < ($1.intersectionOverUnion ?? 0)
                }
                let caption = worst.map { flip in
                    "\(flip.decision.words) at \(flip.stage), margin \(flip.margin.short), "
                        + (flip.intersectionOverUnion.map { "IoU \($0.short)" } ?? "found once")
                }
                return FrameGallery.Frame(
                    file: frame.file, caption: Phrase(caption ?? ""), boxes: frame.faces.boxes,
                    crop: worst?.face)
            }
            return FrameGallery.blocks(
                "\(policy.label): frames in which a decision flipped", frames,
                unlisted: policy.endToEnd?.others?.flippedFrames ?? 0)
        }
    }
}

extension NetworkPrecision {
    fileprivate var largestActivation: Double { layers.map(\.range.largest).max() ?? 0 }
}
