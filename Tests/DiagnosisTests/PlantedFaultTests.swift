import Conformance
import Diagnosis
import Engines
import NetworkGraph
import Tensors
import Testing

/// Faults that are planted by editing weights, operators and results, and what they are said to be.
@Suite struct PlantedFaultTests {
    struct Plant: Sendable, CustomTestStringConvertible {
        let kind: FaultKind
        /// Where it is; nil for the inputs and the whole network.
        let layer: String?
        let words: String
        var network: @Sendable (SmallNetwork) throws -> SmallNetwork = { $0 }
        var result: @Sendable (String, AnyTensor) -> AnyTensor = { $1 }
        var input: @Sendable ([String: AnyTensor]) -> [String: AnyTensor] = { $0 }
        /// Whether the outputs alone tell it.
        var isToldByOutputs = true

        var testDescription: String { "\(layer ?? "network"): \(words)" }
    }

    private static func map(_ tensor: Tensor<Float>, _ change: (Float) -> Float) -> Tensor<Float> {
        tensor.map(change)
    }

    private static func input(
        _ kind: FaultKind, _ words: String, _ change: @escaping @Sendable (AnyTensor) -> AnyTensor
    ) -> Plant {
        Plant(kind: kind, layer: nil, words: words, input: { $0.mapValues(change) })
    }

    private static func weights(
        _ kind: FaultKind, _ layer: String, part: String = "weight", _ words: String, byOutputs: Bool = true,
        _ change: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>
    ) -> Plant {
        Plant(
            kind: kind, layer: layer, words: words,
            network: { try $0.changing("\(layer).\(part)", change) }, isToldByOutputs: byOutputs)
    }

    private static func result(
        _ kind: FaultKind, _ layer: String, _ words: String, byOutputs: Bool = true,
        _ change: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>
    ) -> Plant {
        Plant(
            kind: kind, layer: layer, words: words,
            result: { name, tensor in
                guard name == layer, case .float32(let values) = tensor else { return tensor }
                return .float32(change(values))
            }, isToldByOutputs: byOutputs)
    }

    private static func replaced(
        _ kind: FaultKind, _ layer: String, _ words: String, _ operation: any Operator
    ) -> Plant {
        Plant(kind: kind, layer: layer, words: words, network: { $0.replacing(layer, by: operation) })
    }

