import Engines
import NetworkGraph
import Tensors
import Testing

private func integers(_ values: Int64...) -> AnyTensor { .int64(Tensor([values.count], values)) }

/// Integers are what type inference knows of them, and what an engine computes.
@Suite struct ShapeArithmeticTests {
    private func apply(_ operation: any Operator, _ inputs: AnyTensor?...) throws -> AnyTensor {
        try ArithmeticName.fp32.apply(operation, to: inputs)
    }

    @Test("A shape is its extents, or those of some axes")
    func shape() throws {
        let x = AnyTensor.float32(Tensor([2, 3, 4], repeating: 0))
        #expect(try apply(ShapeOf(), x) == integers(2, 3, 4))
        #expect(try apply(ShapeOf(start: -2), x) == integers(3, 4))
        #expect(try apply(ShapeOf(start: 1, end: -1), x) == integers(3))
        #expect(try apply(SizeOf(), x) == .int64(Tensor([], [24])))
    }

    @Test("Division of integers cuts toward zero, remainders have the divisor's sign, or with fmod the dividend's")
    func division() throws {
        let (a, b) = (integers(7, -7, 7, -7), integers(2, 2, -2, -2))
        #expect(try apply(BinaryArithmetic.divide, a, b) == integers(3, -3, -3, 3))
        #expect(try apply(BinaryArithmetic.modulo, a, b) == integers(1, 1, -1, -1))
        #expect(try apply(BinaryArithmetic.remainder, a, b) == integers(1, -1, 1, -1))
        #expect(throws: OperatorError.self) { try apply(BinaryArithmetic.divide, a, integers(0)) }
    }

    @Test("Whole powers of integers, and what is left of negative ones")
    func powers() throws {
        #expect(
            try apply(BinaryArithmetic.power, integers(2, -3, 7, 1, -1, 5), integers(10, 3, 0, -4, -3, -1))
                == integers(1024, -27, 1, 1, -1, 0))
    }

    @Test("No integers make a program trap: sums and products wrap, as those of 64 bits do")
    func wraps() throws {
        let extremes = integers(.max, .min, .min)
        #expect(try apply(BinaryArithmetic.add, extremes, integers(1, -1, 0)) == integers(.min, .max, .min))
        #expect(try apply(BinaryArithmetic.divide, extremes, integers(1, -1, -1)) == integers(.max, .min, .min))
        #expect(try apply(ActivationFunction.absolute, extremes) == integers(.max, .min, .min))
        #expect(try apply(ActivationFunction.negation, extremes) == integers(-.max, .min, .min))
        #expect(throws: OperatorError.self) {
            try apply(Progression(), .int64(Tensor([], [.min])), .int64(Tensor([], [.max])), .int64(Tensor([], [1])))
        }
    }

    @Test("Numbers become integers by cutting toward zero, and then to the type's bits; NaN becomes 0")
    func casts() throws {
        let x = AnyTensor.float32(Tensor([5], [1.9, -1.9, 300, .nan, .infinity]))
        #expect(try apply(Cast(to: .integer(bits: 64, isSigned: true)), x) == integers(1, -1, 300, 0, .max))
        #expect(try apply(Cast(to: .integer(bits: 8, isSigned: false)), x) == integers(1, 255, 44, 0, 255))
        #expect(try apply(Cast(to: .boolean), x) == .bool(Tensor([5], [true, true, true, true, true])))
        #expect(
            try apply(Cast(to: .float(.binary16)), .float32(Tensor([2], [0.1, 1e6])))
                == .float32(Tensor([2], [Float(Float16(0.1)), .infinity])))
    }

    @Test("A progression goes up to its limit and not to it, in either direction")
    func progressions() throws {
        func range(_ bounds: Int64...) throws -> AnyTensor {
            let scalars = bounds.map { AnyTensor.int64(Tensor([], [$0])) }
            return try apply(Progression(), scalars[0], scalars[1], scalars[2])
        }
        #expect(try range(1, 6, 2) == integers(1, 3, 5))
        #expect(try range(1, 7, 2) == integers(1, 3, 5))
        #expect(try range(5, 0, -2) == integers(5, 3, 1))
        #expect(try range(3, 3, 1) == .int64(Tensor([0], [])))
        #expect(try range(3, 5, -1) == .int64(Tensor([0], [])))
    }

    @Test("Slices count from either end and step in either direction, and what lies outside is cut")
    func slices() throws {
        let x = integers(0, 1, 2, 3, 4)
        func slice(_ start: Int64, _ end: Int64, _ step: Int64) throws -> AnyTensor {
            try apply(Slice(), x, integers(start), integers(end), integers(0), integers(step))
        }
        #expect(try slice(1, 4, 1) == integers(1, 2, 3))
        #expect(try slice(-2, .max, 1) == integers(3, 4))
        #expect(try slice(-1, .min, -2) == integers(4, 2, 0))
        #expect(try slice(3, 1, 1) == .int64(Tensor([0], [])))
        #expect(throws: OperatorError.self) { try slice(0, 1, 0) }
    }

    @Test("Elements of any kind are gathered, padded, expanded and chosen between")
    func anyKind() throws {
        #expect(try apply(Gather(), integers(5, 6, 7), integers(-1, 0)) == integers(7, 5))
        #expect(try apply(Pad(), integers(5), integers(1, 2)) == integers(0, 5, 0, 0))
        #expect(try apply(Pad(mode: .wrap), integers(5, 6, 7), integers(1, 1)) == integers(7, 5, 6, 7, 5))
        #expect(
            try apply(Expand(), .bool(Tensor([1], [true])), integers(3)) == .bool(Tensor([3], [true, true, true])))
        let isOpen = try apply(Comparison.equal, integers(-1, 4), integers(-1))
        #expect(try apply(Where(), isOpen, integers(9), integers(-1, 4)) == integers(9, 4))
        #expect(throws: OperatorError.self) { try apply(Gather(), integers(5, 6, 7), integers(3)) }
    }

    @Test("One graph whose flattening is computed from the input's shape serves every batch")
    func flattening() throws {
        // x.view(x.size(0), -1), as torch exports it
        let nodes = [
            Node(name: "shape", operator: ShapeOf(), inputs: ["x"], outputs: ["s"]),
            Node(name: "batch", operator: Gather(), inputs: ["s", "zero"], outputs: ["n"]),
            Node(name: "list", operator: Unsqueeze(), inputs: ["n", "axis"], outputs: ["l"]),
            Node(name: "join", operator: Concat(axis: 0), inputs: ["l", "rest"], outputs: ["to"]),
            Node(name: "view", operator: Reshape(), inputs: ["x", "to"], outputs: ["y"]),
        ]
        let graph = try Graph(
            name: "flat",
            inputs: [.init(name: "x", elementType: .float32, dimensions: [.symbolic("n"), .fixed(2), .fixed(3)])],
            outputs: ["y"], nodes: nodes,
            initializers: ["zero": .int64(Tensor([], [0])), "axis": integers(0), "rest": integers(-1)])
        for batch in [1, 4] {
            let x = AnyTensor.float32(Tensor([batch, 2, 3], (0..<batch * 6).map(Float.init)))
            #expect(try graph.tensorTypes(for: ["x": x.shape])["y"]?.shape == [batch, 6])
            #expect(try ArithmeticName.fp32.engine(for: graph).run(["x": x])["y"]?.shape == [batch, 6])
        }
    }
}
