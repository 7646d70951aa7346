import NetworkGraph
import Tensors
import Testing

private func real(_ shape: Shape) -> TensorType? { .real(shape) }
private func boolean(_ shape: Shape) -> TensorType? { TensorType(.boolean, shape) }
private func integers(_ values: [Int]) -> TensorType? { TensorType(.integer, [values.count], integers: values) }

/// An operator applied to inputs, and the type it gives.
private let fitting: [(any Operator, [TensorType?], TensorType?)] = [
    (ActivationFunction.relu, [real([2, 3])], real([2, 3])),
    (ActivationFunction.identity, [boolean([2])], boolean([2])),
    (AveragePool(window: .init(kernel: [2, 3])), [real([1, 4, 5, 5])], real([1, 4, 4, 3])),
    (BatchNormalization(), [real([2, 3, 4])] + [TensorType?](repeating: real([3]), count: 4), real([2, 3, 4])),
    (BinaryArithmetic.add, [real([3, 1]), real([2])], real([3, 2])),
    (BinaryArithmetic.multiply, [real([]), real([4, 5])], real([4, 5])),
    (BinaryArithmetic.divide, [real([0, 2]), real([1, 1])], real([0, 2])),
    (Clip(), [real([3]), nil, real([])], real([3])),
    (Comparison.less, [real([2, 1]), real([1, 3])], boolean([2, 3])),
    (Concat(axis: 1), [real([2, 3]), real([2, 4]), real([2, 0])], real([2, 7])),
    (Concat(axis: -2), [real([2, 3]), real([4, 3])], real([6, 3])),
    (Convolution(), [real([2, 3, 8, 9]), real([5, 3, 3, 2]), real([5])], real([2, 5, 6, 8])),
    (Convolution(strides: [2], padding: .sameUpper), [real([1, 1, 7]), real([1, 1, 3])], real([1, 1, 4])),
    (Convolution(dilations: [2, 2]), [real([1, 1, 7, 7]), real([1, 1, 3, 3])], real([1, 1, 3, 3])),
    (Convolution(groups: 2), [real([1, 4, 3]), real([6, 2, 1])], real([1, 6, 3])),
    (Flatten(), [real([2, 3, 4])], real([2, 12])),
    (Flatten(axis: 0), [real([2, 3])], real([1, 6])),
    (Flatten(axis: -1), [real([2, 3, 4])], real([6, 4])),
    (Flatten(axis: 3), [real([2, 3, 4])], real([24, 1])),
    (Gemm(), [real([2, 3]), real([3, 4]), real([4])], real([2, 4])),
    (Gemm(transposesA: true, transposesB: true), [real([3, 2]), real([4, 3]), real([2, 1])], real([2, 4])),
    (GlobalAveragePool(), [real([2, 3, 4, 5])], real([2, 3, 1, 1])),
    (MatMul(), [real([2, 3]), real([3, 4])], real([2, 4])),
    (MatMul(), [real([3]), real([3])], real([])),
    (MatMul(), [real([3]), real([5, 3, 4])], real([5, 4])),
    (MatMul(), [real([2, 1, 2, 3]), real([5, 3, 4])], real([2, 5, 2, 4])),
    (MaxPool(window: .init(kernel: [3], strides: [2], ceilMode: true)), [real([1, 2, 6])], real([1, 2, 3])),
    (Not(), [boolean([2])], boolean([2])),
    (PReLU(), [real([1, 3, 4]), real([3, 1])], real([1, 3, 4])),
    (PReLU(slopesAreChannels: true), [real([1, 3, 4]), real([3])], real([1, 3, 4])),
    (Reshape(), [real([2, 3, 4]), integers([4, -1])], real([4, 6])),
    (Reshape(), [real([2, 3, 4]), integers([0, 12])], real([2, 12])),
    (Reshape(), [real([0, 3]), integers([0, 5])], real([0, 5])),
    (Reshape(allowsZero: true), [real([0, 3]), integers([5, 0])], real([5, 0])),
    (Reshape(), [real([1]), integers([])], real([])),
    (Softmax(axis: -1), [real([2, 3])], real([2, 3])),
    (Softmax(axis: 2, spansFollowingAxes: true), [real([2, 3])], real([2, 3])),
    (Squeeze(), [real([1, 3, 1])], real([3])),
    (Squeeze(), [real([1, 3, 1]), integers([-1])], real([1, 3])),
    (Transpose(), [real([2, 3, 4])], real([4, 3, 2])),
    (Transpose(permutation: [0, 2, 1]), [real([2, 3, 4])], real([2, 4, 3])),
    (Unsqueeze(), [real([3]), integers([0, -1])], real([1, 3, 1])),
    (Where(), [boolean([3, 1]), real([2]), real([1, 1, 1])], real([1, 3, 2])),
]

