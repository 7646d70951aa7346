import Engines
import NetworkGraph
import Tensors
import Testing

@Suite struct ElementwiseTests {
    private func flags(_ operation: any Operator, _ inputs: AnyTensor...) throws -> Tensor<Bool>? {
        guard case .bool(let flags) = try ArithmeticName.fp32.apply(operation, to: inputs) else { return nil }
        return flags
    }

    @Test(
        "Hand-computed sums, differences, products and quotients", arguments: ArithmeticName.allCases)
    func arithmetic(arithmetic: ArithmeticName) throws {
        func elements(_ operation: BinaryArithmetic) throws -> [Double] {
            try numbers(operation, [vector(6, -8, 1), vector(2, 4, 0.5)], in: arithmetic).elements
        }
        #expect(try elements(.add) == [8, -4, 1.5])
        #expect(try elements(.subtract) == [4, -12, 0.5])
        #expect(try elements(.multiply) == [12, -32, 0.5])
        #expect(try elements(.divide) == [3, -2, 2])
    }

    @Test("A quotient by zero is an infinity or NaN, as in IEEE 754")
    func zeroDivisor() throws {
        let y = try numbers(BinaryArithmetic.divide, [vector(1, -1, 0), vector(0)]).elements
        #expect(y[..<2] == [.infinity, -.infinity])
        #expect(y[2].isNaN)
    }

