import NetworkGraph
import Tensors

/// What a Core ML neural network (specification 1 to 5) states about itself.
package struct CoreMLNetworkProvenance: Sendable, Equatable {
    package let specificationVersion: Int
    package let metadata: [String: String]
    package let layers: Int
    /// The layers with weights stored in fewer than 32 bits.
    package let compressed: [CoreMLProvenance.CompressedConstant]
    /// The shapes of the inputs, with open extents at their defaults.
    package let defaultShapes: [String: Shape]
}

/// A neural network read from a Core ML model, with weights as float32.
///
/// If the model maps inputs to five axes (sequence, batch, channel, height, width), tensors are [N, channel, height,
/// width] here, with any number of images; otherwise they keep the model's axes.
struct CoreMLNetwork {
    let graph: Graph
    let provenance: CoreMLNetworkProvenance

    /// - Throws: ``ModelError``; for a model of another kind, ``ModelError/unsupported(file:reason:)``.
    init(_ model: CoreMLModel, name: String, file: String) throws(ModelError) {
        do throws(ProgramFault) {
            try self.init(model, name: name)
        } catch {
            throw error.isUnsupported
                ? .unsupported(file: file, reason: error.description)
                : .malformed(file: file, reason: error.description)
        }
    }

    /// Whether the model is a neural network of layers, not a program.
    static func isKind(of model: CoreMLModel) -> Bool {
        switch model.type {
        case .neuralNetwork?, .neuralNetworkClassifier?, .neuralNetworkRegressor?: true
        case .mlProgram?, nil: false
        }
    }

    init(_ model: CoreMLModel, name: String) throws(ProgramFault) {
        let network: CoreMLNeuralNetwork
        switch model.type {
        case .neuralNetwork(let given)?, .neuralNetworkClassifier(let given)?, .neuralNetworkRegressor(let given)?:
            network = given
        case .mlProgram?:
            throw ProgramFault(unsupported: "this is an ML Program without its package, where its weights stand")
        case nil:
            throw ProgramFault(
                unsupported:
                    "this is a Core ML model, and neither an ML Program nor a neural network, which are supported")
        }
        guard !network.layers.isEmpty else { throw ProgramFault("the neural network has no layers") }
        var builder = NeuralNetworkBuilder()
        var inputs = [Graph.Input]()
        var shapes = [String: Shape]()
        for feature in model.description_p.input where !feature.type.isOptional {
            do throws(ProgramFault) {
                let input = try NeuralNetworkInput(feature, network)
                guard shapes.updateValue(input.shape, forKey: feature.name) == nil else {
                    throw ProgramFault("it is described twice")
                }
                inputs.append(input.graphInput)
                builder.add(input.graphInput.name, input.shape)
            } catch {
                throw error.at("description: input \"\(feature.name)\"")
            }
        }
        for step in network.preprocessing {
            do throws(ProgramFault) {
                let target = step.featureName.isEmpty ? inputs.first?.name ?? "" : step.featureName
                guard let input = inputs.first(where: { $0.name == target }) else {
                    throw ProgramFault("no such input")
                }
                try builder.preprocess(input, step)
            } catch {
                throw error.at("preprocessing of \"\(step.featureName)\"")
            }
        }
        for layer in network.layers {
            do throws(ProgramFault) {
                try builder.append(layer)
            } catch {
                throw error.at("layer \"\(layer.name)\" (\(layer.kind))")
            }
        }
        var outputs = builder.untaken
        if case .neuralNetworkClassifier? = model.type {
            let label = network.labelProbabilityLayerName
            outputs = [label.isEmpty ? outputs.last ?? "" : label]
        }
        do throws(GraphError) {
            graph = try Graph(
                name: name, inputs: inputs, outputs: outputs, nodes: builder.nodes, initializers: builder.initializers)
        } catch {
            throw ProgramFault("neural network: \(error)")
        }
        let described = model.description_p.output.filter { output in
            if case .multiArrayType? = output.type.type { true } else { false }
        }
        for output in described where !outputs.contains(output.name) && builder.knows(output.name) == false {
            throw ProgramFault("description: output \"\(output.name)\" is given by no layer")
        }
        provenance = CoreMLNetworkProvenance(
            specificationVersion: Int(model.specificationVersion),
            metadata: model.description_p.metadata.userDefined, layers: network.layers.count,
            compressed: builder.compressed, defaultShapes: shapes)
    }
}

/// An input of a neural network, according to its description.
private struct NeuralNetworkInput {
    let graphInput: Graph.Input
    let shape: Shape

