import Foundation
import ModelFormats
import NetworkGraph
import Tensors
import TestSupport
import Testing

/// What Caffe's layers compute, against their definition in Caffe's own words (src/caffe/layers).
@Suite struct CaffeConventionTests {
    struct Pool: CustomTestStringConvertible {
        let rows: Int
        let columns: Int
        let kernel: Int
        let stride: Int
        let pad: Int
        var testDescription: String { "\(rows)x\(columns), kernel \(kernel), stride \(stride), pad \(pad)" }

        static let all: [Pool] = (2...3).flatMap { kernel in
            (1...kernel).flatMap { stride in
                (0..<kernel).flatMap { pad in
                    (kernel...kernel + 4).map {
                        Pool(rows: $0, columns: kernel + 1, kernel: kernel, stride: stride, pad: pad)
                    }
                }
            }
        }

        /// `PoolingLayer::Reshape`.
        func positions(_ extent: Int) -> Int {
            var count = Int((Double(extent + 2 * pad - kernel) / Double(stride)).rounded(.up)) + 1
            if pad > 0, (count - 1) * stride >= extent + pad { count -= 1 }
            return count
        }

        /// `PoolingLayer::Forward_cpu` on one plane: the elements under a window, and by what their sum is divided.
        func window(_ row: Int, _ column: Int) -> (places: [(Int, Int)], size: Int) {
            let (top, left) = (row * stride - pad, column * stride - pad)
            let (bottom, right) = (min(top + kernel, rows + pad), min(left + kernel, columns + pad))
            let places = (max(top, 0)..<min(bottom, rows)).flatMap { y in
                (max(left, 0)..<min(right, columns)).map { (y, $0) }
            }
            return (places, (bottom - top) * (right - left))
        }
    }

    @Test("Pools have the positions and the values of Caffe's own loops", arguments: Pool.all, ["MAX", "AVE"])
    func pooling(pool: Pool, method: String) throws {
        let x = numbers([2, 3, pool.rows, pool.columns])
        let network = CaffeNetworkText.one(
            "Pooling",
            "pooling_param { pool: \(method) kernel_size: \(pool.kernel) stride: \(pool.stride) pad: \(pool.pad) }",
            over: [1, 3, pool.rows, pool.columns])
        let (rows, columns) = (pool.positions(pool.rows), pool.positions(pool.columns))
        var expected = [Float]()
        for plane in 0..<6 {
            for row in 0..<rows {
                for column in 0..<columns {
                    let (places, size) = pool.window(row, column)
                    let under = places.map { x.elements[(plane * pool.rows + $0.0) * pool.columns + $0.1] }
                    expected.append(method == "MAX" ? under.max() ?? .nan : under.reduce(0, +) / Float(size))
                }
            }
        }
        #expect(try network.y(x) == Tensor([2, 3, rows, columns], expected))
    }

    @Test("A pool rounds down where it says so, and over the whole map has one position")
    func otherPools() throws {
        let x = numbers([1, 2, 5, 4])
        let floor = "pooling_param { pool: MAX kernel_size: 3 stride: 2 round_mode: FLOOR }"
        #expect(try CaffeNetworkText.one("Pooling", floor).y(x)?.shape == [1, 2, 2, 1])
        let global = "pooling_param { pool: AVE global_pooling: true }"
        let means = (0..<2).map { x.elements[$0 * 20..<($0 + 1) * 20].reduce(0, +) / 20 }
        #expect(try CaffeNetworkText.one("Pooling", global).y(x) == Tensor([1, 2, 1, 1], means))
        let largest = (0..<2).compactMap { x.elements[$0 * 20..<($0 + 1) * 20].max() }
        let maximum = "pooling_param { pool: MAX global_pooling: true }"
        #expect(try CaffeNetworkText.one("Pooling", maximum).y(x) == Tensor([1, 2, 1, 1], largest))
    }

    @Test("A dense layer after maps sums over channel, then row, then column", arguments: [false, true])
    func innerProduct(isTransposed: Bool) throws {
        let x = numbers([2, 2, 3, 4])
        let weights = numbers([5, 24])
        let stored =
            isTransposed
            ? Tensor([24, 5], (0..<120).map { weights.elements[$0 % 5 * 24 + $0 / 5] }) : weights
        let network = CaffeNetworkText.one(
            "InnerProduct", "inner_product_param { num_output: 5 transpose: \(isTransposed) }", over: [1, 2, 3, 4],
            [stored, numbers([5])])
        var expected = [Float]()
        for image in 0..<2 {
            for output in 0..<5 {
                var sum = numbers([5]).elements[output]
                for channel in 0..<2 {
                    for row in 0..<3 {
                        for column in 0..<4 {
                            let place = (channel * 3 + row) * 4 + column
                            sum += weights.elements[output * 24 + place] * x.elements[image * 24 + place]
                        }
                    }
                }
                expected.append(sum)
            }
        }
        #expect(try network.y(x) == Tensor([2, 5], expected))
    }