/// An operator applied to inputs that do not fit, and a part of the message.
private let unfit: [(any Operator, [TensorType?], String)] = [
    (ActivationFunction.relu, [], "has no input"),
    (ActivationFunction.relu, [boolean([2])], "takes a real input (input 0), not a boolean one"),
    (AveragePool(window: .init(kernel: [2])), [real([1, 4])], "takes [N, C, spatial...]"),
    (BatchNormalization(), [real([2, 3])] + [TensorType?](repeating: real([2]), count: 4), "for 3 channels"),
    (BinaryArithmetic.add, [real([3]), real([2])], "cannot broadcast [3] and [2]"),
    (BinaryArithmetic.add, [real([3]), nil], "has no B"),
    (BinaryArithmetic.add, [real([1 << 16, 1]), real([1, 1 << 16])], "more than 2147483648 elements"),
    (Clip(), [real([3]), real([3])], "minimum [3]"),
    (Comparison.less, [real([3]), integers([1, 2, 3])], "takes inputs of one kind, not of kinds real and integer"),
    (Concat(axis: 2), [real([2, 3])], "has axis 2"),
    (Concat(axis: 1), [real([2, 3]), real([3, 3])], "joins [2, 3] and [3, 3] along axis 1"),
    (Concat(axis: 0), [real([2, 3]), real([2])], "joins [2, 3] and [2]"),
    (Convolution(), [real([1, 3, 8]), real([5, 2, 3])], "3 input channels"),
    (Convolution(), [real([1, 3, 8]), real([5, 3, 3, 3])], "of equal rank"),
    (Convolution(), [real([1, 3]), real([5, 3])], "of equal rank"),
    (Convolution(), [real([1, 3, 8]), real([5, 3, 3]), real([4])], "bias [4] for 5"),
    (Convolution(), [real([1, 3, 8]), real([5, 3, 0])], "kernel [0]"),
    (Convolution(kernel: [2]), [real([1, 3, 8]), real([5, 3, 3])], "declares a kernel of [2]"),
    (Convolution(groups: 0), [real([1, 3, 8]), real([5, 3, 3])], "0 groups"),
    (Convolution(groups: 3), [real([1, 3, 8]), real([5, 1, 3])], "3 groups"),
    (Convolution(groups: .max), [real([1, 4, 8]), real([4, 2, 3])], "groups"),
    (Convolution(groups: .max), [real([1, 0, 8]), real([0, 0, 3])], "groups"),
    (Convolution(groups: .min), [real([1, 4, 8]), real([4, 2, 3])], "groups"),
    (Flatten(axis: 4), [real([2, 3, 4])], "has axis 4"),
    (Flatten(axis: .min), [real([2, 3, 4])], "has axis -9223372036854775808"),
    (Gemm(), [real([2, 3]), real([2, 3])], "multiplies 2x3 by 2x3"),
    (Gemm(), [real([2, 3, 1]), real([2, 3])], "takes two matrices"),
    (Gemm(), [real([2, 3]), real([3, 4]), real([3])], "cannot broadcast"),
    (Gemm(), [real([1, 3]), real([3, 4]), real([2, 4])], "cannot broadcast C [2, 4] to [1, 4]"),
    (GlobalAveragePool(), [real([2, 3])], "takes [N, C, spatial...]"),
    (MatMul(), [real([2, 3]), real([2, 3])], "3 columns, 2 rows"),
    (MatMul(), [real([]), real([2, 3])], "takes no scalars"),
    (MatMul(), [real([2, 2, 3]), real([4, 3, 2])], "cannot broadcast [2] and [4]"),
    (MaxPool(window: .init(kernel: [5])), [real([1, 2, 4])], "window of 5 on an axis of 4"),
    (Not(), [real([2])], "takes a boolean input"),
    (PReLU(), [real([1, 3, 4]), real([3])], "[3]"),
    (PReLU(), [real([3]), real([2, 3])], "cannot broadcast slope [2, 3] to input [3]"),
    (Reshape(), [real([2, 3]), integers([4])], "cannot arrange 6 elements as [4]"),
    (Reshape(), [real([2, 3]), integers([4, -1])], "cannot arrange 6 elements as [4, -1]"),
    (Reshape(), [real([2, 3]), integers([-1, -1])], "negative"),
    (Reshape(), [real([2, 3]), integers([-2, -3])], "negative"),
    (Reshape(), [real([2, 3]), integers([1, 1, 0])], "copies axis 2"),
    (Reshape(allowsZero: true), [real([2, 3]), integers([0, -1])], "cannot arrange"),
    (Reshape(), [real([2, 3]), integers([Int.max, Int.max])], "more than"),
    (Reshape(), [real([2, 3]), TensorType(.integer, [2])], "not known yet"),
    (Reshape(), [real([2, 3]), real([2])], "takes a integer shape"),
    (Softmax(axis: 2), [real([2, 3])], "has axis 2"),
    (Softmax(axis: -3), [real([2, 3])], "has axis -3"),
    (Squeeze(), [real([1, 3]), integers([1])], "removes axes"),
    (Squeeze(), [real([1, 3]), integers([2])], "has axes [2] for rank 2"),
    (Squeeze(), [real([1, 3]), integers([0, -2])], "has axes [0, -2] for rank 2"),
    (Transpose(permutation: [0, 0]), [real([2, 3])], "permutation [0, 0]"),
    (Transpose(permutation: [0]), [real([2, 3])], "permutation [0]"),
    (Unsqueeze(), [real([3]), integers([2])], "has axes [2] for rank 2"),
    (Unsqueeze(), [real([3]), integers([.min])], "for rank 2"),
    (Unsqueeze(), [real([3]), nil], "has no axes"),
    (Where(), [real([3]), real([3]), real([3])], "takes a boolean condition"),
    (Where(), [boolean([3]), real([2]), real([3])], "cannot broadcast"),
]