    init(_ feature: CoreMLFeatureDescription, _ network: CoreMLNeuralNetwork) throws(ProgramFault) {
        var images: ImageDeclaration?
        let array: CoreMLArrayFeatureType
        var isExact = network.arrayInputShapeMapping == 1
        switch feature.type.type {
        case .imageType(let image)?:
            guard let channels = image.channels, let given = feature.type.image else {
                throw ProgramFault(
                    unsupported:
                        "it is an image of color space \(image.colorSpace), and gray (10), RGB (20) and BGR (30) "
                        + "are supported")
            }
            array = given
            isExact = false
            images = ImageDeclaration(
                spatialOrder: .rowsFirst, channels: channels, values: .pixels,
                reason:
                    "the model describes this input as an image; on a device its pixels are bytes, here they are not "
                    + "rounded")
        case .multiArrayType(let given)?: array = given
        default: throw ProgramFault(unsupported: "it is neither a multi-array nor an image, which are supported")
        }
        var extents = array.shape.map { Int(clamping: $0) }
        // For each axis, whether it may have several extents.
        var isOpen = extents.map { _ in false }
        switch array.shapeFlexibility {
        case .shapeRange(let range)? where range.sizeRanges.count == extents.count:
            isOpen = range.sizeRanges.map { Int64(clamping: $0.lowerBound) != $0.upperBound }
        case .enumeratedShapes(let list)?:
            for shape in list.shapes where shape.shape.count == extents.count {
                for (axis, extent) in shape.shape.enumerated() where Int(clamping: extent) != extents[axis] {
                    isOpen[axis] = true
                }
            }
        case .shapeRange?: throw ProgramFault("it has ranges for another number of axes than \(extents)")
        case nil: break
        }
        if !isExact {
            // [channel], [channel, height, width] or [batch, channel, height, width].
            switch extents.count {
            case 1: (extents, isOpen) = ([1] + extents + [1, 1], [true] + isOpen + [false, false])
            case 3: (extents, isOpen) = ([1] + extents, [true] + isOpen)
            case 4: isOpen[0] = true
            default:
                throw ProgramFault(
                    unsupported:
                        "it has shape \(extents), where [channel], [channel, height, width] or four axes are supported")
            }
        }
        guard let shape = try? Shape(checking: extents), shape.count > 0 else {
            throw ProgramFault("it has shape \(extents), which no tensor with elements can have")
        }
        self.shape = shape
        graphInput = Graph.Input(
            name: feature.name, elementType: .float32,
            dimensions: zip(extents, isOpen).enumerated().map { axis, extent in
                extent.1 ? .symbolic(axis == 0 ? "N" : "d\(axis)") : .fixed(extent.0)
            }, images: images)
    }
}

extension CoreMLNeuralNetworkLayer {
    /// The layer's kind, in words.
    var kind: String {
        switch layer {
        case .convolution(let layer)?: layer.isDeconvolution ? "deconvolution" : "convolution"
        case .pooling?: "pooling"
        case .activation?: "activation"
        case .innerProduct?: "innerProduct"
        case .batchnorm?: "batchnorm"
        case .softmax?: "softmax"
        case .lrn?: "lrn"
        case .crop?: "crop"
        case .padding?: "padding"
        case .upsample?: "upsample"
        case .add?: "add"
        case .multiply?: "multiply"
        case .average?: "average"
        case .scale?: "scale"
        case .bias?: "bias"
        case .reduce?: "reduce"
        case .loadConstant?: "loadConstant"
        case .reshape?: "reshape"
        case .flatten?: "flatten"
        case .permute?: "permute"
        case .concat?: "concat"
        case .copy?: "copy"
        case .clip?: "clip"
        case .addBroadcastable?: "addBroadcastable"
        case .divideBroadcastable?: "divideBroadcastable"
        case .multiplyBroadcastable?: "multiplyBroadcastable"
        case .subtractBroadcastable?: "subtractBroadcastable"
        case .softmaxNd?: "softmaxND"
        case .concatNd?: "concatND"
        case .transpose?: "transpose"
        case .loadConstantNd?: "loadConstantND"
        case .squeeze?: "squeeze"
        case .expandDims?: "expandDims"
        case .flattenTo2D?: "flattenTo2D"
        case .reshapeStatic?: "reshapeStatic"
        case nil: Self.kinds[unknownKind] ?? "kind \(unknownKind)"
        }
    }

    /// The number of an unsupported kind.
    private var unknownKind: Int {
        ProtobufFields([UInt8](unknownFields.data)).fields.map(\.number).first { $0 >= 100 } ?? 0
    }

    private static let kinds = [
        150: "embedding", 165: "mvn", 170: "l2normalize",
        211: "resizeBilinear", 212: "cropResize", 220: "unary", 260: "max", 261: "min", 270: "dot", 330: "split",
        340: "sequenceRepeat", 345: "reorganizeData", 350: "slice", 400: "simpleRecurrent", 410: "gru",
        420: "uniDirectionalLSTM", 430: "biDirectionalLSTM", 500: "custom", 605: "branch", 615: "loop", 760: "tanh",
        790: "erf", 795: "gelu", 870: "minBroadcastable", 875: "maxBroadcastable", 885: "powBroadcastable",
        930: "gather", 975: "splitND", 995: "sliceStatic", 1045: "batchedMatmul", 1155: "constantPad",
        1260: "reduceMax", 1270: "reduceSum", 1280: "reduceMean", 1350: "layerNormalization",
        1400: "NonMaximumSuppression", 1460: "clampedReLU",
    ]
}
