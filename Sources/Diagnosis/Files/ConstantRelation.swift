import Foundation
import Tensors

/// How the numbers of one model file relate to those of another.
package enum ConstantRelation: String, Sendable, Codable, CaseIterable {
    case equal
    case otherOrder = "other_order"
    case rounded
    case roundedInOtherOrder = "rounded_in_other_order"
    case otherLayers = "other_layers"
    case unlike
    /// There is no counterpart.
    case missing
}

/// Compares one constant with another without running either model.
struct ConstantMatch {
    let relation: ConstantRelation
    let words: String

    /// How the other's numbers relate to a constant's; nil if they are unlike.
    ///
    /// - Parameter thorough: whether to look for parts in any order, in time proportional to the constants.
    init?(of other: LayerConstant, with right: LayerConstant, thorough: Bool) {
        guard other.elements.count == right.elements.count else { return nil }
        if Self.isEqual(other.elements, right.elements, within: 0) {
            (relation, words) = (.equal, "equal")
            return
        }
        let orders = ElementOrder.all(of: right.extents)
        for (rounding, numbers, tolerance) in Self.roundings(of: right, as: other) {
            let rounded = rounding.map { "rounded to \($0)" }
            if let rounded, Self.isEqual(other.elements, numbers, within: tolerance) {
                (relation, words) = (.rounded, rounded)
                return
            }
            for order in orders where Self.isEqual(other.elements, numbers, order, within: tolerance) {
                let layout = order.words(right.axisNames, given: other.extents)
                relation = rounded == nil ? .otherOrder : .roundedInOtherOrder
                words = [rounded, layout].compactMap { $0 }.joined(separator: ", ")
                return
            }
        }
        guard thorough else { return nil }
        for (rounding, numbers, tolerance) in Self.roundings(of: right, as: other) where tolerance == 0 {
            guard let found = Self.parts(of: other, numbers, right) else { continue }
            relation = rounding == nil ? .otherOrder : .roundedInOtherOrder
            words = [rounding.map { "rounded to \($0)" }, found].compactMap { $0 }.joined(separator: ", ")
            return
        }
        return nil
    }

    /// A sample that is compared before all numbers are.
    private static let samples = 24

    private static func isEqual(
        _ given: [Double], _ right: [Double], _ order: ElementOrder? = nil, within tolerance: Double
    ) -> Bool {
        func holds(_ position: Int) -> Bool {
            let (one, other) = (given[position], right[order?.source(of: position) ?? position])
            return tolerance == 0 ? one == other || one.isNaN && other.isNaN : abs(one - other) <= tolerance
        }
        let step = max(1, given.count / samples)
        return stride(from: 0, to: given.count, by: step).allSatisfy(holds) && given.indices.allSatisfy(holds)
    }

    /// The numbers unchanged, and rounded in each known way that leaves as few distinct ones as the other has, each
    /// with the tolerance for equal numbers.
    private static func roundings(
        of right: LayerConstant, as other: LayerConstant
    ) -> [(words: String?, numbers: [Double], tolerance: Double)] {
        var found: [(String?, [Double], Double)] = [(nil, right.elements, 0)]
        let formats: [(String, FloatFormat)] = [("float16", .binary16), ("bfloat16", .bfloat16), ("tf32", .tf32)]
        for (name, format) in formats where format.holds(other.values) {
            found.append((name, right.elements.map { format.rounded($0) }, 0))
        }
        guard Set(other.elements).count < right.elements.count, let channels = right.channels else { return found }
        let largest = right.elements.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        let format = FloatFormat.binary16.holds(other.values) ? FloatFormat.binary16 : .binary32
        for way in Quantisation.all(outputAxis: channels.output, inputAxis: channels.input, heldIn: format) {
            found.append((way.words, way.rounded(right.values).float64.elements, 1e-6 * largest))
        }
        return found
    }

    // MARK: Parts in another order

    /// Parts along an axis in another order, such as channels; nil if more than that differs.
    private static func parts(of other: LayerConstant, _ elements: [Double], _ right: LayerConstant) -> String? {
        let layouts = ElementOrder.all(of: right.extents).filter {
            $0.reversed.isEmpty && $0.extents == other.extents
        }
        let own = ElementOrder(axes: Array(right.extents.indices), reversed: [], of: right.extents)
        for layout in (own.extents == other.extents ? [own] : []) + layouts {
            let numbers = elements.indices.map { elements[layout.source(of: $0)] }
            for axis in layout.extents.indices {
                guard let order = order(of: other.elements, among: numbers, layout.extents, axis) else { continue }
                let name = right.axisNames[layout.axes[axis]]
                let arrangement =
                    layout.axes == layout.axes.sorted()
                    ? ""
                    : ", "
                        + layout.words(right.axisNames, given: other.extents)
                return "its \(name) in another order: \(flattening(order) ?? shortened(order))\(arrangement)"
            }
        }
        return nil
    }

    /// For each given part along an axis, the correct part that it equals; nil if the parts are not the same.
    private static func order(
        of given: [Double], among right: [Double], _ extents: [Int], _ axis: Int
    ) -> [Int]? {
        let inner = extents[(axis + 1)...].reduce(1, *)
        let count = extents[axis]
        func parts(_ numbers: [Double]) -> [[Double]] {
            var parts = [[Double]](repeating: [], count: count)
            for position in numbers.indices { parts[position / inner % count].append(numbers[position]) }
            return parts
        }
        var places = [[Double]: [Int]]()
        for (index, part) in parts(right).enumerated().reversed() { places[part, default: []].append(index) }
        var order = [Int]()
        for part in parts(given) {
            guard let place = places[part]?.popLast() else { return nil }
            order.append(place)
        }
        return order
    }

    /// The order described as that of an image's elements, flattened another way; nil if it is not one.
    private static func flattening(_ order: [Int]) -> String? {
        let count = order.count
        for first in 2...max(2, count / 4) where count % first == 0 {
            for second in 2...max(2, count / first) where count % (first * second) == 0 {
                let extents = [first, second, count / first / second].filter { $0 > 1 }
                guard extents.count > 1 else { continue }
                let found = ElementOrder.all(of: extents).first { candidate in
                    candidate.reversed.isEmpty && order.indices.allSatisfy { candidate.source(of: $0) == order[$0] }
                }
                if let found {
                    return "those of \(extents.map(String.init).joined(separator: " x ")) laid out as "
                        + found.extents.map(String.init).joined(separator: " x ")
                }
            }
        }
        return nil
    }

    private static func shortened(_ order: [Int]) -> String {
        order.prefix(8).map(String.init).joined(separator: ", ") + (order.count > 8 ? ", ..." : "")
    }
}
