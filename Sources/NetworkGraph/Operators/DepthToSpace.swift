import Tensors

/// Blocks of channels laid out as blocks of pixels (ONNX DepthToSpace): [N, C b b, H, W] becomes [N, C, H b, W b].
public struct DepthToSpace: RearrangingOperator {
    public var name: String { "DepthToSpace" }
    package var block: Int
    /// Whether the position in the block comes after the channel (mode CRD) or before it (DCR).
    package var isColumnRowDepth: Bool

    public init(block: Int, isColumnRowDepth: Bool = false) {
        self.block = block
        self.isColumnRowDepth = isColumnRowDepth
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        guard x.rank == 4, block >= 1, block <= Int32.max, x[1] % (block * block) == 0 else {
            throw OperatorError("takes [N, C \(block) \(block), H, W], not \(x)")
        }
        return try .checked([x[0], x[1] / (block * block), x[2] * block, x[3] * block])
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let (rows, columns) = (x[2], x[3])
        // From the channels [N, places, C, H, W] or [N, C, places, H, W].
        let plane = rows * columns
        let channel = isColumnRowDepth ? block * block * plane : plane
        let place = isColumnRowDepth ? plane : shape[1] * plane
        return Array(
            StridedPositions(
                extents: [shape[0], shape[1], rows, block, columns, block],
                strides: [x[1] * plane, channel, columns, place * block, 1, place]))
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