/// Windows whose padding alone would fill the memory.
private let overlyPadded: [(any Operator, [TensorType?])] = {
    let most = Int(Int32.max)
    let padding = SlidingWindow.Padding.explicit(begin: [most, most], end: [most, most])
    let strides = [most, most]
    return [
        (Convolution(strides: strides, padding: padding), [real([1, 1, 2, 2]), real([1, 1, 1, 1])]),
        (MaxPool(window: .init(kernel: [1, 1], strides: strides, padding: padding)), [real([1, 1, 2, 2])]),
        (MaxPool(window: .init(kernel: [most, most], padding: .sameUpper)), [real([1, 1, 2, 2])]),
        (AveragePool(window: .init(kernel: [most, most], padding: .sameLower)), [real([1, 1, 2, 2])]),
        (
            MaxPool(window: .init(kernel: [2, 2], dilations: [1 << 14, 1 << 14], padding: .sameUpper)),
            [real([1 << 6, 1 << 6, 2, 2])]
        ),
    ]
}()

@Suite struct OperatorTypeTests {
    @Test("Hand-computed types of outputs", arguments: fitting.indices)
    func outputTypes(index: Int) throws {
        let (operation, inputs, output) = fitting[index]
        #expect(try operation.outputTypes(for: inputs) == [output], "\(operation) of \(inputs)")
    }

