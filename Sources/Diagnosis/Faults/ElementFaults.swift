import NetworkGraph
import Tensors

/// Some wrong elements in an otherwise correct result: a NaN, the tail of a vector loop, one channel.
enum ElementFaults {
    static func hypotheses(at site: Site) -> [Hypothesis] {
        guard site.output.elementType.floatFormat != nil else { return [] }
        return edges(site) + recorded(site)
    }

    /// The last or first row or column: 0, or whatever was recorded there.
    private static func edges(_ site: Site) -> [Hypothesis] {
        let shape = site.output.shape
        guard shape.rank == 4 || shape.rank == 3 else { return [] }
        let axes = shape.rank == 4 ? [(2, "row"), (3, "column")] : [(1, "row"), (2, "column")]
        return axes.flatMap { axis, name -> [Hypothesis] in
            guard shape[axis] > 2 else { return [] }
            return [("last", shape[axis] - 1), ("first", 0)].flatMap { place, part -> [Hypothesis] in
                let zero = site.hypothesis(
                    .wrongElements, "zero-\(place)-\(name)",
                    "the \(place) \(name) of its result is not computed: it is 0",
                    Alteration(result: { computed, _ in
                        computed.mapPart(place == "last" ? computed.shape[axis] - 1 : part, along: axis) { _ in 0 }
                    }))
                let any = site.hypothesis(
                    .wrongElements, "\(place)-\(name)", "the \(place) \(name) of its result is wrong, and nothing else",
                    Alteration(result: { computed, recorded in
                        computed.taking(from: recorded) { index in
                            index[axis] == (place == "last" ? computed.shape[axis] - 1 : 0)
                        }
                    }))
                return site.recorded == nil ? [zero] : [zero, any]
            }
        }
    }

    /// Faults that the recording of the site's own result reveals.
    private static func recorded(_ site: Site) -> [Hypothesis] {
        guard let recorded = site.recorded, recorded.shape == site.output.shape else { return [] }
        let (given, right) = (recorded.float64.elements, site.output.float64.elements)
        var found = [Hypothesis]()
        let notFinite = given.indices.filter { !given[$0].isFinite && right[$0].isFinite }
        if let first = notFinite.first {
            let what = given[first].isNaN ? "NaN" : "infinite"
            let place = recorded.shape.index(at: first)
            let overflows = notFinite.allSatisfy { !given[$0].isNaN && abs(right[$0]) > 65504 }
            found.append(
                site.hypothesis(
                    .wrongElements, "not-finite",
                    "\(notFinite.count) of \(given.count) elements are not finite, the first at \(place), which is "
                        + "\(what)" + (overflows ? ": the right numbers exceed float16's largest" : ""),
                    Alteration(result: { computed, recorded in
                        guard let recorded, recorded.shape == computed.shape else { return nil }
                        let numbers = recorded.float64.elements
                        return computed.taking(from: recorded, positions: { !numbers[$0].isFinite })
                    })))
        }
        let largest = right.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        let off = given.indices.filter { !(abs(given[$0] - right[$0]) <= 1e-4 * largest) }
        guard let first = off.first, let last = off.last, off.count * 2 <= given.count else { return found }
        if off.count == 1 {
            found.append(
                site.hypothesis(
                    .wrongElements, "element", "one element of its result is wrong: \(recorded.shape.index(at: first))",
                    Alteration(result: { computed, recorded in
                        computed.taking(from: recorded, positions: { $0 == first })
                    })))
        }
        if last == given.count - 1, (given.count - first) * 4 <= given.count {
            let tail = given.count - first
            found.append(
                site.hypothesis(
                    .wrongElements, "tail",
                    "the last \(tail) numbers of its result are wrong, as if the end of a vector loop were left out",
                    Alteration(result: { computed, recorded in
                        computed.taking(from: recorded, positions: { $0 >= computed.shape.count - tail })
                    })))
        }
        for axis in recorded.shape.dimensions.indices where recorded.shape[axis] > 2 {
            let inner = recorded.shape.strides[axis]
            let parts = Set(off.map { $0 / inner % recorded.shape[axis] })
            guard parts.count == 1, let part = parts.first else { continue }
            found.append(
                site.hypothesis(
                    .wrongElements, "part-\(axis)-\(part)",
                    axis == 0
                        ? "element \(part) of the batch alone is wrong"
                        : "part \(part) of axis \(axis) of its result is wrong, and nothing else",
                    Alteration(result: { computed, recorded in
                        computed.taking(from: recorded) { $0[axis] == part }
                    })))
        }
        return found
    }
}

extension AnyTensor {
    /// The numbers, replaced at some indices by another tensor's; nil without a tensor of the same shape.
    fileprivate func taking(from other: AnyTensor?, _ isTaken: ([Int]) -> Bool) -> AnyTensor? {
        let shape = shape
        return taking(from: other, positions: { isTaken(shape.index(at: $0)) })
    }

    fileprivate func taking(from other: AnyTensor?, positions isTaken: (Int) -> Bool) -> AnyTensor? {
        guard let other, other.shape == shape else { return nil }
        var numbers = float64.elements
        let others = other.float64.elements
        for position in numbers.indices where isTaken(position) { numbers[position] = others[position] }
        return .float32(Tensor(shape, numbers.map { Float($0) }))
    }
}
