import Captures
import Conformance
import Detection
import Engines
import FaceConformance
import ModelFormats
import Tensors
import TestSupport
import Testing

/// Recordings that are compared with a face network of another form, by its answers.
@Suite struct ForeignAnswersTests {
    private let model = Result {
        try Model(contentsOf: fixtures.appendingPathComponent("models/rnet.onnx").path)
    }

    /// What is compared of two images and tensors that are recorded of them.
    private func compare(
        images: Shape = [2, 24, 24, 3], filledWith number: (Int) -> Float = { _ in 0.25 },
        _ tensors: [(name: String, isOutput: Bool, values: AnyTensor)]
    ) throws -> NetworkComparison {
        let model = try model.get()
        return try withTemporaryDirectory { directory in
            let header = CaptureHeader(
                engine: "a test", engineVersion: "1", arithmetic: "fp32", modelName: "net",
                modelSHA256: String(repeating: "0", count: 64), adapter: "by hand")
            let writer = try CaptureWriter(header, to: "\(directory)/rnet.h5")
            let input = AnyTensor.float32(Tensor(images, (0..<images.count).map(number)))
            try writer.append(
                CaptureCase(
                    name: "a", source: "", inputs: [.init(name: "x", values: input)],
                    tensors: tensors.map {
                        .init(name: $0.name, node: $0.name, operator: "", isGraphOutput: $0.isOutput, values: $0.values)
                    }))
            try writer.finish()
            return try NetworkComparison(
                of: GraphFaceNetwork(.refinement, graph: model.graph, arithmetic: .fp32), model: model,
                with: CaptureFile(contentsOf: "\(directory)/rnet.h5"), name: "rnet")
        }
    }

    private func zeros(_ shape: Shape) -> AnyTensor {
        .float32(Tensor(shape, [Float](repeating: 0, count: shape.count)))
    }

    @Test("Logits and boxes, or all together, are compared image by image")
    func answers() throws {
        let separate = try compare([
            ("logits", false, zeros([2, 2])), ("prob", true, zeros([2, 2])), ("boxes", true, zeros([2, 4])),
        ])
        #expect(separate.layers.map(\.layer) == ["logits", "boxes"])
        let together = try compare([("all", true, zeros([2, 6]))])
        #expect(together.layers.map(\.layer) == ["output"])
        let apart = together.layers[0].cumulative.difference
        let parts = separate.layers.map(\.cumulative.difference)
        #expect(apart.maxAbsDiff == parts.map(\.maxAbsDiff).max() && apart.maxAbsDiff > 0)
        #expect(apart.worst?.index.first == 0, "equal images have equal answers, of which the first counts")
        #expect(apart.count == 12)
    }

    @Test("Images that are one number throughout are said to be so, and what gray ones cannot show")
    func constantImages() throws {
        let constant = try compare([("all", true, zeros([2, 6]))])
        #expect(constant.inputsAreConstant && constant.inputsCannotShow?.count == 1)
        let gray = try compare(filledWith: { Float($0 / 3 % 7) }, [("all", true, zeros([2, 6]))])
        #expect(!gray.inputsAreConstant)
        #expect(gray.inputsCannotShow?.contains { $0.contains("is gray") } == true)
        let coloured = try compare(filledWith: { Float($0 * $0 % 101) }, [("all", true, zeros([2, 6]))])
        #expect(!coloured.inputsAreConstant && coloured.inputsCannotShow == nil)
    }

    @Test(
        "What is no answer of a face network is said to be none, and ends no program",
        arguments: [
            [("y", true, [])], [("y", true, [2])], [("y", true, [2, 6, 1])], [("y", true, [1, 6])],
            [("y", true, [2, 5])], [("l", false, [2, 2]), ("b", true, [2, 3])],
            [("l", false, [2]), ("b", true, [2, 4])], [("l", false, [2, 2]), ("b", true, [1, 4])],
            [("l", false, [2, 2]), ("b", true, [2, 4]), ("m", true, [2, 10])],
        ] as [[(String, Bool, [Int])]])
    func others(_ tensors: [(String, Bool, [Int])]) {
        #expect(throws: ComparisonError.self) {
            try compare(tensors.map { ($0.0, $0.1, zeros(Shape($0.2))) })
        }
    }

    @Test("Inputs that are no images are refused", arguments: [[2, 24, 24], [2, 24, 24, 4], [2], [2, 4, 24, 24]])
    func images(_ shape: [Int]) {
        #expect(throws: ComparisonError.self) { try compare(images: Shape(shape), [("y", true, zeros([2, 6]))]) }
    }
}
