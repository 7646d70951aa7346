import NetworkGraph
import Tensors

/// Convolutions and pools with another sliding window: padding, rounding, strides, kernels, or another kind of pool.
enum WindowFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        switch site.node.operator {
        case let operation as MaxPool:
            return pools(site, operation.window, isMax: true) { MaxPool(window: $0) }
        case let operation as AveragePool:
            return pools(site, operation.window, isMax: false) {
                AveragePool(window: $0, countsPadding: operation.countsPadding)
            } + [
                site.hypothesis(
                    .pooling, "counts-padding",
                    operation.countsPadding ? "the mean leaves padding out" : "the mean counts padding",
                    Alteration(
                        operation: AveragePool(window: operation.window, countsPadding: !operation.countsPadding)))
            ]
        case is GlobalAveragePool:
            return [
                site.hypothesis(
                    .pooling, "maximum", "the pool takes the largest number, not the mean",
                    Alteration(operation: GlobalMaxPool()))
            ]
        case is GlobalMaxPool:
            return [
                site.hypothesis(
                    .pooling, "mean", "the pool takes the mean, not the largest number",
                    Alteration(operation: GlobalAveragePool()))
            ]
        case let operation as Convolution: return convolutions(site, operation)
        default: return []
        }
    }

    private static func pools(
        _ site: Site, _ window: SlidingWindow, isMax: Bool, _ pool: (SlidingWindow) -> any Operator
    ) -> [Hypothesis] {
        var found = [
            site.hypothesis(
                .pooling, isMax ? "mean" : "maximum",
                isMax
                    ? "the pool takes the mean, not the largest number"
                    : "the pool takes the largest number, not the mean",
                Alteration(operation: isMax ? AveragePool(window: window) : MaxPool(window: window)))
        ]
        for (key, words, other) in variants(of: window, site) {
            found.append(
                site.hypothesis(
                    key.hasPrefix("stride") ? .stride : key.hasPrefix("kernel") ? .pooling : .padding, key, words,
                    Alteration(operation: pool(other))))
        }
        return found
    }

    /// The windows with as many positions as the correct one, or more, which are then cut off.
    private static func variants(
        of window: SlidingWindow, _ site: Site
    ) -> [(key: String, words: String, window: SlidingWindow)] {
        var variants = [(key: String, words: String, window: SlidingWindow)]()
        func add(_ key: String, _ words: String, _ change: (inout SlidingWindow) -> Void) {
            var other = window
            change(&other)
            if other != window { variants.append((key, words, other)) }
        }
        let zeros = window.kernel.map { _ in 0 }
        add("same-upper", SlidingWindow.Padding.sameUpper.words(insteadOf: window.padding)) { $0.padding = .sameUpper }
        add("same-lower", SlidingWindow.Padding.sameLower.words(insteadOf: window.padding)) { $0.padding = .sameLower }
        let none = SlidingWindow.Padding.explicit(begin: zeros, end: zeros)
        add("valid", none.words(insteadOf: window.padding)) { $0.padding = none }
        if case .explicit(let begin, let end) = window.padding {
            add("other-side", "the padding is at the other side") { $0.padding = .explicit(begin: end, end: begin) }
        }
        for amount in [1, 2] {
            let many = window.kernel.map { _ in amount }
            for (key, end) in [("begin", zeros), ("both", many)] {
                let other = SlidingWindow.Padding.explicit(begin: many, end: end)
                add("\(key)-\(amount)", other.words(insteadOf: window.padding)) { $0.padding = other }
            }
        }
        add("rounding", window.ceilMode ? "positions are rounded down" : "positions are rounded up") {
            $0.ceilMode.toggle()
        }
        for extent in [2, 3] where window.kernel.contains(where: { $0 != extent }) {
            let kernel = window.kernel.map { _ in extent }
            add("kernel-\(extent)", "the pool's kernel is \(extent), not \(window.kernel[0])") { $0.kernel = kernel }
            // As many positions as before: padded at the end, or rounded up.
            add("kernel-\(extent)-up", "the pool's kernel is \(extent), not \(window.kernel[0])") {
                $0.kernel = kernel
                $0.ceilMode = true
            }
            add("kernel-\(extent)-same", "the pool's kernel is \(extent), not \(window.kernel[0])") {
                $0.kernel = kernel
                $0.padding = .sameUpper
            }
        }
        for stride in [1, 2, 3] where window.strides.contains(where: { $0 != stride }) {
            add("stride-\(stride)", "the stride is \(stride), not \(window.strides[0])") {
                $0.strides = $0.strides.map { _ in stride }
            }
        }
        return variants
    }

    private static func convolutions(_ site: Site, _ operation: Convolution) -> [Hypothesis] {
        guard let weights = site.constant(1) else { return [] }
        let window = SlidingWindow(
            kernel: Array(weights.shape.dimensions.dropFirst(2)), strides: operation.strides,
            dilations: operation.dilations, padding: operation.padding)
        var found = [Hypothesis]()
        for (key, words, other) in variants(of: window, site) where !key.hasPrefix("kernel") && key != "rounding" {
            let altered = Convolution(
                kernel: operation.kernel, strides: other.strides, dilations: other.dilations, padding: other.padding,
                groups: operation.groups)
            found.append(
                site.hypothesis(
                    key.hasPrefix("stride") ? .stride : .padding, key,
                    words.replacing("the window", with: "the input"), Alteration(operation: altered)))
        }
        if window.dilations.contains(where: { $0 > 1 }) {
            var altered = operation
            altered.dilations = window.dilations.map { _ in 1 }
            found.append(
                site.hypothesis(.stride, "undilated", "the dilation is left out", Alteration(operation: altered)))
        }
        return found
    }
}

extension SlidingWindow.Padding {
    /// The fault of this padding in place of another, in words.
    fileprivate func words(insteadOf right: Self) -> String {
        switch (self, right) {
        case (.sameUpper, .sameLower): "SAME padding has its odd pixel at the end, where it should be at the beginning"
        case (.sameLower, .sameUpper): "SAME padding has its odd pixel at the beginning, where it should be at the end"
        default: "the window is \(words), where it should be \(right.words)"
        }
    }

    private var words: String {
        switch self {
        case .sameUpper: return "padded as SAME with the odd pixel at the end"
        case .sameLower: return "padded as SAME with the odd pixel at the beginning"
        case .explicit(let begin, let end):
            func amount(_ pixels: [Int]) -> String {
                Set(pixels).count == 1 ? "\(pixels[0])" : pixels.map(String.init).joined(separator: " and ")
            }
            let sides = [(begin, "at the beginning"), (end, "at the end")].filter { $0.0.contains { $0 != 0 } }
            return sides.isEmpty
                ? "not padded"
                : begin == end
                    ? "padded by \(amount(begin)) at both sides"
                    : "padded by \(sides.map { "\(amount($0.0)) \($0.1)" }.joined(separator: " and by "))"
        }
    }
}