    @Test("Inputs that do not fit are refused, with the reason", arguments: unfit.indices)
    func refused(index: Int) {
        let (operation, inputs, reason) = unfit[index]
        #expect("\(operation) of \(inputs)") {
            try operation.outputTypes(for: inputs)
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("A window that needs more padded input than a tensor may have is refused", arguments: overlyPadded.indices)
    func overlyPaddedInput(index: Int) {
        let (operation, inputs) = overlyPadded[index]
        #expect("\(operation)") {
            try operation.outputTypes(for: inputs)
        } throws: { error in
            "\(error)".contains("padding")
        }
    }

    @Test("Broadcasting is symmetric, and leaves a shape that it fits into unchanged")
    func broadcasting() throws {
        let shapes: [Shape] = [[], [1], [3], [2, 1], [2, 3], [1, 2, 1], [4, 1, 3], [0, 1, 3]]
        for left in shapes {
            #expect(try Shape.broadcast(left, left) == left)
            for right in shapes {
                let joint = try? Shape.broadcast(left, right)
                #expect((try? Shape.broadcast(right, left)) == joint)
                if let joint {
                    #expect(try Shape.broadcast(left, joint) == joint)
                    #expect(left.broadcastStrides(to: joint).count == joint.rank)
                }
            }
        }
    }

    @Test("Strides are 0 along the axes that are repeated")
    func broadcastStrides() {
        #expect(Shape([3, 1]).broadcastStrides(to: [2, 3, 4]) == [0, 1, 0])
        #expect(Shape([4]).broadcastStrides(to: [2, 3, 4]) == [0, 0, 1])
        #expect(Shape([2, 3, 4]).broadcastStrides(to: [2, 3, 4]) == [12, 4, 1])
    }

    @Test("Multiply-adds are counted: one for each factor of each output")
    func multiplyAdds() {
        // The first convolution of RNet: 28 maps of 22 x 22, each from 3 x 3 x 3 factors.
        #expect(
            Convolution().multiplyAdds(
                from: [real([1, 3, 24, 24]), real([28, 3, 3, 3])], to: .real([1, 28, 22, 22])) == 28 * 22 * 22 * 27)
        #expect(MatMul().multiplyAdds(from: [real([2, 3]), real([3, 4])], to: .real([2, 4])) == 24)
        #expect(
            Gemm(transposesA: true).multiplyAdds(from: [real([3, 2]), real([3, 4])], to: .real([2, 4])) == 24)
        // What 64 bits do not hold stops at what they do.
        let many = real([1 << 16, 1 << 31])
        #expect(MatMul().multiplyAdds(from: [many, nil], to: .real([1 << 16, 1 << 31])) == .max)
        #expect([Int.max, 1, .max].saturatingSum == .max && [1, 2].saturatingSum == 3)
        #expect(PReLU().multiplyAdds(from: [real([2]), real([2])], to: .real([2])) == 0)
    }

    @Test("A long progression has a shape, but is not written out before the network runs")
    func longProgression() throws {
        func type(_ limit: Int) throws -> TensorType {
            let bounds = [0, limit, 1].map { TensorType(.integer, [], integers: [$0]) }
            return try Progression().outputTypes(for: bounds)[0]
        }
        #expect(try type(3).integers == [0, 1, 2])
        // Not as many as fill the memory, so that the test fails where they are written out, and ends.
        let long = try type(1 << 21)
        #expect(long.shape == [1 << 21] && long.integers == nil)
    }
}
