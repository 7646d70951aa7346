import Engines
import NetworkGraph
import Tensors
import TestSupport

/// What an engine gives for upright images [N, rows, columns, 3], as a fused network would return it:
/// [N, rows, columns, channels].
struct OperatorOutputs {
    let tensor: Tensor<Double>

    /// - Parameter imageAxes: the axes of the graph's input; its output maps have the same, or channels first.
    init(_ engine: any Engine, _ images: Tensor<Float>, imageAxes: [MapAxis], outputs: [String]) throws {
        let names: [MapAxis] = [.image, .row, .column, .channel]
        let input = images.rearranged(imageAxes.map { names.firstIndex(of: $0) ?? 0 })
        let results = try engine.run([engine.graph.inputs[0].name: .float32(input)])
        let heads = outputs.compactMap { results[$0]?.float64 }.map { head in
            head.shape.rank == 2
                ? head.reshaped(to: [head.shape[0], 1, 1, head.shape[1]])
                : head.rearranged(names.map { imageAxes.firstIndex(of: $0) ?? 0 })
        }
        let pixels = heads[0].shape.count / max(heads[0].shape[3], 1)
        let channels = heads.map { $0.shape[3] }.reduce(0, +)
        let elements = (0..<pixels).flatMap { pixel in
            heads.flatMap { $0.elements[pixel * $0.shape[3]..<(pixel + 1) * $0.shape[3]] }
        }
        tensor = Tensor(Shape(heads[0].shape.dimensions.dropLast() + [channels]), elements)
    }
}

/// Where two tensors first differ in a bit of their float32 numbers; a NaN equals any other.
func firstDifference(_ a: Tensor<Float>, _ b: Tensor<Double>) -> String? {
    let index = zip(a.elements, b.elements).enumerated().first { _, pair in
        pair.0.isNaN ? !pair.1.isNaN : pair.0.bitPattern != Float(pair.1).bitPattern
    }?.offset
    return index.map { "\($0) of \(a.elements.count): \(a.elements[$0]), expected \(b.elements[$0])" }
}

extension Tensor {
    /// Axis i of the result is axis permutation[i] of this tensor.
    fileprivate func rearranged(_ permutation: [Int]) -> Tensor {
        let result = Shape(permutation.map { shape[$0] })
        let strides = permutation.map { shape.strides[$0] }
        return Tensor(
            result,
            (0..<result.count).map { position in
                elements[zip(result.index(at: position), strides).map { $0 * $1 }.reduce(0, +)]
            })
    }
}
