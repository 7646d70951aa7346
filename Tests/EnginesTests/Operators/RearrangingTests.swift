import Engines
import NetworkGraph
import Tensors
import Testing

@Suite struct RearrangingTests {
    @Test("Hand-computed transpositions")
    func byHand() throws {
        let x = tensor([2, 3], [1, 2, 3, 4, 5, 6])
        #expect(try numbers(Transpose(), [x]) == Tensor([3, 2], [1, 4, 2, 5, 3, 6]))
        #expect(try numbers(Transpose(permutation: [0, 1]), [x]) == Tensor([2, 3], [1, 2, 3, 4, 5, 6]))
    }

    static let permutations = [
        [0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [0, 1, 3, 2],
    ]

    @Test("Axis i of the output is axis permutation[i] of the input", arguments: permutations)
    func definition(permutation: [Int]) throws {
        let x = Tensor<Float>([2, 3, 1, 4], (0..<24).map(Float.init))
        let y = try numbers(Transpose(permutation: permutation), [.float32(x)])
        let expected = tabulated(Shape(permutation.map { x.shape[$0] })) { index in
            let own = (0..<4).map { axis in index[permutation.firstIndex(of: axis) ?? 0] }
            return Double(x[own[0], own[1], own[2], own[3]])
        }
        #expect(y == expected)
    }

    @Test("A permutation and then its inverse change nothing", arguments: permutations)
    func inverse(permutation: [Int]) throws {
        let x = AnyTensor.float32(smallIntegers([2, 3, 4, 5]))
        let inverse = permutation.indices.map { axis in permutation.firstIndex(of: axis) ?? 0 }
        let there = try ArithmeticName.fp32.apply(Transpose(permutation: permutation), to: [x])
        #expect(try ArithmeticName.fp32.apply(Transpose(permutation: inverse), to: [there]) == x)
    }

    @Test("Tensors are joined along the first, the last or an axis between")
    func concat() throws {
        let (a, b) = (tensor([1, 2, 2], [1, 2, 3, 4]), tensor([1, 2, 1], [5, 6]))
        #expect(try numbers(Concat(axis: -1), [a, b, b]) == Tensor([1, 2, 4], [1, 2, 5, 5, 3, 4, 6, 6]))
        #expect(try numbers(Concat(axis: 0), [b, b]) == Tensor([2, 2, 1], [5, 6, 5, 6]))
        #expect(try numbers(Concat(axis: 1), [a, a]) == Tensor([1, 4, 2], [1, 2, 3, 4, 1, 2, 3, 4]))
        #expect(try numbers(Concat(axis: 0), [tensor([0, 2], []), tensor([1, 2], [1, 2])]).elements == [1, 2])
        #expect(try numbers(Concat(axis: 1), [tensor([0, 2], []), tensor([0, 1], [])]).shape == [0, 3])
    }

    @Test("Elements are put where the indices say, the last of several for one place", arguments: [0, 1, 2, -1])
    func scatter(axis: Int) throws {
        let (x, updates) = (smallIntegers([3, 4, 5]), tensor([2, 3, 4], (0..<24).map { 100 + Float($0) }))
        let counted = axis < 0 ? axis + 3 : axis
        let extent = [3, 4, 5][counted]
        let places: [Int64] = (0..<24).map { number in
            let place = number * 7 % extent
            return Int64(number % 4 == 0 ? place - extent : place)
        }
        let indices = AnyTensor.int64(Tensor([2, 3, 4], places))
        var expected = x.map(Double.init).elements
        for (position, place) in places.enumerated() {
            var index = Shape([2, 3, 4]).index(at: position)
            index[counted] = Int(place) < 0 ? Int(place) + x.shape[counted] : Int(place)
            expected[(index[0] * 4 + index[1]) * 5 + index[2]] = 100 + Double(position)
        }
        #expect(
            try numbers(ScatterElements(axis: axis), [.float32(x), indices, updates]) == Tensor([3, 4, 5], expected))
    }

    @Test("Indices outside the axis, or more than the elements put, are refused")
    func scatterRefusals() throws {
        let (x, updates) = (tensor([2, 2], [1, 2, 3, 4]), tensor([1, 2], [5, 6]))
        for indices in [Tensor<Int64>([1, 2], [0, 2]), Tensor([1, 2], [-3, 0]), Tensor([2, 2], [0, 0, 0, 0])] {
            #expect(throws: OperatorError.self) {
                try numbers(ScatterElements(), [x, .int64(indices), updates])
            }
        }
    }

    /// Operators that keep the elements in their order, with the shape they give to [2, 1, 3].
    static let reshaping: [(any Operator, AnyTensor?, Shape)] = [
        (Flatten(), nil, [2, 3]), (Flatten(axis: 0), nil, [1, 6]), (Squeeze(), nil, [2, 3]),
        (Reshape(), integers(3, -1), [3, 2]), (Reshape(), integers(0, 3, 1), [2, 3, 1]),
        (Squeeze(), integers(-2), [2, 3]), (Unsqueeze(), integers(0, -1), [1, 2, 1, 3, 1]),
    ]

    private static func integers(_ values: Int64...) -> AnyTensor { .int64(Tensor([values.count], values)) }

    @Test("A new shape keeps the elements in their order", arguments: reshaping.indices)
    func keepsOrder(index: Int) throws {
        let (operation, argument, shape) = Self.reshaping[index]
        let x = smallIntegers([2, 1, 3])
        #expect(
            try numbers(operation, [.float32(x)] + (argument.map { [$0] } ?? []))
                == x.map(Double.init).reshaped(to: shape))
    }
}