    static let plants: [Plant] = [
        input(.inputChannels, "blue, green, red") { tensor in
            let numbers = tensor.float64.elements
            return .float32(
                Tensor(
                    tensor.shape,
                    numbers.indices.map { Float(numbers[$0 / 300 * 300 + (2 - $0 / 100 % 3) * 100 + $0 % 100]) }))
        },
        input(.inputScale, "(x - 128) / 128") { .float32($0.float64.map { Float($0) - 0.5 / 128 }) },
        input(.inputScale, "x / 255") { .float32($0.float64.map { (Float($0) * 128 + 127.5) / 255 }) },
        input(.inputOrientation, "rows and columns exchanged") { $0.transposed([0, 1, 3, 2]) },
        weights(.slopes, "prelu1", part: "slope", "become a ReLU") { map($0) { _ in 0 } },
        weights(.slopes, "prelu2", part: "slope", "one slope for all channels") { slopes in
            let mean = slopes.elements.reduce(0, +) / Float(slopes.elements.count)
            return map(slopes) { _ in mean }
        },
        weights(.bias, "conv2", part: "bias", "is missing") { map($0) { _ in 0 } },
        weights(.bias, "dense", part: "bias", "added twice") { map($0) { 2 * $0 } },
        weights(.kernelOrder, "conv1", "transposed") { $0.transposed([0, 1, 3, 2]) },
        weights(.kernelOrder, "conv2", "180 degrees") { weights in
            Tensor(weights.shape, weights.elements.indices.map { weights.elements[$0 / 4 * 4 + 3 - $0 % 4] })
        },
        weights(.channelOrder, "conv2", "another order", byOutputs: false) { weights in
            let order = [3, 0, 5, 1, 4, 2]
            return Tensor(weights.shape, order.flatMap { weights.elements[$0 * 24..<$0 * 24 + 24] })
        },
        weights(.zeroedChannel, "conv1", "output channel 4 are zero") { weights in
            Tensor(weights.shape, weights.elements.enumerated().map { $0.offset / 27 == 4 ? 0 : $0.element })
        },
        weights(.flippedBit, "conv2", "bit 25 of the weight at [2, 3, 1, 0]", byOutputs: false) { weights in
            var weights = weights
            let place = ((2 * 6 + 3) * 2 + 1) * 2
            weights.elements[place] = Float(bitPattern: weights.elements[place].bitPattern ^ (1 << 25))
            return weights
        },
        replaced(
            .pooling, "pool1", "mean", AveragePool(window: SlidingWindow(kernel: [2, 2], strides: [2, 2]))),
        replaced(.flattenOrder, "flat", "another order", Reordered()),
        weights(.denseOrder, "dense", "by rows where it is stored by columns") {
            $0.transposed([1, 0]).reshaped(to: $0.shape)
        },
        replaced(.softmax, "faces", "over axis 0", Softmax(axis: 0)),
        replaced(.softmax, "faces", "missing", ActivationFunction.identity),
        result(.outputOrder, "faces", "exchanged") { scores in
            Tensor(scores.shape, scores.elements.indices.map { scores.elements[$0 ^ 1] })
        },
        result(.outputOrder, "boxes", "y before x") { boxes in
            Tensor(boxes.shape, boxes.elements.indices.map { boxes.elements[$0 ^ 1] })
        },
        weights(.weightFormat, "conv1", "float16") { map($0) { Float(Float16($0)) } },
        weights(.weightFormat, "dense", "int8 weights, one scale for the tensor") { weights in
            let scale = (weights.elements.map(abs).max() ?? 0) / 127
            return map(weights) { ($0 / scale).rounded(.toNearestOrEven) * scale }
        },
        result(.activationFormat, "prelu1", "bfloat16") { values in
            map(values) { value in
                let bits = value.bitPattern
                return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
            }
        },
        result(.wrongElements, "conv1", "NaN", byOutputs: false) { values in
            var values = values
            values.elements[5] = .nan
            return values
        },
        result(.wrongElements, "conv1", "last column") { values in
            Tensor(values.shape, values.elements.enumerated().map { $0.offset % 8 == 7 ? 0 : $0.element })
        },
    ]

    /// Rows, columns, channels in place of channels, rows, columns.
    struct Reordered: RearrangingOperator {
        var name: String { "Flatten" }

        func outputShape(for inputs: [TensorType?]) throws(OperatorError) -> Shape {
            let x = try inputs.required(0, "input").shape
            return [x[0], x[1] * x[2] * x[3]]
        }

        func sources(for inputs: [TensorType?], giving shape: Shape) throws(OperatorError) -> [Int] {
            let x = try inputs.required(0, "input").shape
            let strides = x.strides
            return Array(
                StridedPositions(
                    extents: [x[0], x[2], x[3], x[1]], strides: [strides[0], strides[2], strides[3], strides[1]]))
        }

        func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { true }
    }

    private func diagnosis(of plant: Plant, outputsOnly: Bool, seed: UInt64 = 7) throws -> Diagnosis {
        let right = try SmallNetwork(seed: seed)
        let wrong = try plant.network(right)
        let cases = try wrong.recording(outputsOnly: outputsOnly, altering: plant.result, inputs: plant.input)
        return try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
    }

    @Test(
        "With every layer recorded, a planted fault is named, at its layer, and confirmed on every case",
        arguments: plants)
    func faultIsNamed(_ plant: Plant) throws {
        let diagnosis = try diagnosis(of: plant, outputsOnly: false)
        let cause = try #require(diagnosis.causes.first, "\(diagnosis.unexplained)")
        #expect(cause.kind == plant.kind, "\(cause.words)")
        #expect(cause.layer?.tensor == plant.layer, "\(cause.words)")
        #expect(([cause.words] + cause.alternatives).contains { $0.contains(plant.words) }, "\(cause.words)")
        #expect(cause.ratioBefore > 1 && cause.ratioAfter <= 1 && cause.confirmedOn == 3)
        #expect(diagnosis.unexplained.isEmpty)
        #expect(diagnosis.causes.count == 1, "\(diagnosis.sentences)")
    }

