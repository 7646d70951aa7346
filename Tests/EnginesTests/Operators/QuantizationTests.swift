import Engines
import NetworkGraph
import Tensors
import Testing

/// Quantised operators held against hand-computed results and against their definition in integers.
@Suite struct QuantizationTests {
    private func integers(_ shape: Shape, _ values: [Int64]) -> AnyTensor { .int64(Tensor(shape, values)) }

    private func scalar(_ value: Float) -> AnyTensor { .float32(Tensor([], [value])) }

    private func zero(_ value: Int64) -> AnyTensor { .int64(Tensor([], [value])) }

    @Test("Halves go to the even integer, what lies outside the range to its ends, NaN to the zero point")
    func quantize() throws {
        let x = vector(0, 1, 3, -1, 5, 1000, -1000, .infinity, .nan)
        let y = try numbers(QuantizeLinear(), [x, scalar(2), zero(128)])
        #expect(y.elements == [128, 128, 130, 128, 130, 255, 0, 255, 128])
        let signed = QuantizeLinear(range: IntegerRange(bits: 8, isSigned: true))
        #expect(try numbers(signed, [vector(300, -300, 3), scalar(2), nil]).elements == [127, -128, 2])
    }

    @Test("Scales are one for all, one along an axis, or one for each block of it")
    func groups() throws {
        let x = integers([2, 4], [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(
            try numbers(DequantizeLinear(groups: .init(axis: 0)), [x, vector(1, 10), integers([2], [1, 0])]).elements
                == [0, 1, 2, 3, 50, 60, 70, 80])
        let blocks = DequantizeLinear(groups: .init(axis: 1, block: 3))
        #expect(
            try numbers(blocks, [x, tensor([2, 2], [1, 10, 100, 1000])]).elements
                == [1, 2, 3, 40, 500, 600, 700, 8000])
        #expect(throws: OperatorError.self) { try numbers(blocks, [x, tensor([2, 3], [1, 1, 1, 1, 1, 1])]) }
        #expect(throws: OperatorError.self) { try numbers(DequantizeLinear(), [x, vector(1, 2, 3)]) }
    }

    @Test("The range of numbers that are quantised as they come holds 0, and a range of 0 has scale 1")
    func dynamic() throws {
        let x = vector(0, 2, -3, -2.5, 1.34, 0.5)
        let scale = try numbers(DynamicQuantizeLinear(giving: .scale), [x]).elements[0]
        #expect(scale == Double(Float(5) / 255))
        #expect(try numbers(DynamicQuantizeLinear(giving: .zeroPoint), [x]).elements == [153])
        #expect(try numbers(DynamicQuantizeLinear(), [x]).elements == [153, 255, 0, 26, 221, 179])
        #expect(try numbers(DynamicQuantizeLinear(giving: .scale), [vector(0, 0)]).elements == [1])
        #expect(try numbers(DynamicQuantizeLinear(), [vector(0, 0)]).elements == [0, 0])
    }

    @Test("A convolution of integers takes padding for the zero point, and zero points for each output channel")
    func integerConvolution() throws {
        let x = integers([1, 1, 3, 3], [2, 3, 4, 5, 6, 7, 8, 9, 10])
        let w = integers([1, 1, 2, 2], [1, 1, 1, 1])
        #expect(try numbers(IntegerConvolution(Convolution()), [x, w, zero(1)]).elements == [12, 16, 24, 28])
        let padded = IntegerConvolution(Convolution(padding: .explicit(begin: [1, 1], end: [1, 1])))
        #expect(
            try numbers(padded, [x, w, zero(1)]).elements
                == [1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9])
        let two = integers([2, 1, 2, 2], [1, 1, 1, 1, 3, 3, 3, 3])
        #expect(
            try numbers(IntegerConvolution(Convolution()), [x, two, nil, integers([2], [0, 2])]).elements
                == [16, 20, 28, 32, 16, 20, 28, 32])
    }

    @Test("Matrix products of integers have zero points for rows and columns")
    func integerMatMul() throws {
        let (a, b) = (integers([2, 2], [1, 2, 3, 4]), integers([2, 2], [5, 6, 7, 8]))
        #expect(try numbers(IntegerMatMul(), [a, b]).elements == [19, 22, 43, 50])
        // (1 2; 3 4) - (1; 2) and (5 6; 7 8) - (1 2)
        #expect(
            try numbers(IntegerMatMul(), [a, b, integers([2], [1, 2]), integers([2], [1, 2])]).elements
                == [6, 6, 16, 16])
    }

    @Test("A sum that 32 bits do not hold is cut to them")
    func overflow() throws {
        let count = 40_000
        let rows = integers([1, count], [Int64](repeating: 255, count: count))
        let columns = integers([count, 1], [Int64](repeating: 255, count: count))
        #expect(
            try numbers(IntegerMatMul(), [rows, columns]).elements
                == [Double(Int32(truncatingIfNeeded: 255 * 255 * count))])
    }

    @Test("Quantised convolutions and products sum exactly, add the bias and rescale once, in every arithmetic")
    func quantized() throws {
        let x = integers([1, 2, 1, 2], [130, 128, 0, 255])
        let w = integers([2, 2, 1, 1], [1, -2, 3, 4])
        let convolution = QuantizedConvolution(Convolution(), range: .uint8)
        let inputs: [AnyTensor?] = [
            x, scalar(0.5), zero(128), w, vector(0.25, 0.5), integers([2], [0, 0]), scalar(0.5), zero(100),
            integers([2], [6, -10]),
        ]
        // Sums 2 + 256, 0 - 254 and 6 - 512, 0 + 508; with the bias 264, -248 and -516, 498; times 1/4 and 1/2.
        for arithmetic in ArithmeticName.allCases {
            #expect(try numbers(convolution, inputs, in: arithmetic).elements == [166, 38, 0, 255])
        }
        let product = QuantizedMatMul(range: IntegerRange(bits: 8, isSigned: true))
        #expect(
            try numbers(
                product,
                [
                    integers([1, 2], [3, 4]), scalar(1), zero(0), integers([2, 2], [1, 2, 3, -4]), vector(0.5, 1),
                    integers([2], [0, 0]), scalar(1), zero(1),
                ]
            ).elements == [9, -9])
    }

    @Test("A pool of integers takes the largest")
    func pool() throws {
        let x = integers([1, 1, 2, 2], [1, -5, 7, 3])
        let y = try ArithmeticName.fp16FMA.apply(MaxPool(window: SlidingWindow(kernel: [2, 2])), to: [x])
        #expect(y == integers([1, 1, 1, 1], [7]))
    }
}
