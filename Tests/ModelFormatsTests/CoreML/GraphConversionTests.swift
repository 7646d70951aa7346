import Conformance
import Engines
import NetworkGraph
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// Packages that are written of any graph, operator by operator.
@Suite struct GraphConversionTests {
    /// One operator on "x", or on "x" and constants.
    struct Single: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let node: any Operator
        let shape: Shape
        let constants: [AnyTensor?]

        init(
            _ name: String, _ node: any Operator, over shape: Shape = [2, 4, 5, 6], _ constants: AnyTensor?...
        ) {
            (testDescription, self.node, self.shape) = (name, node, shape)
            self.constants = constants
        }

        func graph() throws -> Graph {
            var inputs: [String?] = ["x"]
            var initializers = [String: AnyTensor]()
            for (position, constant) in constants.enumerated() {
                inputs.append(constant == nil ? nil : "c/\(position)")
                initializers["c/\(position)"] = constant
            }
            return try Graph(
                name: "single",
                inputs: [.init(name: "x", elementType: .float32, dimensions: shape.dimensions.map { .fixed($0) })],
                outputs: ["the:y"],
                nodes: [
                    Node(name: "before", operator: ActivationFunction.tanh, inputs: ["x"], outputs: ["1"]),
                    Node(name: "node", operator: node, inputs: ["1"] + inputs.dropFirst(), outputs: ["the:y"]),
                ], initializers: initializers)
        }
    }

    private static func floats(_ shape: Shape, seed: UInt64 = 5, in range: ClosedRange<Float> = -1...1) -> AnyTensor {
        var random = RandomNumbers(seed: seed)
        return .float32(random.floats(shape, in: range))
    }

    private static func integers(_ values: Int...) -> AnyTensor {
        .int64(Tensor([values.count], values.map { Int64($0) }))
    }

    private static func scalar(_ number: Float) -> AnyTensor { .float32(Tensor([], [number])) }

    private static let functions: [Single] = [
        .absolute, .ceiling, .cosine, .errorFunction, .exponential, .floor, .gelu(byTanh: false), .gelu(byTanh: true),
        .identity, .negation, .relu, .round, .sigmoid, .sign, .sine, .softplus, .softsign, .tanh, .elu(alpha: 0.5),
        .celu(alpha: 1), .leakyReLU(slope: 0.25), .hardSigmoid(alpha: 0.25, beta: 0.5), .thresholdedReLU(alpha: 0.5),
        .reciprocal,
    ].map { (function: ActivationFunction) in Single("\(function)", function) }

    private static let layers: [Single] = [
        Single("conv", Convolution(), floats([3, 4, 3, 2]), floats([3])),
        Single(
            "strided, padded, grouped, dilated conv",
            Convolution(
                strides: [2, 1], dilations: [1, 2], padding: .explicit(begin: [1, 0], end: [2, 1]), groups: 2),
            floats([6, 2, 3, 2]), floats([6])),
        Single("same conv", Convolution(strides: [2, 2], padding: .sameUpper), floats([3, 4, 3, 3])),
        Single("same lower conv", Convolution(strides: [2, 3], padding: .sameLower), floats([3, 4, 2, 3])),
        Single("conv of one axis", Convolution(strides: [2]), over: [1, 4, 9], floats([3, 4, 3]), floats([3])),
        Single("conv of three axes", Convolution(), over: [1, 2, 4, 3, 5], floats([3, 2, 2, 2, 2])),
        Single(
            "transposed conv",
            TransposedConvolution(strides: [2, 3], padding: .explicit(begin: [1, 0], end: [0, 1]), groups: 2),
            floats([4, 3, 3, 3]), floats([6])),
        Single(
            "transposed conv with output padding",
            TransposedConvolution(
                strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1]), outputPadding: [1, 1]),
            floats([4, 3, 3, 3])),
        Single("dense", Gemm(transposesB: true), over: [3, 7], floats([5, 7]), floats([5])),
        Single("dense, turned", Gemm(), over: [3, 7], floats([7, 5]), floats([1, 5])),
        Single("matmul", MatMul(), floats([2, 1, 6, 3])),
        Single("prelu", PReLU(), floats([4, 1, 1])),
        Single("prelu of vectors", PReLU(), over: [3, 4], floats([4])),
        Single("prelu, one slope", PReLU(), over: [2, 3, 4], floats([1])),
        Single("softmax", Softmax(axis: 1)),
        Single("softmax over several axes", Softmax(axis: 2, spansFollowingAxes: true)),
        Single("softmax over none", Softmax(axis: 4, spansFollowingAxes: true)),
        Single(
            "max pool, rounded up",
            MaxPool(
                window: SlidingWindow(
                    kernel: [2, 3], strides: [2, 2], padding: .explicit(begin: [0, 1], end: [0, 1]), ceilMode: true))),
        Single(
            "average pool, padding not counted",
            AveragePool(
                window: SlidingWindow(
                    kernel: [3, 3], strides: [2, 1], padding: .explicit(begin: [1, 1], end: [0, 1]), ceilMode: true))),
        Single(
            "average pool, padding counted",
            AveragePool(
                window: SlidingWindow(kernel: [3, 2], padding: .explicit(begin: [1, 1], end: [1, 0])),
                countsPadding: true)),
        Single(
            "batch norm", BatchNormalization(epsilon: 0x1p-10), floats([4]), floats([4], seed: 6), floats([4], seed: 7),
            floats([4], in: 0.5...2)),
        Single(
            "batch norm of vectors", BatchNormalization(epsilon: 0x1p-10), over: [3, 4], floats([4]),
            floats([4], seed: 6), floats([4], seed: 7), floats([4], in: 0.5...2)),
        Single("instance norm", Normalization(.instance, epsilon: 0x1p-10), floats([4]), floats([4], seed: 6)),
        Single(
            "layer norm", Normalization(.layer(axis: 2), epsilon: 0x1p-10), floats([5, 6]), floats([5, 6], seed: 6)),
        Single(
            "LRN", LocalResponseNormalization(size: 3, alpha: 0.5, beta: 0.75, bias: 2)),
    ]

    private static let others: [Single] =
        BinaryArithmetic.allCases.filter { $0 != .remainder && $0 != .power }.map {
            Single("\($0)", $0, floats([4, 1, 6], in: 0.5...2))
        }
        + [VariadicArithmetic.maximum, .minimum].map {
            Single("\($0) of three", $0, floats([4, 1, 6]), floats([2, 1, 1, 1]))
        }
        + Reduction.Function.allCases.flatMap { function in
            [true, false].map { keeps in
                Single("\(function), axes kept: \(keeps)", Reduction(function, keepsAxes: keeps), integers(-1, 1))
            }
        }
        + [
            Single("clip", Clip(), scalar(-0.25), scalar(0.5)), Single("clip from below", Clip(), scalar(-0.25)),
            Single("clip from above", Clip(), nil, scalar(0.5)),
            Single("clip to all numbers", Clip(), scalar(-.greatestFiniteMagnitude), scalar(.greatestFiniteMagnitude)),
            Single("global average", GlobalAveragePool()), Single("global maximum", GlobalMaxPool()),
            Single("reshape", Reshape(), integers(0, -1, 3)), Single("flatten", Flatten(axis: 2)),
            Single("unsqueeze", Unsqueeze(), over: [2, 3], integers(0, 3)),
            Single("squeeze", Squeeze(), over: [1, 3, 1, 2], integers(2)),
            Single("transpose", Transpose(permutation: [0, 3, 1, 2])), Single("transpose, reversed", Transpose()),
            Single("concat with a constant", Concat(axis: -2), floats([2, 4, 3, 6])),
            Single("pad", Pad(), integers(0, 1, 2, 0, 0, 0, 3, 4), scalar(0.5)),
            Single("reflecting pad", Pad(mode: .reflect), integers(0, 0, 1, 2, 0, 0, 3, 4)),
            Single("pad by the edge", Pad(mode: .edge), integers(1, 2), nil, integers(3)),
            Single("slice", Slice(), integers(1, -1), integers(4, -6), integers(2, 3), integers(1, -2)),
            Single("slice back to the first", Slice(), integers(-1), integers(-100), integers(3), integers(-1)),
            Single("split", SplitPart(axis: 3, part: 1, of: 3), integers(1, 3, 2)),
            Single("gather", Gather(axis: 3), .int64(Tensor([2, 1], [-1, 2]))),
            Single("gather one", Gather(axis: 1), .int64(Tensor([], [-2]))),
            Single(
                "gather elements", GatherElements(axis: 3),
                .int64(Tensor([2, 4, 5, 1], [Int64](repeating: 3, count: 40)))),
            Single("tile", Tile(), integers(1, 2, 1, 3)), Single("expand", Expand(), over: [3, 1], integers(2, 3, 4)),
            Single("depth to space", DepthToSpace(block: 2)),
            Single("depth to space, columns first", DepthToSpace(block: 2, isColumnRowDepth: true)),
            Single("space to depth", SpaceToDepth(block: 2), over: [1, 3, 4, 6]),
            Single(
                "nearest, twice", Resize(.nearest(.floor), coordinates: .asymmetric), nil,
                .float32(Tensor([4], [1, 1, 2, 3]))),
            Single("nearest, half pixels", Resize(.nearest(.preferFloor)), nil, nil, integers(2, 4, 7, 13)),
            Single("nearest, smaller", Resize(.nearest(.preferCeil)), nil, nil, integers(2, 3, 3, 4)),
            Single(
                "nearest, aligned corners", Resize(.nearest(.ceil), coordinates: .alignCorners), nil, nil,
                integers(2, 4, 9, 4)),
            Single("linear, half pixels", Resize(.linear), nil, .float32(Tensor([4], [1, 1, 2, 3]))),
            Single(
                "linear, aligned corners", Resize(.linear, coordinates: .alignCorners), nil, nil, integers(2, 4, 8, 3)),
            Single("linear, asymmetric", Resize(.linear, coordinates: .asymmetric), nil, nil, integers(2, 4, 3, 11)),
        ]

    static let singles = functions + layers + others

    private func contents(_ graph: Graph, _ form: PackageForm) throws -> CoreMLPackageContents {
        try CoreMLPackageContents(
            graph.foldingConstants(for: [:]), shapes: [:], form: form, name: "single", sourceSHA256: "")
    }

    private func output(_ contents: CoreMLPackageContents, _ x: AnyTensor, _ arithmetic: ArithmeticName) throws
        -> AnyTensor?
    {
        let model = try Model(contents, path: "package")
        return try model.engine(arithmetic).run([contents.names["x"] ?? "x": x]).values.first
    }

    @Test(
        "An operator reads back to the same bits in float32, and in float16 to those of fp16-storage",
        arguments: singles)
    func reading(_ single: Single) throws {
        let graph = try single.graph()
        let x = Self.floats(single.shape, seed: 9)
        for (precision, arithmetic) in [
            (CoreMLPackageContents.Precision.fp32, ArithmeticName.fp32), (.fp16, .fp16Storage),
        ] {
            let expected = try arithmetic.engine(for: graph).run(["x": x])["the:y"]
            let found = try output(contents(graph, PackageForm(precision)), x, arithmetic)
            #expect(expected != nil && found?.shape == expected?.shape)
            let pairs = zip(found?.float64.elements ?? [], expected?.float64.elements ?? [.nan])
            #expect(pairs.allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(precision)")
        }
    }

    @Test(
        "What is written as several operations computes the same but for rounding",
        arguments: [
            Single("mish", ActivationFunction.mish), Single("hard swish", ActivationFunction.hardSwish),
            Single("swish", ActivationFunction.swish(alpha: 1)),
            Single("selu", ActivationFunction.selu(alpha: 1.6732632, gamma: 1.050701)),
            Single("log softmax", LogSoftmax(Softmax(axis: 1))),
            Single("log softmax over several axes", LogSoftmax(Softmax(axis: 1, spansFollowingAxes: true))),
            Single("norm division", NormDivision(axis: 2)),
            Single("sum of three", VariadicArithmetic.sum, floats([4, 1, 6]), floats([2, 1, 1, 1])),
            Single("mean of three", VariadicArithmetic.mean, floats([4, 1, 6]), floats([2, 1, 1, 1])),
            Single("product plus a matrix", Gemm(), over: [3, 7], floats([7, 5]), floats([3, 5])),
            Single(
                "scaled product", Gemm(alpha: 0.5, beta: 2, transposesA: true), over: [7, 3], floats([7, 5]),
                floats([5])),
            Single("group norm", Normalization(.group(count: 2)), floats([4]), floats([4], seed: 6)),
        ])
    func composed(_ single: Single) throws {
        let graph = try single.graph()
        let x = Self.floats(single.shape, seed: 9)
        let expected = try #require(ArithmeticName.fp64.engine(for: graph).run(["x": x])["the:y"]).float64
        let found = try #require(try output(contents(graph, PackageForm(.fp32)), x, .fp32)).float64
        #expect(found.shape == expected.shape)
        for (a, b) in zip(found.elements, expected.elements) { #expect(abs(a - b) <= 4e-6 * max(1, abs(b))) }
    }

    @Test(
        "An operator without a counterpart is refused by its node",
        arguments: [
            Single("cubic", Resize(.cubic(coefficient: -0.75, excludesOutside: false)), nil, nil, integers(2, 4, 8, 8)),
            Single("wrapping pad", Pad(mode: .wrap), integers(0, 0, 1, 0, 0, 0, 1, 0)),
            Single("cropping pad", Pad(), integers(0, 0, -1, 0, 0, 0, 0, 0)),
            Single("dilated pool", MaxPool(window: SlidingWindow(kernel: [2, 2], dilations: [2, 2]))),
            Single("hardmax", Hardmax(Softmax(axis: 1))), Single("cumulative sum", CumulativeSum(), integers(1)),
            Single("six axes", Reshape(), integers(2, 2, 2, 5, 2, 3)),
            Single("no elements", Slice(), integers(3), integers(3), integers(2)),
        ])
    func refusals(_ single: Single) throws {
        let error = #expect(throws: PackageWritingError.self) { try contents(single.graph(), PackageForm(.fp32)) }
        #expect(error?.description.contains("node \"node\"") == true)
    }

    @Test("In float16 an attribute is float16: the package computes as the graph with it rounded")
    func attributes() throws {
        for (node, constants) in [
            (ActivationFunction.hardSigmoid(alpha: 0.2, beta: 0.5), []), (ActivationFunction.elu(alpha: 0.3), []),
            (
                BatchNormalization(epsilon: 1e-3),
                [Self.floats([4]), Self.floats([4]), Self.floats([4]), Self.floats([4], in: 0...0.01)]
            ),
        ] as [(any Operator, [AnyTensor])] {
            let single = Single("one", node)
            let names = constants.indices.map { "c\($0)" }
            let graph = try Graph(
                name: "single", inputs: try single.graph().inputs, outputs: ["y"],
                nodes: [Node(name: "n", operator: node, inputs: ["x"] + names, outputs: ["y"])],
                initializers: Dictionary(uniqueKeysWithValues: zip(names, constants)))
            let form = PackageForm(.fp16)
            let x = Self.floats(single.shape, seed: 9)
            let found = try output(contents(graph, form), x, .fp16Storage)
            let rounded = try ArithmeticName.fp16Storage.engine(for: graph.roundingAttributes(as: form)).run(["x": x])[
                "y"]
            #expect(found?.littleEndianBytes == rounded?.littleEndianBytes)
        }
    }

    // MARK: - Precision and weights

    /// Two convolutions with what a package may store with fewer bits between them.
    private func network() throws -> Graph {
        try Graph(
            name: "n",
            inputs: [.init(name: "in put", elementType: .float32, dimensions: [1, 8, 6, 6].map { .fixed($0) })],
            outputs: ["a.b", "a_b"],
            nodes: [
                Node(name: "c1", operator: Convolution(), inputs: ["in put", "w/1", "b1"], outputs: ["1x"]),
                Node(name: "r", operator: ActivationFunction.relu, inputs: ["1x"], outputs: ["a.b"]),
                Node(name: "c2", operator: Convolution(), inputs: ["a.b", "w/2"], outputs: ["a_b"]),
            ],
            initializers: [
                "w/1": Self.floats([32, 8, 3, 3]), "b1": Self.floats([32]),
                "w/2": Self.floats([16, 32, 3, 3], seed: 8),
            ])
    }

    @Test("Names that a program cannot have are changed, and stay apart")
    func names() throws {
        let contents = try contents(network(), PackageForm(.fp32))
        #expect(contents.names["in put"] == "in_put" && contents.names["a.b"] == "a_b")
        #expect(contents.names["a_b"] == "a_b_2")
        let model = try Model(contents, path: "package")
        #expect(model.graph.outputs == ["a_b", "a_b_2"] && model.graph.nodes.first?.outputs == ["_1x"])
    }

    @Test("A mix computes each operator in its own type, with casts between, and takes and gives float32")
    func mixed() throws {
        let graph = try network()
        let form = PackageForm(.fp16, float32Tensors: ["1x", "a.b"])
        let contents = try contents(graph, form)
        let model = try Model(contents, path: "package")
        let x = Self.floats([1, 8, 6, 6], seed: 3)
        let found = try model.engine(.fp16Storage).run(["in_put": x])
        let expected = try MixedPrecisionEngine(graph) { form.isFloat16($0) ? .fp16Storage : .fp32 }.run(["in put": x])
        for name in ["a.b", "a_b"] {
            #expect(found[contents.names[name] ?? ""]?.float64 == expected[name]?.float64)
        }
        #expect(Set(model.floatTypes.values) == [.float16, .float32])
    }

    @Test(
        "Stored weights give what their expansion gives, near to the weights themselves",
        arguments: [WeightStorage.int8, .palette(bits: 1), .palette(bits: 4), .palette(bits: 6), .palette(bits: 8)],
        [CoreMLPackageContents.Precision.fp32, .fp16])
    func weights(_ storage: WeightStorage, _ precision: CoreMLPackageContents.Precision) throws {
        let graph = try network()
        var form = PackageForm(precision, weights: storage)
        let stored = try contents(graph, form)
        form.expandsWeights = true
        let expanded = try contents(graph, form)
        let (small, large) = (try Model(stored, path: "stored"), try Model(expanded, path: "expanded"))
        let x = Self.floats([1, 8, 6, 6], seed: 3)
        #expect(
            try small.engine(.fp16Storage).run(["in_put": x]).mapValues(\.littleEndianBytes)
                == large.engine(.fp16Storage).run(["in_put": x]).mapValues(\.littleEndianBytes))
        let share =
            switch storage {
            case .int8: 1 / Float(254)
            case .palette(let bits): 1.5 / Float(1 << bits)
            case .plain: Float(0)
            }
        let provenance = try #require(small.provenance as? CoreMLProvenance)
        // The 2,304 weights of one layer and the 4,608 of the other.
        #expect(provenance.compressed.count == 2)
        let kept = try #require(small.graph.initializers.values.first { $0.shape == [16, 32, 3, 3] }).float64
        let given = try #require(graph.initializers["w/2"]).float64
        for (a, b) in zip(kept.elements, given.elements) { #expect(abs(a - b) <= Double(share) * 1.001 + 1e-3) }
        #expect(stored.files.values.map(\.count).reduce(0, +) < expanded.files.values.map(\.count).reduce(0, +))
    }

    @Test("Weights that are all 0, or a few values, are stored as they are")
    func fewValues() throws {
        for values in [[Float(0)], [-1, 0.5, 0.25]] {
            let weights = Tensor<Float>([16, 16, 3, 3], (0..<2304).map { values[$0 % values.count] })
            for storage in [WeightStorage.int8, .palette(bits: 2)] {
                let stored = try #require(storage.stored(weights, axis: 0, as: .float32))
                if storage == .int8, values.count > 1 { continue }
                #expect(stored.expanded == weights)
            }
        }
    }
}