    @Test(
        "With the outputs alone, a planted fault is named, or is among what the inputs do not tell apart",
        arguments: plants.filter(\.isToldByOutputs))
    func faultIsNamedByOutputs(_ plant: Plant) throws {
        let diagnosis = try diagnosis(of: plant, outputsOnly: true)
        let cause = try #require(diagnosis.causes.first, "\(diagnosis.unexplained)")
        let words = [cause.words] + cause.alternatives
        #expect(words.contains { $0.contains(plant.words) && $0.hasPrefix(plant.layer ?? "") }, "\(words)")
        #expect(diagnosis.unexplained.isEmpty)
    }

    @Test(
        "A right program that sums in another order is not accused, with layers or outputs alone",
        arguments: [true, false])
    func innocentIsLeftInPeace(outputsOnly: Bool) throws {
        let network = try SmallNetwork(seed: 11)
        let cases = try network.recording(outputsOnly: outputsOnly)
        let diagnosis = try Diagnosis(of: network.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.isEmpty && diagnosis.unexplained.isEmpty, "\(diagnosis.sentences)")
    }

    @Test("Two faults at once are both named where layers are recorded")
    func twoFaultsAreNamed() throws {
        let right = try SmallNetwork()
        let wrong = try right.changing("conv1.weight") { $0.transposed([0, 1, 3, 2]) }
            .changing("dense.bias") { $0.map { _ in 0 } }
        let cases = try wrong.recording(outputsOnly: false)
        let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.map(\.kind) == [.kernelOrder, .bias], "\(diagnosis.sentences)")
        #expect(diagnosis.causes.map(\.layer?.tensor) == ["conv1", "dense"])
    }

    @Test("Two faults at once are both named by the outputs alone")
    func twoFaultsAreNamedByOutputs() throws {
        let right = try SmallNetwork()
        let wrong = try right.changing("conv1.weight") { $0.transposed([0, 1, 3, 2]) }
            .changing("dense.bias") { $0.map { _ in 0 } }
        let cases = try wrong.recording(outputsOnly: true)
        let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(Set(diagnosis.causes.map(\.kind)) == [.kernelOrder, .bias], "\(diagnosis.sentences)")
    }

    @Test("A layer that is left out is said to be so, with layers or outputs alone", arguments: [true, false])
    func leftOutLayerIsNamed(outputsOnly: Bool) throws {
        var right = try SmallNetwork()
        right.constants["low"] = .float32(Tensor([], [-0.5]))
        right.constants["high"] = .float32(Tensor([], [0.5]))
        right.nodes = right.nodes.flatMap { node -> [Node] in
            switch node.name {
            case "dense":
                [node, Node(name: "limits", operator: Clip(), inputs: ["dense", "low", "high"], outputs: ["limits"])]
            case "boxes", "logits":
                [
                    Node(
                        name: node.name, operator: node.operator, inputs: ["limits"] + node.inputs.dropFirst(),
                        outputs: node.outputs)
                ]
            default: [node]
            }
        }
        let wrong = right.replacing("limits", by: ActivationFunction.identity)
        let cases = try wrong.recording(outputsOnly: outputsOnly)
        let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.map(\.kind) == [.nodeLeftOut], "\(diagnosis.sentences)")
        #expect(diagnosis.causes.first?.layer?.tensor == "limits")
    }

    @Test("What no fault explains is said to be unexplained, with where it is")
    func noiseIsUnexplained() throws {
        let right = try SmallNetwork()
        let cases = try right.recording(
            outputsOnly: false,
            altering: { name, tensor in
                guard name == "conv2" else { return tensor }
                var draw = Draw(state: 3)
                return .float32(
                    Tensor(
                        tensor.shape,
                        tensor.float64.elements.map { value in
                            Float(value) + Float(draw.next() >> 40) / 0x1p26
                        }))
            })
        let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.isEmpty, "\(diagnosis.sentences)")
        #expect(diagnosis.unexplained.map(\.tensors) == [["conv2"]])
        #expect(diagnosis.sentences.first?.hasPrefix("unexplained: conv2 (Conv)") == true, "\(diagnosis.sentences)")
    }

    @Test("Faults that do not fit a result of another shape, as of an image that lies otherwise, are left out")
    func shapesThatDoNotFit() throws {
        var draw = Draw(state: 5)
        let graph = try Graph(
            name: "wide",
            inputs: [
                Graph.Input(
                    name: "image", elementType: .float32,
                    dimensions: [.symbolic("n"), .fixed(3), .symbolic("rows"), .symbolic("columns")])
            ], outputs: ["conv"],
            nodes: [Node(name: "conv", operator: Convolution(), inputs: ["image", "weight"], outputs: ["conv"])],
            initializers: ["weight": draw.tensor([4, 3, 3, 3], 0.4)])
        let (image, noise) = (draw.tensor([1, 3, 8, 8], 1), draw.tensor([1, 4, 6, 6], 1))
        let wide = draw.tensor([1, 3, 7, 10], 1)
        let cases = [
            RecordedCase(name: "square", source: "drawn", inputs: ["image": image], tensors: ["conv": noise]),
            RecordedCase(
                name: "wide", source: "drawn", inputs: ["image": wide], tensors: ["conv": draw.tensor([1, 4, 5, 8], 1)]),
        ]
        let diagnosis = try Diagnosis(of: graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.isEmpty && diagnosis.unexplained.map(\.tensors) == [["conv"]])
    }

    @Test("A float32 recording that was float16 throughout is said to be so, once")
    func float16ThroughoutIsNamed() throws {
        let right = try SmallNetwork()
        var wrong = right
        wrong.constants = right.constants.mapValues { .float32($0.float64.map { Float(Float16($0)) }) }
        let half = { (tensor: AnyTensor) in AnyTensor.float32(tensor.float64.map { Float(Float16($0)) }) }
        for outputsOnly in [true, false] {
            let cases = try wrong.recording(
                outputsOnly: outputsOnly, altering: { half($1) }, inputs: { $0.mapValues(half) })
            let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
                try #require(cases.first { $0.name == name })
            }
            #expect(diagnosis.sentences.first?.contains("fp16-storage") == true, "\(diagnosis.sentences)")
            #expect(diagnosis.sentences.count == 1, "\(diagnosis.sentences)")
        }
    }

    @Test("The answers of the case before are said to be those")
    func staleAnswersAreNamed() throws {
        let network = try SmallNetwork()
        let right = try network.recording(outputsOnly: true)
        let cases = right.indices.map { index in
            RecordedCase(
                name: right[index].name, source: right[index].source, inputs: right[index].inputs,
                tensors: right[max(index - 1, 0)].tensors)
        }
        let diagnosis = try Diagnosis(of: network.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.map(\.kind) == [.otherCase], "\(diagnosis.sentences)")
    }

    @Test(
        "Cases that hold the outputs alone are explained by what cases with all layers tell, and accuse no layer",
        arguments: [true, false])
    func casesOfBothKinds(isFaulty: Bool) throws {
        let right = try SmallNetwork()
        let wrong = isFaulty ? try right.changing("conv2.bias") { $0.map { _ in 0 } } : right
        let (layers, outputs) = (try wrong.recording(outputsOnly: false), try wrong.recording(outputsOnly: true))
        let cases = [outputs[0], layers[1], outputs[2]]
        let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.unexplained.isEmpty, "\(diagnosis.sentences)")
        #expect(diagnosis.causes.map(\.kind) == (isFaulty ? [.bias] : []), "\(diagnosis.sentences)")
        #expect(diagnosis.causes.allSatisfy { $0.layer?.tensor == "conv2" && $0.confirmedOn == 3 })
    }

    @Test("A fault that explains only the case it was chosen on is not a cause")
    func otherCasesDecide() throws {
        let right = try SmallNetwork()
        let wrong = try right.changing("conv2.bias") { $0.map { _ in 0 } }
        let (faulty, other) = (
            try wrong.recording(outputsOnly: false),
            try right.changing("conv2.bias") { $0.map { 3 * $0 } }.recording(outputsOnly: false)
        )
        let cases = [faulty[0], other[1], other[2]]
        let diagnosis = try Diagnosis(of: right.graph, in: .fp32, cases: cases.map(\.name)) { name in
            try #require(cases.first { $0.name == name })
        }
        #expect(diagnosis.causes.isEmpty, "\(diagnosis.sentences)")
        #expect(diagnosis.unexplained.map(\.tensors) == [["conv2"]])
    }
}
