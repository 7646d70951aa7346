import SwiftProtobuf
import Tensors

/// The weights in a `.caffemodel` file, keyed by the layers' names. The file describes the trained network, whose
/// layers may differ from the definition's.
struct CaffeWeights {
    let file: String
    private let layers: [String: [CaffeBlobProto]]
    /// The names shared by several layers with weights.
    private let repeated: Set<String>

    /// - Throws: ``ModelError`` if the bytes are not a `.caffemodel` file.
    init(_ bytes: [UInt8], file: String) throws(ModelError) {
        let network: CaffeNetParameter
        do {
            network = try CaffeNetParameter(serializedBytes: bytes)
        } catch {
            throw .malformed(file: file, reason: "these are not Caffe weights, or only a part of them: \(error)")
        }
        let all = network.layer.map { ($0.name, $0.blobs) } + network.layers.map { ($0.name, $0.blobs) }
        guard !all.isEmpty else { throw .malformed(file: file, reason: "these weights of Caffe hold no layers") }
        var layers = [String: [CaffeBlobProto]]()
        var repeated = Set<String>()
        for (name, blobs) in all where !blobs.isEmpty {
            if layers.updateValue(blobs, forKey: name) != nil { repeated.insert(name) }
        }
        self.layers = layers
        self.repeated = repeated
        self.file = file
    }

    /// The weights of a layer, with the expected number and shapes.
    ///
    /// - Throws: ``ModelError`` naming the layer and its weights.
    func tensors(of layer: CaffeLayerParameter, _ wanted: [(role: String, shape: Shape)]) throws(ModelError)
        -> [Tensor<Float>]
    {
        func fault(_ reason: String) -> ModelError {
            .malformed(file: file, reason: "layer \"\(layer.name)\" (\(layer.type)): \(reason)")
        }
        guard let blobs = layers[layer.name] else {
            throw fault("it has no weights here, though the definition has it")
        }
        guard !repeated.contains(layer.name) else { throw fault("there are two layers of this name with weights") }
        guard blobs.count == wanted.count else {
            throw fault(
                "\(blobs.count) tensors of weights, where the definition needs \(wanted.count): "
                    + wanted.map { "\($0.role) \($0.shape)" }.joined(separator: ", "))
        }
        var tensors = [Tensor<Float>]()
        for (blob, (role, shape)) in zip(blobs, wanted) {
            guard blob.fits(shape) else {
                throw fault("its \(role) have shape \(blob.extents), the definition needs \(shape)")
            }
            let values = blob.data.isEmpty ? blob.doubleData.map { Float($0) } : blob.data
            guard values.count == shape.count else {
                throw fault("its \(role) of shape \(shape) hold \(values.count) numbers, not \(shape.count)")
            }
            tensors.append(Tensor(shape, values))
        }
        return tensors
    }
}

extension CaffeBlobProto {
    fileprivate var extents: [Int] {
        hasShape ? shape.dim.map { Int(clamping: $0) } : [num, channels, height, width].map { Int($0) }
    }

    /// Older files give four extents, with leading 1s if there are fewer (Caffe, `Blob::ShapeEquals`).
    fileprivate func fits(_ wanted: Shape) -> Bool {
        guard !hasShape else { return extents == wanted.dimensions }
        return wanted.rank <= 4 && extents == [Int](repeating: 1, count: 4 - wanted.rank) + wanted.dimensions
    }
}
