import Tensors

/// The ML Program of a face network, layer by layer.
struct FaceProgramBuilder {
    private var written = ProgramOperations()
    private let element: ProgramElement
    /// The number of operations of each kind.
    private var counts = [String: Int]()
    /// The last tensor.
    private var tensor = "input"
    private var type: ProgramType

    private static let extents = 12...1000

    init(precision: CoreMLPackageContents.Precision) {
        element = precision == .fp16 ? .float16 : .float32
        type = ProgramType(element, [])
    }

    /// The program for a face network, with the description of its input and outputs.
    mutating func program(
        of network: OpenFaceModel, shapes: [(height: Int, width: Int)]?
    ) throws(PackageWritingError) -> (
        program: CoreMLProgram, weights: WeightFileBuilder, input: CoreMLFeatureDescription,
        outputs: [CoreMLFeatureDescription]
    ) {
        guard case .fullyConnected(let last)? = network.layers.last, last.bias.count == 6 || last.bias.count == 16,
            case .convolution(let first)? = network.layers.first
        else {
            throw PackageWritingError("it does not begin with a convolution and end with 6 or 16 values")
        }
        let sides = try inputSides(of: network, values: last.bias.count)
        if sides != nil, shapes != nil {
            throw PackageWritingError("shapes are given, and it takes images of one size alone")
        }
        type = ProgramType(element, [1, first.weights.shape[1], sides, sides])
        let input = (name: tensor, type: type)
        for layer in network.layers.dropLast() { try append(layer) }
        let outputs = try appendHeads(last)
        let program = written.program([input], outputs: outputs.map(\.name))
        return (
            program, written.weights, feature(input.name, input.type, shapes: shapes),
            outputs.map { feature($0.name, $0.type, shapes: nil) }
        )
    }

    /// The height and width of images; nil if any will do, because no layer takes a whole map.
    private func inputSides(of network: OpenFaceModel, values: Int) throws(PackageWritingError) -> Int? {
        var maps = 0
        for layer in network.layers {
            switch layer {
            case .convolution(let convolution): maps = convolution.bias.count
            case .fullyConnected(let dense) where dense.weights.shape[0] != maps: return values == 6 ? 24 : 48
            case .fullyConnected(let dense): maps = dense.bias.count
            case .maxPool, .prelu, .sigmoid: break
            }
        }
        return nil
    }

    // MARK: Layers

    private mutating func append(_ layer: OpenFaceModel.Layer) throws(PackageWritingError) {
        switch layer {
        case .convolution(let convolution): try append(convolution.weights, convolution.bias)
        case .maxPool(let pool): append(pool)
        case .prelu(let slopes): try append(slopes: slopes)
        case .sigmoid: append("sigmoid", ["x": tensor], type, naming: "sigmoid")
        case .fullyConnected(let dense): try append(dense, naming: "dense", outputs: nil)
        }
    }

    private mutating func append(
        _ kernels: Tensor<Float>, _ bias: [Float], naming name: String = "conv"
    ) throws(PackageWritingError) {
        let output = next(name)
        let spatial = zip(type.dimensions.dropFirst(2), kernels.shape.dimensions.dropFirst(2)).map { extent, kernel in
            extent.map { $0 - kernel + 1 }
        }
        guard spatial.allSatisfy({ $0 ?? 1 > 0 }) else {
            throw PackageWritingError("\(output): the image is too small")
        }
        let inputs = [
            "x": tensor, "weight": try constant("\(output)_weight", kernels),
            "bias": try constant("\(output)_bias", Tensor([bias.count], bias)),
            "strides": written.constant("\(output)_strides", integers: [1, 1]),
            "dilations": written.constant("\(output)_dilations", integers: [1, 1]),
            "groups": written.constant("\(output)_groups", integer: 1),
            "pad_type": written.constant("\(output)_pad_type", string: "valid"),
            "pad": written.constant("\(output)_pad", integers: [0, 0, 0, 0]),
        ]
        append("conv", inputs, ProgramType(element, [1, kernels.shape[0]] + spatial), as: output)
    }

    private mutating func append(_ pool: OpenFaceModel.MaxPool) {
        let output = next("pool")
        let (kernel, strides) = ([pool.kernelY, pool.kernelX], [pool.strideY, pool.strideX])
        let spatial = type.dimensions.dropFirst(2).enumerated().map { axis, extent in
            extent.map { ($0 - kernel[axis] + strides[axis] - 1) / strides[axis] + 1 }
        }
        let inputs = [
            "x": tensor, "kernel_sizes": written.constant("\(output)_kernel_sizes", integers: kernel),
            "strides": written.constant("\(output)_strides", integers: strides),
            "pad_type": written.constant("\(output)_pad_type", string: "custom"),
            "pad": written.constant("\(output)_pad", integers: [0, 0, 0, 0]),
            "ceil_mode": written.constant("\(output)_ceil_mode", booleans: [true], []),
        ]
        append("max_pool", inputs, ProgramType(element, Array(type.dimensions.prefix(2)) + spatial), as: output)
    }

    /// x where x >= 0, else alpha x: Core ML's own prelu does not accept vectors.
    private mutating func append(slopes: [Float]) throws(PackageWritingError) {
        let output = next("prelu")
        let shape = type.dimensions.count == 4 ? [1, slopes.count, 1, 1] : [1, slopes.count]
        let x = tensor
        append(
            "mul", ["x": x, "y": try constant("\(output)_alpha", Tensor(Shape(shape), slopes))], type,
            as: "\(output)_scaled")
        var condition = type
        condition.element = .bool
        let result = type
        append(
            "greater_equal", ["x": x, "y": try constant("\(output)_zero", Tensor([], [0]))], condition,
            as: "\(output)_keeps")
        append("select", ["cond": "\(output)_keeps", "a": x, "b": "\(output)_scaled"], result, as: output)
    }

