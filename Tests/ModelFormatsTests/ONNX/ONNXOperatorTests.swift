import NetworkGraph
import Tensors
import Testing

@testable import ModelFormats

@Suite struct ONNXOperatorTests {
    /// The only node of a graph with this one, read as an operator of the given version.
    private func read<O: Operator>(
        _: O.Type, _ type: String, opset: Int64 = 13, _ attributes: ONNXAttributeProto...
    ) throws -> O {
        let node = ONNXNodeProto(type, name: "it", attributes: attributes)
        return try #require(try ONNXModelProto(opset: opset, [node]).graph().nodes[0].operator as? O)
    }

    /// The shape of y for an x [2, 3, 4].
    private func outputShape(_ node: ONNXNodeProto, opset: Int64, _ initializers: [ONNXTensorProto] = []) throws
        -> Shape?
    {
        let input = ONNXValueInfoProto.float("x", [.dimValue(1), .dimValue(3), .dimValue(1)])
        let graph = try ONNXModelProto(opset: opset, inputs: [input], initializers: initializers, [node]).graph()
        return try graph.tensorTypes()["y"]?.shape
    }

    @Test("A convolution's attributes, with ONNX's defaults for those left out")
    func convolution() throws {
        let plain = try read(Convolution.self, "Conv")
        #expect(plain.kernel == nil && plain.strides == nil && plain.dilations == nil && plain.padding == nil)
        #expect(plain.groups == 1)
        let full = try read(
            Convolution.self, "Conv", .ints("kernel_shape", [3, 2]), .ints("strides", [2, 1]),
            .ints("dilations", [1, 4]), .ints("pads", [1, 2, 3, 4]), .int("group", 5))
        #expect(full.kernel == [3, 2] && full.strides == [2, 1] && full.dilations == [1, 4] && full.groups == 5)
        // All beginnings come before all ends.
        #expect(full.padding == .explicit(begin: [1, 2], end: [3, 4]))
    }

    @Test(
        "auto_pad chooses the padding",
        arguments: [
            ("NOTSET", nil), ("VALID", nil), ("SAME_UPPER", .sameUpper), ("SAME_LOWER", .sameLower),
        ] as [(String, SlidingWindow.Padding?)])
    func autoPad(name: String, padding: SlidingWindow.Padding?) throws {
        #expect(try read(Convolution.self, "Conv", .string("auto_pad", name)).padding == padding)
    }

    @Test(
        "To an output shape, a transposed convolution crops the odd pixel at the beginning, unless it is SAME_UPPER",
        arguments: [(nil, true), ("NOTSET", true), ("SAME_LOWER", true), ("SAME_UPPER", false)] as [(String?, Bool)])
    func transposedOutputShape(autoPad: String?, isLower: Bool) throws {
        // ConvTranspose: "If (auto_pads == SAME_UPPER) pads[start]=total/2 ... Else pads[start]=total - total/2".
        var attributes = [ONNXAttributeProto.ints("output_shape", [10, 12])]
        if let autoPad { attributes.append(.string("auto_pad", autoPad)) }
        let node = ONNXNodeProto("ConvTranspose", name: "it", attributes: attributes)
        let read = try ONNXModelProto(opset: 13, [node]).graph().nodes[0].operator as? TransposedConvolution
        #expect(read?.padding == .outputShape([10, 12], isLower: isLower))
    }

