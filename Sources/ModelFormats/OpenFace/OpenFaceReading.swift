import Tensors

extension OpenFaceModel {
    /// The layers in the bytes of a .dat file.
    ///
    /// The file is little-endian: the number of layers, then for each layer the code of its kind and its parameters. It
    /// has no magic number, so every count is checked against the remaining bytes before anything is allocated, and
    /// nothing may follow the last layer.
    ///
    /// - Throws: ``OpenFaceError/malformed(offset:layer:reason:)``.
    package init(_ bytes: [UInt8]) throws(OpenFaceError) {
        var fields = OpenFaceFields(bytes)
        let count = try fields.positive("number of layers", bytesEach: 4)
        layers = []
        for index in 0..<count {
            fields.layer = index
            layers.append(try Layer(&fields))
        }
        try fields.end()
    }
}

extension OpenFaceModel.Layer {
    fileprivate init(_ fields: inout OpenFaceFields) throws(OpenFaceError) {
        let start = fields.offset
        switch try fields.integer("kind of layer") {
        case 0: self = .convolution(try OpenFaceModel.Convolution(&fields))
        case 1: self = .maxPool(try OpenFaceModel.MaxPool(&fields))
        case 2: self = .fullyConnected(try OpenFaceModel.FullyConnected(&fields))
        case 3: self = .prelu(slopes: try fields.column("slopes"))
        case 4: self = .sigmoid
        case let code:
            throw fields.malformed(at: start, "the kind of layer is \(code), not one of 0 to 4")
        }
    }
}

extension OpenFaceModel.Convolution {
    /// The kernels are ordered by input channel, then by output channel.
    fileprivate init(_ fields: inout OpenFaceFields) throws(OpenFaceError) {
        let inputs = try fields.positive("number of input channels", bytesEach: 4)
        let outputs = try fields.positive("number of output channels", bytesEach: 4)
        let bias = try fields.floats(outputs, "bias")
        let start = fields.offset
        // The smallest kernel takes 3 integers and 1 weight.
        try fields.require(inputs, outputs, bytesEach: 16, "kernels")
        var kernels = [Tensor<Float>]()
        kernels.reserveCapacity(inputs * outputs)
        for _ in 0..<inputs * outputs {
            let kernel = try fields.matrix("kernel")
            guard kernel.shape == kernels.first?.shape ?? kernel.shape else {
                throw fields.malformed(
                    at: start, "a kernel is \(kernel.shape), and the first one of the layer \(kernels[0].shape)")
            }
            kernels.append(kernel)
        }
        let shape = kernels[0].shape
        let weights = Tensor([inputs, outputs, shape[0], shape[1]], kernels.flatMap(\.elements))
        self.init(weights: weights.exchangingAxes(0, with: 1), bias: bias)
    }
}

extension OpenFaceModel.MaxPool {
    fileprivate init(_ fields: inout OpenFaceFields) throws(OpenFaceError) {
        self.init(
            kernelX: try fields.positive("kernel x"), kernelY: try fields.positive("kernel y"),
            strideX: try fields.positive("stride x"), strideY: try fields.positive("stride y"))
    }
}

extension OpenFaceModel.FullyConnected {
    fileprivate init(_ fields: inout OpenFaceFields) throws(OpenFaceError) {
        let bias = try fields.column("bias")
        let start = fields.offset
        let weights = try fields.matrix("weights")
        guard weights.shape[1] == bias.count else {
            throw fields.malformed(
                at: start, "the weights [input, output] are \(weights.shape) where the bias has \(bias.count) numbers")
        }
        self.init(weights: weights, bias: bias)
    }
}
