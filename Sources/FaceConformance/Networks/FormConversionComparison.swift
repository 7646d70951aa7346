import Captures
import Conformance
import Detection
import Engines
import ModelFormats
import NetworkGraph
import Tensors

/// Compares a face network with a capture of the same network in another form: other tensors, another layout of images
/// and outputs. It compares the network's answers: boxes, landmarks and logits.
extension NetworkComparison {
    /// - Parameters:
    ///   - network: computes the model.
    ///   - name: the network's name in the report.
    /// - Throws: ``Captures/CaptureError``; ``ComparisonError/nothingInCommon(_:)`` if the capture is not of a face
    ///   network or lacks the logits; any error of the network.
    package init(
        of network: GraphFaceNetwork, model: Model, with capture: CaptureFile, name: String,
        shard: Shard = .whole, progress: (_ caseName: String) -> Void = { _ in }
    ) throws {
        try self.init(
            of: network, model: model, with: capture, name: name, shard: shard, progress: progress, answers: { _, _ in }
        )
    }

    /// - Parameter answers: called with the recording and the network's answer for each image.
    init(
        of network: GraphFaceNetwork, model: Model, with capture: CaptureFile, name: String, shard: Shard,
        progress: (_ caseName: String) -> Void, answers observe: (_ recorded: FaceAnswers, _ found: FaceAnswers) -> Void
    ) throws {
        var cases = [CaseMetrics]()
        var gaps = InputGaps()
        for caseName in shard.stretch(of: capture.caseNames) {
            progress(caseName)
            let recorded = try capture.readCase(caseName)
            let answers = try RecordedAnswers(recorded, in: capture, of: network.network, scores: network.scores)
            gaps = gaps.merged(with: InputGaps(["image": .float32(answers.images)]))
            // A network may take only one image at a time, and a large batch takes memory.
            var layers = [LayerMetrics]()
            for index in 0..<answers.images.shape[0] {
                let found = try network.evaluate(answers.images.slice(index..<index + 1))
                let one = try answers.metrics(of: index, found)
                layers = layers.isEmpty ? one : zip(layers, one).map { $0.merged(with: $1) }
                observe(
                    answers.decided(of: index), FaceAnswers(positions: found.map { Double($0) }, scores: network.scores)
                )
            }
            cases.append(CaseMetrics(name: caseName, source: recorded.source, layers: layers))
        }
        self.init(
            network: name, modelSHA256: model.sha256, cases: cases, layersNotCompared: [],
            inputsCannotShow: gaps.sentences, inputsAreConstant: gaps.areConstant)
    }
}

extension CaptureFile {
    /// The largest error of rounding a recorded face network's answers to float16 once.
    func float16FloorOfAnswers(of network: CascadeNetwork) throws -> Double {
        try caseNames.map { try RecordedAnswers(readCase($0), in: self, of: network, scores: .logits).float16Floor }
            .max() ?? 0
    }
}

/// A recorded case in the form of the cascade's networks.
private struct RecordedAnswers {
    /// [N, rows, columns, 3]
    let images: Tensor<Float>
    private let heads: [Head]
    private let caseName: String
    private let scores: FaceScores

    private struct Head {
        let name: String
        let channels: Range<Int>
        /// [N, rows, columns, channels]
        let values: Tensor<Double>
    }