    /// Pairs of shapes that fit, one of them repeated along some axes.
    static let shapes: [(Shape, Shape)] = [
        ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], []), ([2, 3, 4], [4]), ([2, 3, 4], [3, 1]), ([2, 3, 4], [2, 1, 1]),
        ([2, 3, 4], [2, 1, 4]), ([2, 1, 4], [3, 1]), ([1], [5]), ([2, 1], [1, 3]), ([], []), ([0, 2], [1]),
        ([1, 3, 1, 2], [4, 1, 5, 1]), ([1, 1], [1]),
    ]

    @Test("Where an extent is 1 or missing the element is repeated", arguments: shapes.indices, [false, true])
    func broadcasting(index: Int, swapped: Bool) throws {
        let (first, second) = Self.shapes[index]
        let a = smallIntegers(swapped ? second : first)
        let b = smallIntegers(swapped ? first : second, seed: 2)
        let shape = try Shape.broadcast(a.shape, b.shape)
        func element(_ tensor: Tensor<Float>, _ index: [Int]) -> Double {
            let own = index.suffix(tensor.shape.rank)
            let position = zip(zip(own, tensor.shape.dimensions), tensor.shape.strides).reduce(0) {
                $0 + ($1.0.1 == 1 ? 0 : $1.0.0) * $1.1
            }
            return Double(tensor.elements[position])
        }
        #expect(
            try numbers(BinaryArithmetic.subtract, [.float32(a), .float32(b)])
                == tabulated(shape) { element(a, $0) - element(b, $0) })
        #expect(
            try flags(Comparison.less, .float32(a), .float32(b))
                == tabulated(shape) { element(a, $0) < element(b, $0) ? 1 : 0 }.map { $0 == 1 })
    }

    @Test("Comparisons of smaller, equal, larger numbers and NaN")
    func comparisons() throws {
        let (a, b) = (vector(1, 2, 3, .nan), vector(2, 2, 2, 2))
        #expect(try flags(Comparison.less, a, b)?.elements == [true, false, false, false])
        #expect(try flags(Comparison.lessOrEqual, a, b)?.elements == [true, true, false, false])
        #expect(try flags(Comparison.greater, a, b)?.elements == [false, false, true, false])
        #expect(try flags(Comparison.greaterOrEqual, a, b)?.elements == [false, true, true, false])
        #expect(try flags(Not(), .bool(Tensor([2], [true, false])))?.elements == [false, true])
    }

    @Test("A choice takes one element or the other unchanged, with broadcasting")
    func choice() throws {
        let condition = AnyTensor.bool(Tensor([2, 1], [true, false]))
        #expect(
            try numbers(Where(), [condition, vector(1, 2, 3), tensor([], [-1])])
                == Tensor([2, 3], [1, 2, 3, -1, -1, -1]))
        let y = try numbers(Where(), [.bool(Tensor([2], [true, false])), vector(1, .nan), vector(.nan, 2)])
        #expect(y.elements == [1, 2])
    }

    @Test("A range limits numbers on both sides, or on the one that is given; NaN stays")
    func clip() throws {
        let x = vector(-9, -1, 0, 1, 9)
        let (low, high) = (tensor([], [-2]), tensor([], [3]))
        #expect(try numbers(Clip(), [x, low, high]).elements == [-2, -1, 0, 1, 3])
        #expect(try numbers(Clip(), [x, low]).elements == [-2, -1, 0, 1, 9])
        #expect(try numbers(Clip(), [x, nil, high]).elements == [-9, -1, 0, 1, 3])
        #expect(try numbers(Clip(), [x]).elements == [-9, -1, 0, 1, 9])
        let greatest = Double(Float.greatestFiniteMagnitude)
        let infinities = vector(-.infinity, .infinity)
        #expect(try numbers(Clip(), [infinities]).elements == [-greatest, greatest])
        #expect(try numbers(Clip(), [infinities], in: .fp64).elements == [-greatest, greatest])
        #expect(try numbers(Clip(), [infinities], in: .fp16Storage).elements == [-65504, 65504])
        #expect(try numbers(Clip(), [vector(.nan), low, high]).elements[0].isNaN)
        // ONNX: where the limits are crossed, the maximum holds.
        #expect(try numbers(Clip(), [x, high, low]).elements == [-2, -2, -2, -2, -2])
    }

    @Test("A normalisation takes each channel's mean and variance to its shift and scale")
    func batchNormalization() throws {
        let x = tensor([2, 2, 2], [3, 5, 1, 1, -1, 1, 0, 4])
        let (scale, shift) = (vector(2, 3), vector(5, -1))
        let (mean, variance) = (vector(1, 1), vector(4, 9))
        // Channel 0: (x - 1) * 2 / 2 + 5, channel 1: (x - 1) * 3 / 3 - 1
        let expected = Tensor<Double>([2, 2, 2], [7, 9, -1, -1, 3, 5, -2, 2])
        let normalization = BatchNormalization(epsilon: 0)
        #expect(try numbers(normalization, [x, scale, shift, mean, variance]) == expected)
        // epsilon is added to the variance: 3 + 1 = 4
        let one = vector(1)
        #expect(
            try numbers(BatchNormalization(epsilon: 1), [tensor([1, 1], [9]), one, vector(0), one, vector(3)]).elements
                == [4])
    }

    @Test("Integers are limited as numbers are, also where they say something about shapes")
    func clippedIntegers() throws {
        let x = AnyTensor.int64(Tensor([4], [-5, 0, 3, 9]))
        func limit(_ number: Int64) -> AnyTensor { .int64(Tensor([], [number])) }
        for (low, high, wanted) in [
            (limit(-1), limit(3), [-1, 0, 3, 3]), (nil, limit(0), [-5, 0, 0, 0]), (limit(2), nil, [2, 2, 3, 9]),
            (limit(5), limit(2), [2, 2, 2, 2]),
        ] as [(AnyTensor?, AnyTensor?, [Int64])] {
            let found = try ArithmeticName.fp32.apply(Clip(), to: [x, low, high])
            #expect(found == .int64(Tensor([4], wanted)))
            let type = try Clip().outputTypes(for: [x, low, high].map { $0.map { TensorType(of: $0) } })[0]
            #expect(type.integers == wanted.map { Int($0) })
        }
        let graph = try Graph(
            name: "integers", inputs: [.init(name: "x", elementType: .int64, dimensions: [.fixed(4)])], outputs: ["y"],
            nodes: [Node(name: "clip", operator: Clip(), inputs: ["x", "low", "high"], outputs: ["y"])],
            initializers: ["low": limit(-1), "high": limit(3)])
        #expect(try ArithmeticName.fp32.engine(for: graph).run(["x": x])["y"] == .int64(Tensor([4], [-1, 0, 3, 3])))
        #expect(throws: OperatorError.self) {
            try ArithmeticName.fp32.apply(Clip(), to: [x, .float32(Tensor([], [1]))])
        }
    }
}