    @Test("Flatten joins channel, row and column in this order, from any axis on")
    func flatten() throws {
        let x = numbers([2, 2, 5, 4])
        #expect(try CaffeNetworkText.one("Flatten").y(x) == x.reshaped(to: [2, 40]))
        #expect(try CaffeNetworkText.one("Flatten", "flatten_param { axis: 2 }").y(x) == x.reshaped(to: [2, 2, 20]))
        #expect(try CaffeNetworkText.one("Flatten", "flatten_param { axis: -3 }").y(x) == x.reshaped(to: [2, 40]))
    }

    @Test("Reshape copies extents, finds one, and leaves those before its axis")
    func reshape() throws {
        let x = numbers([2, 2, 5, 4])
        func y(_ fields: String) throws -> Shape? {
            try CaffeNetworkText.one("Reshape", "reshape_param { \(fields) }").y(x)?.shape
        }
        #expect(try y("shape { dim: 0 dim: -1 }") == [2, 40])
        #expect(try y("shape { dim: 4 dim: 0 dim: -1 } axis: 1") == [2, 4, 5, 2])
        #expect(try y("shape { dim: 4 dim: -1 } axis: 1") == [2, 4, 10])
        #expect(try y("shape { dim: 0 dim: 0 dim: 20 dim: 1 }") == [2, 2, 20, 1])
    }

    @Test("Permute takes the axes that it names first, and then the others")
    func permute() throws {
        let x = numbers([2, 2, 5, 4])
        let y = try CaffeNetworkText.one("Permute", "permute_param { order: 0 order: 2 }").y(x)
        #expect(y?.shape == [2, 5, 2, 4])
        #expect(y?.elements[4..<8] == x.elements[20..<24])
    }

