import SwiftProtobuf

/// A Caffe network in use: the layers of its definition outside of training, and its inputs.
struct CaffeDefinition {
    let name: String
    let inputs: [Input]
    let layers: [CaffeLayerParameter]

    struct Input {
        let name: String
        let extents: [Int]
    }

    /// - Parameter text: a `.prototxt` file.
    /// - Throws: ``ModelError`` at the first invalid line, and for inputs without a shape.
    init(_ text: [UInt8], file: String) throws(ModelError) {
        let network = try CaffeNetParameter(definition: String(decoding: text, as: UTF8.self), file: file)
        guard network.layer.isEmpty || network.layers.isEmpty else {
            throw .malformed(file: file, reason: "it has layers of two schemas, \"layer\" and \"layers\"; one is right")
        }
        name = network.name
        var used = [CaffeLayerParameter]()
        for layer in network.layer + network.layers.map(\.upgraded) where layer.isUsed { used.append(layer) }
        var inputs = try Self.declaredInputs(network, file: file)
        for layer in used where layer.type == "Input" {
            let shapes = layer.inputParam.shape
            guard shapes.count == 1 || shapes.count == layer.top.count else {
                throw .malformed(
                    file: file,
                    reason: "layer \"\(layer.name)\" (Input) has \(shapes.count) shapes for \(layer.top.count) inputs")
            }
            for (index, top) in layer.top.enumerated() {
                inputs.append(Input(name: top, extents: shapes[shapes.count == 1 ? 0 : index].dim.map { Int($0) }))
            }
        }
        self.inputs = inputs
        layers = used.filter { $0.type != "Input" }
        if let fed = layers.first(where: { CaffeLayerParameter.trainingInputs.contains($0.type) }) {
            throw .unsupportedOperator(
                file: file, node: fed.name, operator: fed.type,
                reason: "reads data for training; the definition for use is needed, which has an input instead "
                    + "(often named deploy.prototxt)")
        }
        guard !layers.isEmpty else { throw .malformed(file: file, reason: "this Caffe network has no layers") }
        guard !inputs.isEmpty else { throw .malformed(file: file, reason: "this Caffe network has no input") }
    }

    /// The inputs declared before the layers, each with its shape or with four extents.
    private static func declaredInputs(
        _ network: CaffeNetParameter, file: String
    ) throws(ModelError) -> [Input] {
        let names = network.input
        var extents = network.inputShape.map { $0.dim.map { Int($0) } }
        if extents.isEmpty, network.inputDim.count == 4 * names.count {
            extents = names.indices.map { index in network.inputDim[4 * index..<4 * index + 4].map { Int($0) } }
        }
        guard extents.count == names.count else {
            throw .malformed(
                file: file,
                reason: "it has \(names.count) inputs, \(network.inputShape.count) shapes and "
                    + "\(network.inputDim.count) extents (input_dim); one shape or four extents for each input are right"
            )
        }
        return zip(names, extents).map { Input(name: $0, extents: $1) }
    }
}

extension CaffeNetParameter {
    /// - Throws: ``ModelError`` naming the line that cannot be read.
    fileprivate init(definition text: String, file: String) throws(ModelError) {
        func fault(in text: String) -> TextFormatDecodingError? {
            do {
                _ = try CaffeNetParameter(textFormatString: text)
                return nil
            } catch {
                return error as? TextFormatDecodingError ?? .malformedText
            }
        }
        do {
            self = try CaffeNetParameter(textFormatString: text)
        } catch {
            let kind = error as? TextFormatDecodingError ?? .malformedText
            let what =
                switch kind {
                case .truncated: "it ends within a layer"
                case .unknownField: "a field that no supported layer has"
                case .unrecognizedEnumValue: "a value that its field does not have"
                case .malformedNumber: "a number that its field cannot have"
                case .schemaMismatch: "a value of another kind than its field has"
                case .messageDepthLimit: "messages within messages, deeper than any network has"
                default: "it does not consist of fields and values such as name: \"conv1\""
                }
            guard kind != .truncated else {
                throw .malformed(file: file, reason: "this is not a Caffe definition, or only a part of one: \(what)")
            }
            // The decoder gives no position: it is the last line of the shortest prefix with the same fault.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            var (good, bad) = (0, lines.count)
            while bad - good > 1 {
                let middle = (good + bad) / 2
                let isBefore = fault(in: lines[..<middle].joined(separator: "\n") + "\n") == kind
                (good, bad) = isBefore ? (good, middle) : (middle, bad)
            }
            let line = lines[bad - 1].prefix(80).filter { !$0.isNewline && $0 != "\t" }
            let trimmed = String(line.drop { $0 == " " })
            throw .malformed(
                file: file, reason: "this is not a supported Caffe definition: line \(bad), \"\(trimmed)\": \(what)")
        }
    }
}