    /// - Parameter scores: the kind of scores that the network gives; the recording must have the same kind.
    init(
        _ recorded: CaptureCase, in capture: CaptureFile, of network: CascadeNetwork, scores: FaceScores
    ) throws {
        func fault(_ what: String) -> ComparisonError {
            .nothingInCommon("\(capture.path), case \"\(recorded.name)\": \(what)")
        }
        guard recorded.inputs.count == 1, let input = recorded.inputs.first?.values, input.shape.rank == 4 else {
            throw fault("a face network takes one tensor of images")
        }
        let isTransposed = input.shape[3] == 3
        guard isTransposed || input.shape[1] == 3 else { throw fault("images of shape \(input.shape)") }
        caseName = recorded.name
        self.scores = scores
        images = input.float64.upright(isTransposed: isTransposed).map { Float($0) }
        func upright(_ tensor: AnyTensor) -> Tensor<Double> { tensor.float64.upright(isTransposed: isTransposed) }
        // A face network's outputs are vectors or maps, one for each image.
        let tensors = recorded.tensors.filter {
            [2, 4].contains($0.values.shape.rank) && $0.values.shape[0] == input.shape[0]
        }
        let outputs = tensors.filter(\.isGraphOutput).map { upright($0.values) }
        if let joined = outputs.first(where: { $0.shape[3] == network.outputChannels }) {
            heads = [Head(name: "output", channels: 0..<joined.shape[3], values: joined)]
            return
        }
        // The last tensor with two channels that is not an output is the softmax's input.
        let logits = tensors.last {
            $0.isGraphOutput == (scores == .probabilities) && Self.channels(of: $0.values, isTransposed) == 2
        }
        guard let logits, let boxes = outputs.first(where: { $0.shape[3] == 4 }) else {
            throw fault("neither \(network.outputChannels) values together, nor boxes and \(scores), are recorded")
        }
        let landmarks = outputs.filter { $0.shape[3] == 10 }
        heads =
            [
                Head(name: "\(scores)", channels: 0..<2, values: upright(logits.values)),
                Head(name: "boxes", channels: 2..<6, values: boxes),
            ] + landmarks.map { Head(name: "landmarks", channels: 6..<16, values: $0) }
        guard heads.count == (network == .output ? 3 : 2) else {
            throw fault("landmarks are recorded of \(landmarks.count) outputs, which does not fit \(network.modelName)")
        }
    }

    var float16Floor: Double {
        heads.flatMap(\.values.elements).filter(\.isFinite).map { abs(Double(Float16($0)) - $0) }.max() ?? 0
    }

    /// How the network's answer for one image differs.
    func metrics(of index: Int, _ found: Tensor<Float>) throws -> [LayerMetrics] {
        try heads.map { head in
            let expected = head.values.slice(index..<index + 1)
            let actual = found.map { Double($0) }.channels(head.channels)
            guard actual.shape == expected.shape else {
                throw ComparisonError.differentShape(
                    head.name, case: caseName, baseline: expected.shape, candidate: actual.shape)
            }
            let difference = Difference(baseline: expected, candidate: actual, format: .binary32)
            return LayerMetrics(
                layer: head.name, node: head.name, operator: "network", isOutput: true, shape: nil, isolated: nil,
                cumulative: Agreement(difference: difference)
            ).movedAlongBatch(by: index)
        }
    }

    /// The recorded logits and regressions of one image.
    func decided(of index: Int) -> FaceAnswers {
        let images = heads.map { $0.values.slice(index..<index + 1) }
        return heads.count == 1
            ? FaceAnswers(positions: images[0], scores: scores)
            : FaceAnswers(images[0].elements, scores, regressions: images[1].elements)
    }

    private static func channels(of tensor: AnyTensor, _ isTransposed: Bool) -> Int? {
        switch tensor.shape.rank {
        case 2: tensor.shape[1]
        case 4: isTransposed ? tensor.shape[3] : tensor.shape[1]
        default: nil
        }
    }
}

extension Tensor {
    /// A range of the last axis.
    fileprivate func channels(_ range: Range<Int>) -> Tensor {
        let all = shape[shape.rank - 1]
        let positions = elements.count / all
        return Tensor(
            Shape(shape.dimensions.dropLast() + [range.count]),
            (0..<positions).flatMap { elements[$0 * all + range.lowerBound..<$0 * all + range.upperBound] })
    }
}

extension Tensor<Double> {
    /// [N, rows, columns, channels] from [N, columns, rows, channels], [N, channels, rows, columns] or [N, channels].
    func upright(isTransposed: Bool) -> Tensor {
        guard shape.rank == 4 else {
            return reshaped(to: Shape([shape[0], 1, 1] + shape.dimensions.dropFirst()))
        }
        return transposed(isTransposed ? [0, 2, 1, 3] : [0, 2, 3, 1])
    }
}
