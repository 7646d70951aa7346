import Tensors

/// A tensor with elements added before and after it along its axes, or removed (ONNX Pad).
///
/// Inputs: x; integers: how many elements to add before each axis, then after each; an element to fill with, 0 if
/// omitted; the axes that the numbers are for, all if omitted.
public struct Pad: RearrangingOperator {
    /// What is added.
    public enum Mode: String, Sendable, CaseIterable {
        /// The fill element.
        case constant
        /// The elements in reverse order, without repeating the border's.
        case reflect
        /// The border's element.
        case edge
        /// The elements from the other end.
        case wrap
    }

    public var name: String { "Pad" }
    package var mode: Mode

    public init(mode: Mode = .constant) {
        self.mode = mode
    }

    package func movedInputs(of inputs: [TensorType?]) -> [Int] {
        mode == .constant && inputs.count > 2 && inputs[2] != nil ? [0, 2] : [0]
    }

    /// How many elements are added before and after each axis.
    package func pads(of inputs: [TensorType?]) throws(OperatorError) -> [(before: Int, after: Int)] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        guard let given = try inputs.knownIntegers(1, "pads") else { throw OperatorError("has no pads") }
        let axes = try x.axes(inputs.knownIntegers(3, "axes") ?? Array(0..<x.rank))
        guard given.count == 2 * axes.count, given.allSatisfy({ abs(max($0, -Int.max)) <= Shape.maximumCount }) else {
            throw OperatorError("has pads \(given), where two numbers for each of \(axes.count) axes are needed")
        }
        var pads = x.dimensions.map { _ in (before: 0, after: 0) }
        for (position, axis) in axes.enumerated() { pads[axis] = (given[position], given[position + axes.count]) }
        for (axis, pad) in pads.enumerated() {
            let most =
                switch mode {
                case .constant: Int.max
                case .reflect: x[axis] - 1
                case .edge: x[axis] > 0 ? Int.max : 0
                case .wrap: x[axis]
                }
            guard max(pad.before, pad.after) <= most || max(pad.before, pad.after) <= 0 else {
                throw OperatorError(
                    "pads axis \(axis) of \(x) by \(pad.before) and \(pad.after); mode \(mode.rawValue) has \(most)")
            }
        }
        return pads
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        if mode == .constant, inputs.count > 2, let fill = inputs[2], fill.shape.count != 1 {
            throw OperatorError("fills with \(fill.shape), where one element is needed")
        }
        return try .checked(zip(x.dimensions, try pads(of: inputs)).map { $0 + $1.before + $1.after })
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let pads = try pads(of: inputs)
        let sources = shape.sources(in: x) { axis, index in
            let (place, extent) = (index - pads[axis].before, x[axis])
            switch mode {
            case _ where (0..<extent).contains(place): return place
            case .constant: return nil
            case .edge: return min(max(place, 0), extent - 1)
            case .wrap: return place < 0 ? place + extent : place - extent
            case .reflect: return place < 0 ? -place : 2 * (extent - 1) - place
            }
        }
        return movedInputs(of: inputs).count > 1 ? sources.map { $0 < 0 ? x.count : $0 } : sources
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { dependent.isFirstAlone }
}
