/// An order in which a correct program may sum products. Roundings differ between orders; the error bound does not,
/// except for Winograd's algorithm, which has its own.
public enum SummationOrder: Sendable, Hashable, CaseIterable {
    /// From the start, one fused multiply-add after another: the order that defines this project's results.
    case sequence
    /// The same, but each product is rounded before it is added.
    case separateRoundings
    /// Eight successive products, then sums of neighbours until one is left.
    case pairwise
    /// The sums of every fourth, eighth or sixteenth product, as in the lanes of a vector, added as above.
    case lanes4, lanes8, lanes16
    /// Winograd's F(2x2, 3x3), F(4x4, 3x3) and F(6x6, 3x3) for convolutions with 3 by 3 taps and without strides and
    /// groups; like ``sequence`` for everything else.
    case winograd2, winograd4, winograd6
}

extension SumsOfProducts {
    /// The sums in an order.
    func sums<A: Arithmetic>(in arithmetic: A.Type, _ order: SummationOrder) -> [A.Working]
    where A.Element == Element {
        let factors = withRoundedFactors(in: A.self)
        switch order {
        case .sequence, .winograd2, .winograd4, .winograd6: return sums(in: A.self)
        case .separateRoundings: return factors.sums(A.Working.multiplyAddForm, as: A.Working.self)
        case .pairwise:
            let numbers = factors.inLanes
            let parts = stride(from: 0, to: taps.count, by: 8).map { first in
                numbers.part(from: first, to: min(first + 8, taps.count), by: 1)
            }
            return numbers.sums(of: parts, A.kernelForm, as: A.Working.self)
        case .lanes4: return factors.sums(ofLanes: 4, A.kernelForm, as: A.Working.self)
        case .lanes8: return factors.sums(ofLanes: 8, A.kernelForm, as: A.Working.self)
        case .lanes16: return factors.sums(ofLanes: 16, A.kernelForm, as: A.Working.self)
        }
    }

    private func sums<Working: KernelNumber>(
        ofLanes count: Int, _ form: KernelForm, as working: Working.Type
    ) -> [Working] where Working.Lane == Element.Lane {
        let numbers = inLanes
        let lanes = (0..<min(count, taps.count)).map { numbers.part(from: $0, to: taps.count, by: count) }
        return numbers.sums(of: lanes, form, as: Working.self)
    }

    /// The same numbers in lanes, converted once for any number of sums.
    private var inLanes: SumsOfProducts<Element.Lane> {
        SumsOfProducts<Element.Lane>(
            numbers: Element.lanes(of: numbers), origins: origins, pixels: pixels, taps: taps,
            weights: Element.lanes(of: Array(weights))[...], starts: Element.lanes(of: starts),
            weightSteps: weightSteps)
    }

    /// The sums of parts of the products, added pairwise, and the starts added last.
    private func sums<Working: KernelNumber>(
        of parts: [SumsOfProducts], _ form: KernelForm, as working: Working.Type
    ) -> [Working] where Working.Lane == Element.Lane {
        var partial = parts.map { $0.sums(form, as: Working.self) }
        while partial.count > 1 {
            for index in 0..<partial.count / 2 {
                partial[2 * index].add(partial[2 * index + 1])
                partial.swapAt(index, 2 * index)
            }
            if partial.count % 2 == 1 { partial.swapAt(partial.count / 2, partial.count - 1) }
            partial.removeLast(partial.count / 2)
        }
        guard var sums = partial.first else { return self.sums(form, as: Working.self) }
        sums.withUnsafeMutableBufferPointer { sums in
            for row in 0..<origins.count * starts.count {
                let start = Working(starts[row % starts.count])
                for place in row * pixels.count..<(row + 1) * pixels.count { sums[place] += start }
            }
        }
        return sums
    }

    /// The sums, from 0, of the products at every `step`-th place from the first on.
    private func part(from first: Int, to end: Int, by step: Int) -> SumsOfProducts {
        SumsOfProducts(
            numbers: numbers, origins: origins, pixels: pixels,
            taps: stride(from: first, to: end, by: step).map { taps[$0] },
            weights: weights.dropFirst(first * weightSteps.tap),
            starts: [Element](repeating: 0, count: starts.count),
            weightSteps: (weightSteps.channel, weightSteps.tap * step))
    }
}

extension Array where Element: KernelNumber {
    /// Adds the number at the same place to each.
    fileprivate mutating func add(_ others: [Element]) {
        withUnsafeMutableBufferPointer { sums in
            // Times 1 is exact.
            others.withUnsafeBufferPointer { Element.addProducts($0, times: 1, to: sums) }
        }
    }
}
