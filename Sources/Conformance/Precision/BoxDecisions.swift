import Detection
import Engines
import NetworkGraph
import Tensors

/// What a face network answers, position by position.
struct FaceAnswers {
    /// Of a face.
    let probabilities: [Double]
    /// Four for each position.
    let regressions: [Double]

    private init(probabilities: [Double], regressions: [Double]) {
        self.probabilities = probabilities
        self.regressions = regressions
    }

    /// - Parameter positions: logits of no face and of a face, then the regression, and perhaps landmarks.
    init(positions: Tensor<Double>) {
        let channels = positions.shape[positions.shape.rank - 1]
        let starts = stride(from: 0, to: positions.elements.count, by: channels)
        self.init(
            logits: starts.flatMap { positions.elements[$0..<$0 + 2] },
            regressions: starts.flatMap { positions.elements[$0 + 2..<$0 + 6] })
    }

    /// - Parameters:
    ///   - logits: of no face and of a face, for each position.
    ///   - regressions: four for each position.
    init(logits: [Double], regressions: [Double]) {
        let faces = stride(from: 1, to: logits.count, by: 2)
        let ratios = exponentials(of: faces.map { logits[$0 - 1] - logits[$0] })
        self.init(probabilities: ratios.map { 1 / (1 + $0) }, regressions: regressions)
    }

    /// The outputs of a graph: one of 2 channels holds probabilities, or logits where no softmax gives it, one of 4
    /// regressions; or one of 6 or 16 holds logits and regressions. Nil where there are no such outputs.
    init?(_ outputs: [String: AnyTensor], of graph: Graph) {
        func output(channels: Int) -> (name: String, values: [Double])? {
            graph.outputs.lazy.compactMap { name in
                outputs[name]?.float64.byPosition(channels: channels).map { (name, $0) }
            }.first
        }
        if let joined = output(channels: 6) {
            self.init(positions: Tensor([joined.values.count / 6, 6], joined.values))
        } else if let joined = output(channels: 16) {
            self.init(positions: Tensor([joined.values.count / 16, 16], joined.values))
        } else if let scores = output(channels: 2), let boxes = output(channels: 4) {
            if graph.nodes.contains(where: { $0.outputs == [scores.name] && $0.operator is Softmax }) {
                self.init(
                    probabilities: stride(from: 1, to: scores.values.count, by: 2).map { scores.values[$0] },
                    regressions: boxes.values)
            } else {
                self.init(logits: scores.values, regressions: boxes.values)
            }
        } else {
            return nil
        }
    }
}

/// A network's decisions and its own boxes, in two computations of it.
struct BoxDecisions {
    let scoreThreshold: Double
    private(set) var overlaps = OverlapDistribution()
    private var count = 0
    private var agreeing = 0

    init(scoreThreshold: Double) {
        self.scoreThreshold = scoreThreshold
    }

    var agreement: Double? { count > 0 ? Double(agreeing) / Double(count) : nil }

    mutating func add(expected: FaceAnswers, found: FaceAnswers) {
        for (position, probability) in expected.probabilities.enumerated() {
            let isFace = probability >= scoreThreshold
            count += 1
            if isFace == (found.probabilities[position] >= scoreThreshold) { agreeing += 1 }
            if isFace {
                let overlap = unitBox(expected.regressions, position).intersectionOverUnion(
                    with: unitBox(found.regressions, position))
                // A box with a NaN is nowhere.
                overlaps.add(overlap.isNaN ? 0 : overlap)
            }
        }
    }

    /// A box of side 1, moved by a regression: corners (dx1, dy1) and (1 + dx2, 1 + dy2).
    private func unitBox(_ regressions: [Double], _ position: Int) -> BoundingBox {
        let regression = regressions[position * 4..<position * 4 + 4].map { Float($0) }
        return BoundingBox(
            x: regression[0], y: regression[1], width: 1 + regression[2] - regression[0],
            height: 1 + regression[3] - regression[1])
    }
}

extension Tensor<Double> {
    /// The elements position by position, the channels of each together; nil for a tensor of other channels.
    fileprivate func byPosition(channels: Int) -> [Double]? {
        if shape.rank == 4, shape[1] == channels, shape[3] != channels {
            return upright(isTransposed: false).elements
        }
        return shape.dimensions.last == channels ? elements : nil
    }
}
