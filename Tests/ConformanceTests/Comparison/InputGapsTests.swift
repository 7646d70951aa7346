import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Conformance

@Suite struct InputGapsTests {
    private func sentences(_ cases: [Tensor<Float>]) -> [String] {
        cases.reduce(InputGaps()) { $0.merged(with: InputGaps(["x": .float32($1)])) }.sentences
    }

    private func image(_ shape: Shape, _ value: ([Int]) -> Float) -> Tensor<Float> {
        let strides = shape.dimensions.indices.map { shape.dimensions.dropFirst($0 + 1).reduce(1, *) }
        return Tensor(
            shape,
            (0..<shape.count).map { index in
                value(zip(shape.dimensions, strides).map { index / $1 % $0 })
            })
    }

    @Test("Different pixels, channels, rows and batch elements leave nothing to say")
    func photographs() {
        var random = RandomNumbers(seed: 3)
        #expect(sentences([random.floats([2, 3, 4, 4], in: -1...1)]).isEmpty)
        #expect(sentences([random.floats([1, 10], in: -1...1)]).isEmpty)
        #expect(sentences([]).isEmpty)
    }

    @Test("A gray image shows no order of channels, channels first or last", arguments: [1, 3])
    func gray(axis: Int) throws {
        let shape: Shape = axis == 1 ? [1, 3, 4, 5] : [1, 4, 5, 3]
        let gray = image(shape) { Float(axis == 1 ? $0[2] * 7 + $0[3] * $0[3] : $0[1] * 7 + $0[2] * $0[2]) }
        let said = sentences([gray])
        #expect(said.count == 1 && said[0].contains("is gray"))
        // One case with colours shows it for all.
        var random = RandomNumbers(seed: 3)
        #expect(sentences([gray, random.floats(shape, in: -1...1)]).isEmpty)
    }

    @Test("One number throughout, a symmetric image and equal batch elements are named")
    func others() {
        #expect(sentences([image([1, 3, 4, 4]) { _ in 0.5 }]).map { $0.contains("one number throughout") } == [true])
        let symmetric = sentences([image([1, 3, 4, 4]) { Float($0[1] * 100 + $0[2] * $0[3]) }])
        #expect(symmetric.map { $0.contains("its own transpose") } == [true])
        let equal = sentences([image([2, 3, 4, 5]) { Float($0[1] * 100 + $0[2] * 10 + $0[3]) }])
        #expect(equal.map { $0.contains("batch") } == [true])
    }

    @Test("Inputs are constant where every one of them is, in every case")
    func constant() {
        func areConstant(_ cases: [[String: AnyTensor]]) -> Bool {
            cases.reduce(InputGaps()) { $0.merged(with: InputGaps($1)) }.areConstant
        }
        let (flat, other) = (AnyTensor.float32(Tensor([2], [3, 3])), AnyTensor.float32(Tensor([2], [1, 1])))
        let varied = AnyTensor.float32(Tensor([2], [1, 2]))
        #expect(areConstant([["x": flat]]) && areConstant([["x": flat], ["x": other]]))
        #expect(!areConstant([]) && !areConstant([["x": flat], ["x": varied]]))
        #expect(!areConstant([["x": flat, "z": varied]]))
        #expect(!areConstant([["x": .float32(Tensor([1], [1]))]]))
    }

    @Test("A comparison says what its inputs cannot show, of two models too")
    func inComparison() throws {
        let model = try Model(contentsOf: fixtures.appendingPathComponent("models/nchw/rnet.onnx").path)
        let side = try ComparedSide.model(model, .fp32)
        let input = try #require(model.graph.inputs.first).name
        func compare(_ values: Tensor<Float>) throws -> [String]? {
            try NetworkComparison(
                of: side, with: side,
                inputs: ComparedInputs(cases: [(name: "a", source: "a test", inputs: [(input, .float32(values))])])
            ).inputsCannotShow
        }
        let gray = image([1, 3, 24, 24]) { Float($0[2] * 24 + $0[3]) / 576 }
        #expect(try compare(gray)?.count == 1)
        var random = RandomNumbers(seed: 5)
        #expect(try compare(random.floats([1, 3, 24, 24], in: -1...1)) == nil)
    }
}
