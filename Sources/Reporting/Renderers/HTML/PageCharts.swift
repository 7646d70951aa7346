import Conformance
import Foundation

/// A logarithmic axis with positions in percent of its width, so that it fits any screen.
struct LogAxis {
    private let low: Double
    private let high: Double

    /// The ends are reserved for 0 and infinity.
    private static let inset = 5.0

    /// - Parameter values: the values to show; the axis extends to the whole powers of ten around them.
    init(_ values: some Sequence<Double>) {
        let logarithms = values.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
        let low = (logarithms.min() ?? -8).rounded(.down)
        self.low = low
        high = max(low + 1, (logarithms.max() ?? -3).rounded(.up))
    }

    /// In percent, to a hundredth.
    func place(of value: Double) -> String {
        let share: Double
        if value <= 0 {
            share = 1.5
        } else if !value.isFinite {
            share = 98.5
        } else {
            share = Self.inset + (100 - 2 * Self.inset) * (log10(value) - low) / (high - low)
        }
        return String(format: "%.2f", min(99, max(1, share)))
    }

    /// The positions of the lines, at each power of ten.
    var grid: [View] { powers(every: 1).map { ["x": place(of: $0)] } }

    /// As many labels as fit.
    var ticks: [View] {
        let step = max(1, Int(((high - low) / 7).rounded(.up)))
        return powers(every: step).map { ["x": place(of: $0), "label": "1e\(Int(log10($0).rounded()))"] }
    }

    private func powers(every step: Int) -> [Double] {
        stride(from: Int(low), through: Int(high), by: step).map { pow(10, Double($0)) }
    }
}

extension Mark.Kind {
    /// The mark's meaning, in a legend and for screen readers.
    fileprivate var words: String {
        switch self {
        case .isolated: "isolated: fed the baseline's inputs"
        case .cumulative: "cumulative: as the error arrives"
        case .measured: "measured"
        case .floor: "floor: the exact result, rounded once"
        case .isolatedBound: "bound on rounding, isolated"
        case .cumulativeBound: "bound on rounding, cumulative"
        case .envelope: "largest error of right programs"
        case .limit: "limit"
        case .headroom: "largest magnitude"
        }
    }

    fileprivate var isDot: Bool { [.isolated, .cumulative, .measured, .headroom].contains(self) }

    fileprivate var name: String { words.prefix { $0 != ":" }.description }
}

extension PageBlocks {
    private func legend(_ marks: [[Mark]], limit: Double?) -> [View] {
        var kinds = Set(marks.joined().map(\.kind))
        if limit != nil { kinds.insert(.limit) }
        return Mark.Kind.allCases.filter(kinds.contains).map { kind in
            let text = kind == .limit ? "limit \(limit.map(\.exactly) ?? "-")" : kind.words
            return ["mark": kind.rawValue, "isDot": kind.isDot, "isLine": !kind.isDot, "text": text]
        }
    }

    /// The view of one strip: its marks and their texts.
    private func strip(_ marks: [Mark], on axis: LogAxis, grid: [View], limit: Double?) -> View {
        let drawn = marks.sorted { !$0.kind.isDot && $1.kind.isDot }
        return [
            "grid": grid, "limit": limit.map { [["x": axis.place(of: $0)] as View] } ?? [],
            "marks": drawn.map { mark -> View in
                [
                    "mark": mark.kind.rawValue, "x": axis.place(of: mark.value), "isDot": mark.kind.isDot,
                    "isLine": !mark.kind.isDot,
                ]
            },
            "spoken": marks.map { "\($0.kind.name) \($0.value.short)" }.joined(separator: ", "),
        ]
    }

    func view(_ column: LayerColumn) -> View {
        let axis = LogAxis(column.layers.flatMap(\.marks).map(\.value) + [column.limit].compactMap { $0 })
        let grid = axis.grid
        let worst = column.layers.flatMap { $0.marks.filter { $0.kind == .cumulative }.map(\.value) }.max()
        let layers = column.layers.map { layer -> View in
            var view: View = [
                "name": layer.name.shownLine, "operator": layer.operator.shownLine, "isOutput": layer.isOutput,
                "isFirst": layer.isFirstDivergence, "blocks": layer.details.map(self.view),
            ]
            view["flag"] = layer.verdict.flag
            view.merge(layer.verdict.view) { $1 }
            return view.merging(strip(layer.marks, on: axis, grid: grid, limit: column.limit)) { $1 }
        }
        let view: View = [
            "kind": "layers", "title": column.title.shownLine, "isOpen": column.verdict != .conforms,
            "note": "\(column.layers.count) layers" + (worst.map { ", largest difference \($0.short)" } ?? ""),
            "axis": "max abs diff", "ticks": axis.ticks, "layers": layers,
            "legend": legend(column.layers.map(\.marks), limit: column.limit),
        ]
        return view.merging(column.verdict.view) { $1 }
    }

