import Engines
import NetworkGraph
import Tensors
import Testing

@Suite struct PoolingTests {
    private let row = tensor([1, 1, 5], [1, -2, 4, -8, -16])

    @Test("Hand-computed largest elements, with and without the last, partly filled window")
    func maxByHand() throws {
        #expect(try numbers(MaxPool(window: .init(kernel: [2], strides: [2])), [row]).elements == [1, 4])
        #expect(
            try numbers(MaxPool(window: .init(kernel: [2], strides: [2], ceilMode: true)), [row]).elements
                == [1, 4, -16])
    }

    @Test("Padding never is the largest, even where all numbers are negative")
    func paddingLoses() throws {
        let window = SlidingWindow(kernel: [2], padding: .explicit(begin: [1], end: [1]))
        #expect(try numbers(MaxPool(window: window), [tensor([1, 1, 2], [-5, -7])]).elements == [-5, -5, -7])
    }

    @Test("NaN under a window is its largest, and infinities are numbers", arguments: [0, 1, 2])
    func nan(position: Int) throws {
        var elements: [Float] = [1, .infinity, -.infinity, 2, -.infinity]
        elements[position] = .nan
        let pool = try numbers(MaxPool(window: .init(kernel: [3])), [tensor([1, 1, 5], elements)]).elements
        #expect(pool.map(\.isNaN) == (0..<3).map { ($0..<$0 + 3).contains(position) })
        #expect(
            try numbers(MaxPool(window: .init(kernel: [1])), [vectorOfInfinity]).elements == [-.infinity])
    }

    private let vectorOfInfinity = tensor([1, 1, 1], [-.infinity])

    @Test("Hand-computed means: padding counts as zeros, or does not count")
    func averageByHand() throws {
        let window = SlidingWindow(kernel: [2], strides: [2], padding: .explicit(begin: [1], end: [0]))
        // Windows: padding and 1; -2 and 4; -8 and -16
        #expect(try numbers(AveragePool(window: window), [row]).elements == [1, 1, -12])
        #expect(try numbers(AveragePool(window: window, countsPadding: true), [row]).elements == [0.5, 1, -12])
        // In ceil mode what lies behind the padding does not count.
        let ceil = SlidingWindow(kernel: [2], strides: [2], ceilMode: true)
        #expect(try numbers(AveragePool(window: ceil, countsPadding: true), [row]).elements == [-0.5, -2, -16])
    }

    @Test("The global mean is that of each map")
    func global() throws {
        let maps = tensor([1, 2, 2, 2], [1, 2, 3, 4, -1, 0, 0, 0])
        #expect(try numbers(GlobalAveragePool(), [maps]) == Tensor([1, 2, 1, 1], [2.5, -0.25]))
    }

    /// Windows of 3 x 2 on maps of 6 x 5.
    static let windows: [SlidingWindow] = [
        .init(kernel: [3, 2]), .init(kernel: [3, 2], strides: [2, 2]),
        .init(kernel: [3, 2], strides: [2, 2], ceilMode: true), .init(kernel: [3, 2], dilations: [2, 3]),
        .init(kernel: [3, 2], strides: [2, 2], padding: .sameUpper),
        .init(kernel: [3, 2], strides: [1, 3], padding: .sameLower),
        .init(
            kernel: [3, 2], strides: [2, 3], dilations: [1, 2], padding: .explicit(begin: [2, 0], end: [0, 1]),
            ceilMode: true),
    ]

    /// What a function of the elements inside the map gives for each window.
    private func pooled(
        _ x: Tensor<Float>, _ axes: [SlidingWindow.Axis], _ function: ([Double]) -> Double
    ) -> Tensor<Double> {
        tabulated(Shape([x.shape[0], x.shape[1]] + axes.map(\.outputExtent))) { index in
            let rows = (0..<3).map { axes[0].inputPosition(output: index[2], tap: $0) }.filter((0..<6).contains)
            let columns = (0..<2).map { axes[1].inputPosition(output: index[3], tap: $0) }.filter((0..<5).contains)
            return function(
                rows.flatMap { row in columns.map { Double(x[index[0], index[1], row, $0]) } })
        }
    }

    @Test(
        "The largest element is that of the definition, in every arithmetic", arguments: windows,
        ArithmeticName.allCases)
    func maxDefinition(window: SlidingWindow, arithmetic: ArithmeticName) throws {
        let x = smallIntegers([2, 3, 6, 5])
        let expected = pooled(x, try window.axes(over: [6, 5])) { $0.max() ?? -.infinity }
        #expect(try numbers(MaxPool(window: window), [.float32(x)], in: arithmetic) == expected)
    }

    @Test("The mean is that of the definition, rounded once", arguments: windows)
    func averageDefinition(window: SlidingWindow) throws {
        let x = smallIntegers([2, 3, 6, 5])
        let expected = pooled(x, try window.axes(over: [6, 5])) { $0.reduce(0, +) / Double($0.count) }
        #expect(try numbers(AveragePool(window: window), [.float32(x)], in: .fp64) == expected)
        let rounded = expected.map { Double(Float($0)) }
        #expect(try numbers(AveragePool(window: window), [.float32(x)], in: .fp32) == rounded)
    }

    @Test("No images give no maps")
    func emptiness() throws {
        let window = SlidingWindow(kernel: [2])
        #expect(try numbers(MaxPool(window: window), [tensor([0, 3, 4], [])]).shape == [0, 3, 3])
        #expect(try numbers(AveragePool(window: window), [tensor([2, 0, 4], [])]).shape == [2, 0, 3])
        #expect(try numbers(GlobalAveragePool(), [tensor([0, 3, 4], [])]).shape == [0, 3, 1])
    }
}