    @Test("A pool takes its window from its attributes, and counts no padding unless it is told to")
    func pools() throws {
        let pool = try read(
            MaxPool.self, "MaxPool", .ints("kernel_shape", [3, 2]), .ints("strides", [2, 2]), .int("ceil_mode", 1))
        #expect(pool.window == SlidingWindow(kernel: [3, 2], strides: [2, 2], ceilMode: true))
        #expect(try !read(MaxPool.self, "MaxPool", .ints("kernel_shape", [1])).window.ceilMode)
        #expect(try !read(AveragePool.self, "AveragePool", .ints("kernel_shape", [1])).countsPadding)
        #expect(
            try read(AveragePool.self, "AveragePool", .ints("kernel_shape", [1]), .int("count_include_pad", 1))
                .countsPadding)
    }

    @Test("A general matrix product scales by 1 and transposes nothing unless it is told to")
    func gemm() throws {
        let plain = try read(Gemm.self, "Gemm")
        #expect(plain.alpha == 1 && plain.beta == 1 && !plain.transposesA && !plain.transposesB)
        let full = try read(
            Gemm.self, "Gemm", .float("alpha", 2), .float("beta", 0.5), .int("transA", 1), .int("transB", 1))
        #expect(full.alpha == 2 && full.beta == 0.5 && full.transposesA && full.transposesB)
    }

    @Test("Slopes, epsilons, axes and permutations are those given or, where ONNX has one, the default")
    func small() throws {
        #expect(try read(ActivationFunction.self, "LeakyRelu") == .leakyReLU(slope: 0.01))
        #expect(try read(ActivationFunction.self, "LeakyRelu", .float("alpha", 0.25)) == .leakyReLU(slope: 0.25))
        #expect(try read(ActivationFunction.self, "Dropout") == .identity)
        #expect(try read(BatchNormalization.self, "BatchNormalization").epsilon == 1e-5)
        #expect(try read(BatchNormalization.self, "BatchNormalization", .float("epsilon", 0.5)).epsilon == 0.5)
        #expect(try read(Flatten.self, "Flatten").axis == 1)
        #expect(try read(Flatten.self, "Flatten", .int("axis", -2)).axis == -2)
        #expect(try read(Concat.self, "Concat", .int("axis", 3)).axis == 3)
        #expect(try read(Transpose.self, "Transpose").permutation == nil)
        #expect(try read(Transpose.self, "Transpose", .ints("perm", [1, 0])).permutation == [1, 0])
        #expect(try read(Reshape.self, "Reshape", opset: 14, .int("allowzero", 1)).allowsZero)
        #expect(try read(BinaryArithmetic.self, "Sub") == .subtract)
        #expect(try read(Comparison.self, "GreaterOrEqual") == .greaterOrEqual)
    }

    @Test("Softmax ran over all axes from the second on before version 13, over the last alone since")
    func softmax() throws {
        let old = try read(Softmax.self, "Softmax", opset: 12)
        #expect(old.axis == 1 && old.spansFollowingAxes)
        let new = try read(Softmax.self, "Softmax", opset: 13)
        #expect(new.axis == -1 && !new.spansFollowingAxes)
        #expect(try read(Softmax.self, "Softmax", opset: 12, .int("axis", 3)).axis == 3)
    }

    @Test("The axes of Squeeze and Unsqueeze were an attribute before version 13, and are an input since")
    func axes() throws {
        let axes = ONNXTensorProto.with {
            $0.name = "axes"
            $0.dims = [1]
            $0.dataType = 7
            $0.int64Data = [2]
        }
        #expect(try outputShape(.init("Squeeze", attributes: [.ints("axes", [2])]), opset: 12) == [1, 3])
        #expect(try outputShape(.init("Squeeze", ["x", "axes"]), opset: 13, [axes]) == [1, 3])
        #expect(try outputShape(.init("Squeeze"), opset: 13) == [3])
        #expect(try outputShape(.init("Unsqueeze", attributes: [.ints("axes", [2])]), opset: 12) == [1, 3, 1, 1])
        #expect(try outputShape(.init("Unsqueeze", ["x", "axes"]), opset: 13, [axes]) == [1, 3, 1, 1])
    }

    @Test("The limits of Clip were attributes before version 11, and are inputs since")
    func clip() throws {
        let node = ONNXNodeProto("Clip", attributes: [.float("max", 6)])
        let old = try ONNXModelProto(opset: 10, [node]).graph()
        #expect(old.nodes[0].inputs.count == 3 && old.nodes[0].inputs[1] == nil)
        let limit = try #require(old.nodes[0].inputs[2])
        #expect(old.initializers[limit] == .float32(Tensor([], [6])))
        #expect(try ONNXModelProto(opset: 11, [.init("Clip")]).graph().nodes[0].inputs == ["x"])
    }

    @Test("Slopes of PRelu belonged to the channels before version 7, and are broadcast since")
    func prelu() throws {
        #expect(try read(PReLU.self, "PRelu", opset: 6).slopesAreChannels)
        #expect(try !read(PReLU.self, "PRelu", opset: 7).slopesAreChannels)
    }

    /// Nodes that would compute something else than what is read from them, and why they are refused.
    static let refused: [(node: ONNXNodeProto, opset: Int64, reason: String)] = [
        (.init("LSTM"), 13, "operator LSTM is not supported"),
        (
            .with {
                $0 = .init("Conv"); $0.domain = "com.example"
            }, 13, "operator com.example.Conv is not supported"
        ),
        (.init("Relu", ["x"], ["y", "z"]), 13, "with 2 outputs"),
        (.init("Conv", attributes: [.int("group", 1), .int("group", 1)]), 13, "\"group\" is given twice"),
        (
            .init("Conv", attributes: [.ints("pads", [1, 1]), .string("auto_pad", "SAME_UPPER")]), 13,
            "\"pads\" are [1, 1], but auto_pad is SAME_UPPER"
        ),
        (
            .init("MaxPool", attributes: [.ints("kernel_shape", [2]), .ints("pads", [2, 0])]), 13,
            "\"pads\" are [2, 0], where less than the kernel [2] is right"
        ),
        (.init("Flatten", attributes: [.int("axis", -1)]), 10, "before version 11"),
        (.init("Relu", ["x"], []), 13, "with 0 outputs"),
        (.init("MaxPool"), 13, "attribute \"kernel_shape\" is missing"),
        (.init("Concat"), 13, "attribute \"axis\" is missing"),
        (.init("Conv", attributes: [.string("auto_pad", "SAME")]), 13, "attribute \"auto_pad\" is \"SAME\""),
        (.init("Conv", attributes: [.ints("pads", [1, 2, 3])]), 13, "attribute \"pads\" has 3 numbers"),
        (.init("BatchNormalization", attributes: [.int("training_mode", 1)]), 14, "\"training_mode\" is set"),
        (.init("BatchNormalization"), 6, "\"is_test\" is not set"),
        (.init("BatchNormalization", attributes: [.int("spatial", 0)]), 8, "\"spatial\" is 0"),
        (.init("Add", attributes: [.int("axis", 1)]), 6, "\"axis\" is set"),
        (.init("Less", attributes: [.int("axis", 1)]), 6, "\"axis\" is set"),
        (.init("Dropout"), 6, "\"is_test\" is not set"),
        (.init("Dropout", ["x", "ratio", "training"]), 13, "training_mode"),
        (
            .init(
                "MaxPool",
                attributes: [.ints("kernel_shape", [2]), .string("auto_pad", "VALID"), .int("ceil_mode", 1)]), 13,
            "\"ceil_mode\" is set with auto_pad VALID"
        ),
        // What onnx's make_node writes for alpha=2 without the point.
        (
            .init("Gemm", attributes: [.with { ($0.name, $0.i, $0.type) = ("alpha", 2, 2) }]), 13,
            "\"alpha\" is of type int, where float is needed"
        ),
        (.init("Relu", attributes: [.int("foo", 1)]), 13, "\"foo\" is not defined for the operator"),
        (.init("Clip", attributes: [.float("max", 6)]), 11, "\"max\" is not defined for the operator in version 11"),
        (.init("Squeeze", attributes: [.ints("axes", [0])]), 13, "\"axes\" is not defined"),
        (.init("AveragePool", attributes: [.ints("dilations", [2])]), 11, "\"dilations\" is not defined"),
        (.init("Relu", ["x", "x"]), 13, "has 2 inputs; at most 1 are allowed"),
        (.init("Constant", []), 13, "has none of the attributes"),
        (.init("Constant", [], []), 13, "has no output"),
    ]

    @Test("What cannot be read as what it means is refused, with node and operator", arguments: refused.indices)
    func refusal(index: Int) {
        let (node, opset, reason) = Self.refused[index]
        #expect {
            try ONNXModelProto(opset: opset, [node]).graph()
        } throws: { error in
            "\(error)".hasPrefix("small.onnx: node ") && "\(error)".contains(reason)
        }
    }
}