    func view(_ chart: StripChart) -> View {
        let ends = chart.span.map { [$0.lowerBound, $0.upperBound] } ?? []
        let axis = LogAxis(
            chart.strips.flatMap(\.marks).map(\.value) + [chart.limit].compactMap { $0 } + ends)
        let grid = axis.grid
        return [
            "kind": "strips", "title": chart.title.shownLine, "axis": chart.axis, "ticks": axis.ticks,
            "legend": legend(chart.strips.map(\.marks), limit: chart.limit),
            "strips": chart.strips.map { strip -> View in
                var view: View = ["name": strip.name.shownLine, "note": strip.note.shownLine]
                view["flag"] = strip.verdict?.flag
                if let verdict = strip.verdict { view.merge(verdict.view) { $1 } }
                return view.merging(self.strip(strip.marks, on: axis, grid: grid, limit: chart.limit)) { $1 }
            },
        ]
    }

    func view(_ chart: HistogramChart) -> View {
        guard let first = chart.bins.first?.exponent, let last = chart.bins.last?.exponent else { return [:] }
        let largest = Double(chart.bins.map(\.count).max() ?? 1)
        let (width, height) = (100 / Double(last - first + 1), 56.0)
        func place(_ exponent: Int) -> Double { width * Double(exponent - first) }
        return [
            "kind": "histogram", "title": chart.title, "equal": "\(chart.equal)",
            "spoken": chart.bins.map { "\($0.count) from \(pow(2, Double($0.exponent)).short)" }
                .joined(separator: ", "),
            "bars": chart.bins.map { bin -> View in
                let extent = max(1, height * Double(bin.count) / largest)
                return [
                    "x": String(format: "%.2f", place(bin.exponent)), "width": String(format: "%.2f", width * 0.88),
                    "y": String(format: "%.1f", height - extent), "height": String(format: "%.1f", extent),
                ]
            },
            "first": pow(2, Double(first)).short, "last": pow(2, Double(last + 1)).short,
        ]
    }

    /// Each layer's width is its share of the network's multiply-adds, with a visible minimum.
    func view(_ picture: PlanPicture) -> View {
        let least = 0.03
        return [
            "kind": "plan", "title": picture.title, "arithmetic": picture.arithmetic,
            "networks": picture.networks.map { network -> View in
                let total = Double(max(1, network.layers.map(\.multiplyAdds).reduce(0, +)))
                let widths = network.layers.map { max(least, Double($0.multiplyAdds) / total) }
                let scale = 100 / max(1e-9, widths.reduce(0, +))
                var start = 0.0
                let layers = zip(network.layers, widths).map { layer, width -> View in
                    defer { start += width * scale }
                    return [
                        "x": String(format: "%.2f", start), "width": String(format: "%.2f", width * scale - 0.4),
                        "form": layer.isKeptInFloat32 ? "float32" : "half", "name": layer.name.shownLine,
                        "arithmetic": layer.isKeptInFloat32 ? "float32" : picture.arithmetic,
                    ]
                }
                let kept = network.layers.filter(\.isKeptInFloat32).map(\.name)
                return [
                    "name": network.name.shownLine, "layers": layers,
                    "note": kept.isEmpty ? "nothing in float32" : kept.joined(separator: ", ").shownLine,
                ]
            },
        ]
    }

    func view(_ chart: BarChart) -> View {
        let largest = max(1, chart.bars.map(\.count).max() ?? 1)
        return [
            "kind": "bars", "title": chart.title.shownLine, "axis": chart.axis,
            "bars": chart.bars.map { bar -> View in
                let width = String(format: "%.1f", 88 * Double(bar.count) / Double(largest))
                return ["label": bar.label, "count": "\(bar.count)", "width": width, "textX": width]
            },
        ]
    }
}

extension Double {
    /// A limit as displayed: `1e-05`, `65504`.
    fileprivate var exactly: String { String(format: "%.6g", self) }
}

extension Verdict {
    /// The note beside a layer that does not simply conform.
    fileprivate var flag: String? {
        switch self {
        case .conforms: nil
        case .conformsWithKnownDeviations: "known deviation"
        case .doesNotConform: "fails"
        case .notJudged: "not judged"
        }
    }
}