    /// A convolution on maps if the layer has one input for each map; else a product over all values of the maps, in
    /// the order channel, column, row.
    private mutating func append(
        _ dense: OpenFaceModel.FullyConnected, naming name: String, outputs: Range<Int>?
    ) throws(PackageWritingError) {
        let (inputs, width) = (dense.weights.shape[0], dense.weights.shape[1])
        let range = outputs ?? 0..<width
        let rows = range.flatMap { output in (0..<inputs).map { dense.weights.elements[$0 * width + output] } }
        let bias = Array(dense.bias[range])
        if type.dimensions.count == 4, type.dimensions[1] == inputs {
            try append(Tensor([range.count, inputs, 1, 1], rows), bias, naming: name)
            return
        }
        try flatten(to: inputs)
        let output = next(name)
        let arguments = [
            "x": tensor, "weight": try constant("\(output)_weight", Tensor([range.count, inputs], rows)),
            "bias": try constant("\(output)_bias", Tensor([bias.count], bias)),
        ]
        append("linear", arguments, ProgramType(element, [1, range.count]), as: output)
    }

    private mutating func flatten(to count: Int) throws(PackageWritingError) {
        guard type.dimensions.count == 4 else { return }
        let extents = type.dimensions.compactMap { $0 }
        guard extents.reduce(1, *) == count, extents.count == 4 else {
            throw PackageWritingError("a dense layer takes \(count) values, the maps before it have \(type)")
        }
        let turned = next("transpose")
        append(
            "transpose", ["x": tensor, "perm": written.constant("\(turned)_perm", integers: [0, 1, 3, 2])],
            ProgramType(element, [1, extents[1], extents[3], extents[2]]), as: turned)
        let flat = next("flatten")
        append(
            "reshape", ["x": tensor, "shape": written.constant("\(flat)_shape", integers: [-1, count])],
            ProgramType(element, [1, count]), as: flat)
    }

    /// The last layer, split by the meaning of its values, in the order of the ONNX models' outputs.
    private mutating func appendHeads(
        _ last: OpenFaceModel.FullyConnected
    ) throws(PackageWritingError) -> [(name: String, type: ProgramType)] {
        if type.dimensions.count == 4, type.dimensions[1] != last.weights.shape[0] {
            try flatten(to: last.weights.shape[0])
        }
        let (input, inputType) = (tensor, type)
        var outputs = [(String, ProgramType)]()
        for (name, range) in [("boxes", 2..<6), ("landmarks", 6..<16), ("logits", 0..<2)]
        where range.upperBound <= last.bias.count {
            (tensor, type) = (input, inputType)
            try append(last, naming: name, outputs: range)
            outputs.append((tensor, type))
        }
        return outputs
    }

    // MARK: Operations

    /// A name for the next operation of a kind, such as `conv1`; an output is named after its kind.
    private mutating func next(_ kind: String) -> String {
        if ["logits", "boxes", "landmarks"].contains(kind) { return kind }
        counts[kind, default: 0] += 1
        return "\(kind)\(counts[kind, default: 0])"
    }

    private mutating func append(
        _ operation: String, _ inputs: [String: String], _ type: ProgramType, naming kind: String
    ) {
        append(operation, inputs, type, as: next(kind))
    }

    private mutating func append(
        _ operation: String, _ inputs: [String: String], _ type: ProgramType, as output: String
    ) {
        written.append(operation, inputs.mapValues { [$0] }, giving: output, type)
        tensor = output
        self.type = type
    }

    private mutating func constant(_ name: String, _ tensor: Tensor<Float>) throws(PackageWritingError) -> String {
        try written.constant(name, tensor, in: element)
    }

    // MARK: Description

    private func feature(
        _ name: String, _ type: ProgramType, shapes: [(height: Int, width: Int)]?
    ) -> CoreMLFeatureDescription {
        .with {
            $0.name = name
            $0.type.multiArrayType = .with { array in
                array.dataType = type.element.featureCode ?? 0
                let fixed = type.dimensions.compactMap { $0.map { Int64($0) } }
                if fixed.count == type.dimensions.count {
                    array.shape = fixed
                } else if name == "input" {
                    let list = (shapes ?? [(240, 320)]).map { fixed.prefix(2) + [Int64($0.height), Int64($0.width)] }
                    array.shape = Array(list[0])
                    if shapes == nil {
                        array.shapeRange.sizeRanges =
                            fixed.prefix(2).map { extent in Self.range(Int(extent)...Int(extent)) }
                            + [Self.range(Self.extents), Self.range(Self.extents)]
                    } else {
                        array.enumeratedShapes.shapes = list.map { shape in .with { $0.shape = Array(shape) } }
                    }
                }
            }
        }
    }

    private static func range(_ extents: ClosedRange<Int>) -> CoreMLSizeRange {
        .with {
            $0.lowerBound = UInt64(extents.lowerBound)
            $0.upperBound = Int64(extents.upperBound)
        }
    }
}

extension OpenFaceModel {
    /// Whether it ends in the logits, box and landmarks of an MTCNN face network.
    package var isFaceNetwork: Bool {
        guard case .fullyConnected(let last)? = layers.last, case .convolution? = layers.first else { return false }
        return last.bias.count == 6 || last.bias.count == 16
    }
}
