import NetworkGraph
import Tensors

/// What a Caffe network states about itself.
package struct CaffeProvenance: Sendable, Equatable {
    /// The number of layers outside of training.
    package let layers: Int
    /// The shapes of the inputs in the definition. The batch and the extents of images may differ.
    package let defaultShapes: [String: Shape]

    package init(layers: Int, defaultShapes: [String: Shape]) {
        self.layers = layers
        self.defaultShapes = defaultShapes
    }
}

/// A graph read from a definition (`.prototxt`) and weights (`.caffemodel`)
/// (https://caffe.berkeleyvision.org/tutorial/layers.html).
struct CaffeNetwork {
    let provenance: CaffeProvenance
    let graph: Graph

    /// - Parameters:
    ///   - name: of the graph.
    ///   - file: the definition's, for errors.
    /// - Throws: ``ModelError``.
    init(definition: [UInt8], weights: CaffeWeights, name: String, file: String) throws(ModelError) {
        let definition = try CaffeDefinition(definition, file: file)
        var shapes = [String: Shape]()
        for input in definition.inputs {
            guard let shape = try? Shape(checking: input.extents), shape.count > 0, shape.rank >= 1 else {
                throw .malformed(
                    file: file, reason: "input \"\(input.name)\" has shape \(input.extents), which no tensor can have")
            }
            guard shapes.updateValue(shape, forKey: input.name) == nil else {
                throw .badGraph(file: file, .duplicateName(input.name, definer: "an input"))
            }
        }
        var builder = CaffeGraphBuilder(inputs: shapes, weights: weights, file: file)
        for layer in definition.layers { try builder.append(layer) }
        let images = CaffeOrigin(fingerprint: builder.fingerprint)?.images
        let inputs = definition.inputs.map { input in
            Graph.Input(
                name: input.name, elementType: .float32,
                dimensions: Self.dimensions(input.extents, isOnly: definition.inputs.count == 1), images: images)
        }
        do throws(GraphError) {
            graph = try Graph(
                name: name, inputs: inputs, outputs: builder.outputs, nodes: builder.nodes,
                initializers: builder.initializers)
        } catch {
            throw .badGraph(file: file, error)
        }
        provenance = CaffeProvenance(layers: definition.layers.count, defaultShapes: shapes)
    }

    /// Caffe gives an input the shape of the actual data: the declared batch and image extents are defaults.
    private static func dimensions(_ extents: [Int], isOnly: Bool) -> [Graph.Dimension] {
        extents.enumerated().map { axis, extent in
            switch (axis, extents.count) {
            case (0, _): .symbolic(isOnly ? "N" : "")
            case (2, 4): .symbolic(isOnly ? "height" : "")
            case (3, 4): .symbolic(isOnly ? "width" : "")
            default: .fixed(extent)
            }
        }
    }
}