extension CaffeLayerParameter {
    /// The layers that read training data.
    static let trainingInputs: Set<String> = [
        "Data", "DummyData", "HDF5Data", "ImageData", "MemoryData", "WindowData", "AnnotatedData",
    ]

    /// Whether the layer exists outside of training, at level 0 and without stages (Caffe, `Net::FilterNet`).
    fileprivate var isUsed: Bool {
        guard !hasPhase || phase == .test else { return false }
        return include.isEmpty ? !exclude.contains(where: \.isMet) : include.contains(where: \.isMet)
    }
}

extension CaffeNetStateRule {
    fileprivate var isMet: Bool {
        (!hasPhase || phase == .test) && minLevel <= 0 && (!hasMaxLevel || maxLevel >= 0) && stage.isEmpty
    }
}

extension CaffeV1LayerParameter {
    /// The same layer in the schema used since 2015.
    fileprivate var upgraded: CaffeLayerParameter {
        .with {
            $0.name = name
            $0.type = Self.typeNames[type] ?? "unknown"
            $0.bottom = bottom
            $0.top = top
            $0.include = include
            $0.exclude = exclude
            if hasConcatParam { $0.concatParam = concatParam }
            if hasConvolutionParam { $0.convolutionParam = convolutionParam }
            if hasDropoutParam { $0.dropoutParam = dropoutParam }
            if hasEltwiseParam { $0.eltwiseParam = eltwiseParam }
            if hasExpParam { $0.expParam = expParam }
            if hasInnerProductParam { $0.innerProductParam = innerProductParam }
            if hasLrnParam { $0.lrnParam = lrnParam }
            if hasPoolingParam { $0.poolingParam = poolingParam }
            if hasPowerParam { $0.powerParam = powerParam }
            if hasReluParam { $0.reluParam = reluParam }
            if hasSliceParam { $0.sliceParam = sliceParam }
            if hasSoftmaxParam { $0.softmaxParam = softmaxParam }
        }
    }

    private static let typeNames: [LayerType: String] = [
        .absval: "AbsVal", .accuracy: "Accuracy", .argmax: "ArgMax", .bnll: "BNLL", .concat: "Concat",
        .contrastiveLoss: "ContrastiveLoss", .convolution: "Convolution", .data: "Data",
        .deconvolution: "Deconvolution", .dropout: "Dropout", .dummyData: "DummyData", .eltwise: "Eltwise",
        .euclideanLoss: "EuclideanLoss", .exp: "Exp", .flatten: "Flatten", .hdf5Data: "HDF5Data",
        .hdf5Output: "HDF5Output", .hingeLoss: "HingeLoss", .im2Col: "Im2col", .imageData: "ImageData",
        .infogainLoss: "InfogainLoss", .innerProduct: "InnerProduct", .lrn: "LRN", .memoryData: "MemoryData",
        .multinomialLogisticLoss: "MultinomialLogisticLoss", .mvn: "MVN", .pooling: "Pooling", .power: "Power",
        .relu: "ReLU", .sigmoid: "Sigmoid", .sigmoidCrossEntropyLoss: "SigmoidCrossEntropyLoss",
        .silence: "Silence", .slice: "Slice", .softmax: "Softmax", .softmaxLoss: "SoftmaxWithLoss",
        .split: "Split", .tanh: "TanH", .threshold: "Threshold", .windowData: "WindowData",
    ]
}