    @Test("PReLU has a slope for each channel, or one for all; ReLU may have one")
    func rectifiers() throws {
        let x = numbers([1, 2, 5, 4])
        func rectified(_ slopes: [Float]) -> Tensor<Float> {
            Tensor(x.shape, x.elements.enumerated().map { max($1, 0) + slopes[$0 / 20] * min($1, 0) })
        }
        #expect(try CaffeNetworkText.one("PReLU", [Tensor([2], [0.5, 2])]).y(x) == rectified([0.5, 2]))
        #expect(
            try CaffeNetworkText.one("PReLU", "prelu_param { channel_shared: true }", [Tensor([], [0.5])]).y(x)
                == rectified([0.5, 0.5]))
        #expect(try CaffeNetworkText.one("ReLU").y(x) == rectified([0, 0]))
        let leaky = CaffeNetworkText.one("ReLU", "relu_param { negative_slope: 0.25 }")
        #expect(try leaky.y(x) == rectified([0.25, 0.25]))
    }

    struct Deconvolution: CustomTestStringConvertible {
        let kernel: Int
        let stride: Int
        let pad: Int
        let dilation: Int
        let groups: Int
        var testDescription: String {
            "kernel \(kernel), stride \(stride), pad \(pad), dilation \(dilation), \(groups) groups"
        }

        static let all: [Deconvolution] = {
            var all = [Deconvolution]()
            for kernel in 1...4 {
                for stride in 1...3 {
                    for pad in 0...1 {
                        for other in 1...2 where other * (kernel - 1) + 1 > 2 * pad {
                            all.append(
                                Deconvolution(
                                    kernel: kernel, stride: stride, pad: pad, dilation: other, groups: other))
                        }
                    }
                }
            }
            return all
        }()
    }

    @Test(
        "A deconvolution adds each element's multiple of the kernel where a convolution would have taken it from",
        arguments: Deconvolution.all)
    func deconvolution(_ layer: Deconvolution) throws {
        let (rows, columns, outputs) = (3, 2, 4)
        let x = numbers([1, 2, rows, columns])
        let weights = numbers([2, outputs / layer.groups, layer.kernel, layer.kernel])
        let bias = numbers([outputs])
        let network = CaffeNetworkText.one(
            "Deconvolution",
            "convolution_param { num_output: \(outputs) kernel_size: \(layer.kernel) stride: \(layer.stride) "
                + "pad: \(layer.pad) dilation: \(layer.dilation) group: \(layer.groups) }",
            over: [1, 2, rows, columns], [weights, bias])
        // `DeconvolutionLayer::compute_output_shape`
        func extent(_ input: Int) -> Int {
            layer.stride * (input - 1) + layer.dilation * (layer.kernel - 1) + 1 - 2 * layer.pad
        }
        let (height, width) = (extent(rows), extent(columns))
        var expected = bias.elements.flatMap { [Float](repeating: $0, count: height * width) }
        let perGroup = outputs / layer.groups
        for channel in 0..<2 {
            let group = channel / (2 / layer.groups)
            for output in 0..<perGroup {
                for place in 0..<rows * columns {
                    for tap in 0..<layer.kernel * layer.kernel {
                        let row =
                            place / columns * layer.stride + tap / layer.kernel * layer.dilation - layer.pad
                        let column =
                            place % columns * layer.stride + tap % layer.kernel * layer.dilation - layer.pad
                        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                        let weight = weights.elements[
                            (channel * perGroup + output) * layer.kernel * layer.kernel + tap]
                        expected[((group * perGroup + output) * height + row) * width + column] +=
                            weight * x.elements[channel * rows * columns + place]
                    }
                }
            }
        }
        #expect(try network.y(x) == Tensor([1, outputs, height, width], expected))
    }

    @Test("LRN divides by the squares of the channels beside it, or of the elements around it")
    func responseNormalisation() throws {
        let x = numbers([1, 6, 3, 2])
        func square(_ channel: Int, _ row: Int, _ column: Int) -> Double {
            guard (0..<6).contains(channel), (0..<3).contains(row), (0..<2).contains(column) else { return 0 }
            let element = Double(x.elements[channel * 6 + row * 2 + column])
            return element * element
        }
        func sum(_ index: Int, _ size: Int, isWithin: Bool) -> Double {
            let (channel, row, column) = (index / 6, index % 6 / 2, index % 2)
            var sum = 0.0
            for one in -(size / 2)...size / 2 {
                guard isWithin else {
                    sum += square(channel + one, row, column)
                    continue
                }
                for other in -(size / 2)...size / 2 { sum += square(channel, row + one, column + other) }
            }
            return sum
        }
        for size in [1, 3, 5] {
            let across = "lrn_param { local_size: \(size) alpha: 0.5 beta: 0.75 k: 2 }"
            let within = "lrn_param { local_size: \(size) alpha: 0.5 beta: 0.75 norm_region: WITHIN_CHANNEL }"
            let (one, other) = (
                try CaffeNetworkText.one("LRN", across, over: [1, 6, 3, 2]).y(x),
                try CaffeNetworkText.one("LRN", within, over: [1, 6, 3, 2]).y(x)
            )
            for (index, element) in x.elements.enumerated() {
                let wide = 2 + 0.5 / Double(size) * sum(index, size, isWithin: false)
                let near = 1 + 0.5 / Double(size * size) * sum(index, size, isWithin: true)
                for (found, base) in [(one?.elements[index], wide), (other?.elements[index], near)] {
                    let wanted = Double(element) / pow(base, 0.75)
                    #expect(abs(Double(found ?? .nan) - wanted) <= 1e-6 * abs(wanted))
                }
            }
        }
        #expect(throws: ModelError.self) { try CaffeNetworkText.one("LRN", "lrn_param { local_size: 4 }").graph() }
    }

    @Test("BatchNorm divides the stored sums by their count, and Scale and Bias go over the axes they name")
    func normalisation() throws {
        let x = numbers([1, 2, 5, 4])
        let sums = [Tensor<Float>([2], [4, -8]), Tensor([2], [12, 28]), Tensor([1], [4])]
        let y = try CaffeNetworkText.one("BatchNorm", "batch_norm_param { eps: 1 }", sums).y(x)
        let expected = x.elements.enumerated().map { index, x in
            index < 20 ? (x - 1) / Float(4).squareRoot() : (x + 2) / Float(8).squareRoot()
        }
        for (found, wanted) in zip(y?.elements ?? [], expected) { #expect(abs(found - wanted) <= 2 * wanted.ulp) }

        let parts = [Tensor<Float>([2], [2, 3]), Tensor<Float>([2], [1, -1])]
        #expect(
            try CaffeNetworkText.one("Scale", "scale_param { bias_term: true }", parts).y(x)
                == Tensor(x.shape, x.elements.enumerated().map { $0 < 20 ? 2 * $1 + 1 : 3 * $1 - 1 }))
        let rows = Tensor<Float>([5, 4], (0..<20).map { Float($0) })
        #expect(
            try CaffeNetworkText.one("Bias", "bias_param { axis: 2 num_axes: -1 }", [rows]).y(x)
                == Tensor(x.shape, x.elements.enumerated().map { $1 + Float($0 % 20) }))
        #expect(
            try CaffeNetworkText.one("Power", "power_param { scale: 2 shift: -3 }").y(x)
                == Tensor(x.shape, x.elements.map { 2 * $0 - 3 }))
    }

    @Test(
        "Eltwise adds with factors, multiplies any number of blobs or takes the largest; a second blob may scale the first"
    )
    func twoInputs() throws {
        let shape = [1, 2, 3, 2]
        let inputs = ["a", "b", "c"].map { (name: $0, shape: shape) }
        let a = numbers([1, 2, 3, 2])
        let (b, c) = (a.map { $0 + 1 }, a.map { 2 * $0 })
        func y(_ fields: String) throws -> [Float]? {
            try CaffeNetworkText(
                inputs: inputs,
                layers: "layer { name: \"e\" type: \"Eltwise\" bottom: \"a\" bottom: \"b\" bottom: \"c\" top: \"y\" "
                    + "eltwise_param { \(fields) } }"
            ).outputs(a, b, c)["y"]?.elements
        }
        let all = zip(a.elements, zip(b.elements, c.elements)).map { ($0, $1.0, $1.1) }
        #expect(try y("operation: SUM") == all.map { $0 + $1 + $2 })
        #expect(try y("coeff: 1 coeff: -2 coeff: 0.5") == all.map { $0 - 2 * $1 + 0.5 * $2 })
        #expect(try y("operation: PROD") == all.map { $0 * $1 * $2 })
        #expect(try y("operation: MAX") == all.map { max($0, $1, $2) })

        let scaled = try CaffeNetworkText(
            inputs: [("a", shape), ("f", [1, 2])],
            layers: "layer { name: \"s\" type: \"Scale\" bottom: \"a\" bottom: \"f\" top: \"y\" "
                + "scale_param { axis: 0 } }"
        ).outputs(a, Tensor([1, 2], [3, 5]))["y"]
        #expect(scaled?.elements == a.elements.enumerated().map { $0 < 6 ? 3 * $1 : 5 * $1 })
    }

    @Test("A layer that writes in place names a new tensor; earlier readers of the blob keep the old one")
    func inPlace() throws {
        let network = CaffeNetworkText(
            layers: """
                layer { name: "split" type: "Split" bottom: "data" top: "a" top: "b" }
                layer { name: "keep" type: "Flatten" bottom: "a" top: "kept" }
                layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }
                layer { name: "drop" type: "Dropout" bottom: "a" top: "a" dropout_param { dropout_ratio: 0.5 } }
                layer { name: "join" type: "Concat" bottom: "a" bottom: "b" top: "joined" }
                """)
        let x = numbers([1, 2, 5, 4])
        let outputs = try network.outputs(x)
        #expect(outputs.keys.sorted() == ["joined", "kept"])
        #expect(outputs["kept"]?.elements == x.elements)
        #expect(outputs["joined"]?.elements == x.elements.map { max($0, 0) } + x.elements)
        #expect(try network.graph().nodes.map(\.outputs) == [["a"], ["b"], ["kept"], ["relu"], ["drop"], ["joined"]])
    }

    @Test("Layers of training are left out, and layers of the schema before 2015 are read")
    func otherDefinitions() throws {
        let phases = CaffeNetworkText(
            layers: """
                layer { name: "n" type: "ReLU" bottom: "data" top: "y" exclude { phase: TRAIN } }
                layer { name: "n" type: "Dropout" bottom: "data" top: "y" include { phase: TRAIN } }
                layer { name: "loss" type: "SoftmaxWithLoss" bottom: "y" include { stage: "fit" } }
                """)
        #expect(try phases.graph().nodes.map(\.name) == ["n"])
        let old = CaffeNetworkText(
            layers: """
                layers { name: "c" type: CONVOLUTION bottom: "data" top: "y" blobs_lr: 1 weight_decay: 0
                  convolution_param { num_output: 1 kernel_h: 1 kernel_w: 2 stride: 2 pad_w: 1 pad_h: 0 } }
                """, weights: [("c", [Tensor([1, 2, 1, 2], [1, 2, 3, 4]), Tensor([1], [5])])])
        #expect(try old.graph().nodes.map(\.operator.name) == ["Conv"])
        #expect(try old.outputs(numbers([1, 2, 5, 4]))["y"]?.shape == [1, 1, 3, 3])
    }
}

extension CaffeNetworkText {
    static func one(_ type: String, _ blobs: [Tensor<Float>]) -> CaffeNetworkText { one(type, "", blobs) }
}
