import Engines
import Foundation
import NetworkGraph
import Tensors
import Testing

/// Bounds where an operand's error decides what an operator does, or where an operand is left out.
@Suite struct DoubtfulOperandTests {
    private func bounds(
        _ operation: any Operator, _ inputs: [AnyTensor?], errors: [Tensor<Double>?]
    ) throws -> Tensor<Double> {
        let names = inputs.indices.map { inputs[$0] == nil ? nil : "x\($0)" }
        let node = Node(name: "it", operator: operation, inputs: names, outputs: ["y"])
        let exact = try ArithmeticName.fp64.apply(operation, to: inputs).float64
        return try RoundingBound.float32.errors(of: node, inputs: inputs, errors: errors, output: exact)
    }

    private func vector(_ numbers: Float...) -> AnyTensor { .float32(Tensor([numbers.count], numbers)) }

    @Test("The power of a base that may be 0 is off by as much as it may be in magnitude")
    func turningPower() throws {
        // 0.1 that may be from -0.1 to 0.3, squared.
        let bound = try bounds(
            BinaryArithmetic.power, [vector(0.1), vector(2)], errors: [Tensor([1], [0.2]), nil])
        #expect(bound.elements[0] >= 0.0899 && bound.elements[0] < 0.0901)
    }

    @Test("What a number near 0 divides has no bound")
    func poles() throws {
        let error = Tensor<Double>([1], [0.2])
        #expect(
            try bounds(BinaryArithmetic.power, [vector(0.1), vector(-2)], errors: [error, nil]).elements == [.infinity])
        #expect(try bounds(ActivationFunction.reciprocal, [vector(0.1)], errors: [error]).elements == [.infinity])
        #expect(
            try bounds(BinaryArithmetic.divide, [vector(1), vector(0.1)], errors: [nil, error]).elements == [.infinity])
        // 1 / (0.5 - 0.2) - 1 / 0.5
        let bound = try bounds(ActivationFunction.reciprocal, [vector(0.5)], errors: [error]).elements[0]
        #expect(bound >= 1.3333 && bound < 1.3334)
    }

    @Test("A root of what may be 0 may be 0, and where epsilon is added it is not below epsilon's root")
    func roots() throws {
        let error = Tensor<Double>([1], [0.75])
        let root = try bounds(ActivationFunction.squareRoot, [vector(0.25)], errors: [error]).elements[0]
        #expect(root >= 0.5 && root < 0.5001)
        #expect(try bounds(ActivationFunction.logarithm, [vector(0.25)], errors: [error]).elements == [.infinity])
        // Two numbers that may be equal, each divided by at least the root of 0.25.
        let normalized = try bounds(
            Normalization(.layer(axis: 1), epsilon: 0.25), [.float32(Tensor([1, 2], [0.1, -0.1])), vector(1, 1)],
            errors: [Tensor([1, 2], [0.2, 0.2]), nil])
        #expect(normalized.elements.allSatisfy { $0 > 0.2 && $0 < 2 })
    }

    @Test("In place of an infinity only the same infinity is right, whatever the others' errors are")
    func infinities() throws {
        let error = Tensor<Double>([2], [0.5, 0.5])
        for operation in BinaryArithmetic.allCases.prefix(3) {
            let bound = try bounds(operation, [vector(1, 1), vector(-.infinity, 2)], errors: [error, nil])
            #expect(bound.elements[0] == 0 && bound.elements[1] >= 0.5)
        }
    }

    @Test("What has no bound has none when it is multiplied by 0, or moved")
    func unbounded() throws {
        let infinite = Tensor<Double>([1, 1, 1], [.infinity])
        let x = AnyTensor.float32(Tensor([1, 1, 1], [1]))
        #expect(
            try bounds(Normalization(.layer(axis: 1)), [x, vector(0)], errors: [infinite, nil]).elements == [.infinity])
        #expect(try bounds(GlobalMaxPool(), [x], errors: [Tensor([1, 1, 1], [.nan])]).elements == [.infinity])
    }

    @Test("What a product loses among the subnormals is multiplied by the factors after it")
    func productOfSubnormals() throws {
        let numbers = AnyTensor.float32(Tensor([3], [0x1p-20, 0.51 * 0x1p-4, 1024]))
        let operation = Reduction(.product)
        let node = Node(name: "it", operator: operation, inputs: ["x"], outputs: ["y"])
        let exact = try ArithmeticName.fp64.apply(operation, to: [numbers]).float64
        let bound = try RoundingBound(of: .fp16FMA).errors(of: node, inputs: [numbers], errors: [nil], output: exact)
        // 0.51 of the least subnormal is stored as the whole.
        let computed = try ArithmeticName.fp16FMA.apply(operation, to: [numbers]).float64
        let error = abs(computed.elements[0] - exact.elements[0])
        #expect(error > 0.4 * 0x1p-24 * 1024 && error <= bound.elements[0])
    }

    @Test("A function that turns is off by what it is where it turns")
    func turningFunctions() throws {
        let error = Tensor<Double>([1], [1.1])
        // 0 for -1.1, and -1 just above -1.
        let limited = ActivationFunction.thresholdedReLU(alpha: -1)
        #expect(try bounds(limited, [vector(-1.1)], errors: [error]).elements[0] > 0.9999)
        // 1 - exp(-1) for -1, 0 for 0, and 0.1 for 0.1.
        let turned = ActivationFunction.elu(alpha: -1)
        #expect(try bounds(turned, [vector(-1)], errors: [error]).elements[0] >= 1 - exp(-1))
    }

    @Test("A softmax's number that is 0 in float64 may be as large as its exponent's error makes it")
    func vanishedPower() throws {
        // In 16 bits both may be the same number, whose softmax is one half.
        let apart = vector(0x1p20, 0x1p20 + 1000)
        let bound = try bounds(Softmax(axis: 0), [apart], errors: [Tensor([2], [1000, 1000])])
        #expect(bound.elements.allSatisfy { $0 >= 0.5 })
        // exp(-1000 + 2 * 480), and not more.
        let near = try bounds(Softmax(axis: 0), [apart], errors: [Tensor([2], [480, 480])])
        #expect(near.elements[0] >= exp(-40) && near.elements[0] < exp(-39))
        // exp(-1000 + 0.2) is less than float32 holds.
        let certain = try bounds(Softmax(axis: 0), [apart], errors: [Tensor([2], [0.1, 0.1])])
        #expect(certain.elements[0] < 1e-44)
        // Minus infinity leaves a number out, whatever the others' errors are.
        let masked = try bounds(Softmax(axis: 0), [vector(-.infinity, 1)], errors: [Tensor([2], [0, 1000])])
        #expect(masked.elements[0] < 1e-44)
    }

    @Test("Whether a number is 0 is in doubt where its error reaches 0, and not where it ends before")
    func truth() throws {
        for (error, doubt) in [(0.5, 1.0), (0.499, 0), (0.501, 1)] {
            for number: Float in [0.5, -0.5] {
                #expect(
                    try bounds(Cast(to: .boolean), [vector(number)], errors: [Tensor([1], [error])]).elements == [doubt]
                )
            }
        }
        #expect(try bounds(Cast(to: .boolean), [vector(0)], errors: [nil]).elements == [0])
    }

    @Test("Where a condition is in doubt the element taken may be the other one")
    func doubtfulChoice() throws {
        let condition = AnyTensor.bool(Tensor([2], [true, true]))
        let bound = try bounds(
            Where(), [condition, vector(1, 1), vector(5, 5)], errors: [Tensor([2], [1, 0]), nil, nil])
        #expect(bound.elements == [4, 0])
    }

    @Test("The bound of a resampled image shrinks with its numbers")
    func smallImages() throws {
        let image = Tensor<Float>([1, 1, 2, 2], [0.5, -0.25, 0.75, 0.375])
        func bound(_ factor: Float) throws -> Double {
            try bounds(
                Resize(.linear),
                [.float32(image.map { $0 * factor }), nil, nil, .int64(Tensor([4], [1, 1, 3, 3]))],
                errors: [nil, nil, nil, nil]
            ).elements.max() ?? 0
        }
        #expect(try bound(1) > 0 && abs(bound(0x1p-10) * 0x1p10 / bound(1) - 1) < 1e-6)
    }

    @Test("A scale of 255 parts reaches from 0 where all numbers are above it")
    func dynamicScale() throws {
        func bound(_ numbers: Float...) throws -> Double {
            try bounds(
                DynamicQuantizeLinear(giving: .scale), [.float32(Tensor([numbers.count], numbers))],
                errors: [Tensor([numbers.count], repeating: 0)]
            ).elements[0]
        }
        #expect(try bound(2, 4) == bound(0, 2, 4) && bound(-2, -4) == bound(0, -2, -4))
    }

    @Test("Without a zero point the bounds are those of a zero point of 0")
    func noZeroPoint() throws {
        let scale = AnyTensor.float32(Tensor([], [0.1]))
        let error = Tensor<Double>([], [0.001])
        let zero = AnyTensor.uint8(Tensor([], [0]))
        let steps = AnyTensor.uint8(Tensor([3], [1, 20, 200]))
        #expect(
            try bounds(DequantizeLinear(), [steps, scale, nil], errors: [nil, error, nil])
                == bounds(DequantizeLinear(), [steps, scale, zero], errors: [nil, error, nil]))
        #expect(
            try bounds(QuantizeLinear(), [vector(0.5, 3, 20), scale, nil], errors: [nil, error, nil])
                == bounds(QuantizeLinear(), [vector(0.5, 3, 20), scale, zero], errors: [nil, error, nil]))
    }
}
