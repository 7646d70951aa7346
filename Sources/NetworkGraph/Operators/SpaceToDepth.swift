import Tensors

/// Blocks of pixels laid out as channels (ONNX SpaceToDepth): [N, C, H b, W b] becomes [N, b b C, H, W].
public struct SpaceToDepth: RearrangingOperator {
    public var name: String { "SpaceToDepth" }
    package var block: Int

    public init(block: Int) {
        self.block = block
    }

    package func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        guard x.rank == 4, block >= 1, block <= Int32.max, x[2] % block == 0, x[3] % block == 0 else {
            throw OperatorError("takes [N, C, H, W] with H and W multiples of \(block), not \(x)")
        }
        return try .checked([x[0], x[1] * block * block, x[2] / block, x[3] / block])
    }

    package func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
        let x = try inputs.requiredOfAnyKind(0, "input").shape
        let (plane, columns) = (x[2] * x[3], x[3])
        return Array(
            StridedPositions(
                extents: [x[0], block, block, x[1], shape[2], shape[3]],
                strides: [x[1] * plane, columns, 1, plane, columns * block, block]))
    }

    public func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
}
