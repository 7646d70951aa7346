import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing

/// A small network with every kind of layer.
private let smallModel = OpenFaceModel(layers: [
    .convolution(
        .init(weights: Tensor([2, 1, 1, 3], [1, 2, 3, -4, .pi, .leastNonzeroMagnitude]), bias: [0.5, -0.0])),
    .prelu(slopes: [0.25, .infinity]),
    .maxPool(.init(kernelX: 3, kernelY: 2, strideX: 2, strideY: 1)),
    .sigmoid,
    .fullyConnected(.init(weights: Tensor([4, 1], [1, 2, 3, 4]), bias: [7])),
])

/// The same network, written by hand from the description of the format.
private let smallFile = bytes([
    5,
    0, 1, 2, bits(0.5), bits(-0.0), 1, 3, 5, bits(1), bits(2), bits(3), 1, 3, 5, bits(-4), bits(.pi), 1,
    3, 2, 1, 5, bits(0.25), bits(.infinity),
    1, 3, 2, 2, 1,
    4,
    2, 1, 1, 5, bits(7), 4, 1, 5, bits(1), bits(2), bits(3), bits(4),
])

private func bits(_ value: Float) -> Int32 { Int32(bitPattern: value.bitPattern) }

private func bytes(_ words: [Int32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
}

/// Words that are no file, and what is wrong with them.
private let impossibleFiles: [(words: [Int32], reason: String)] = [
    ([0], "number of layers is 0"),
    ([-1], "number of layers is -1"),
    ([.max, 4], "too few for the number of layers"),
    ([1, 7], "kind of layer is 7"),
    ([1, 0, .max, .max], "too few for the number of input channels"),
    ([1, 0, 1, 0, 0], "number of output channels is 0"),
    ([1, 0, 2, 3, 0, 0, 0], "too few for the kernels: 2 x 3"),
    ([1, 0, 1, 1, 0, .max, .max, 5, 0], "too few for the kernel: 2147483647 x 2147483647"),
    ([1, 0, 1, 1, 0, 1, 1, 6, 0], "element type of the kernel is 6"),
    ([1, 0, 1, 2, 0, 0, 1, 1, 5, 0, 1, 2, 5, 0, 0], "a kernel is [1, 2]"),
    ([1, 1, 2, 2, 0, 2], "stride x is 0"),
    ([1, 3, 1, 2, 5, 0, 0], "slopes has 2 columns"),
    ([1, 2, 1, 1, 5, 0, 1, 2, 5, 0, 0], "weights [input, output] are [1, 2]"),
    ([1, 4, 0], "4 bytes follow the last layer"),
]

@Suite struct OpenFaceFileTests {
    @Test("A file holds each layer as the format's description says")
    func layout() throws {
        #expect(smallModel.bytes == smallFile)
        #expect(try OpenFaceModel(smallFile) == smallModel)
    }

    @Test("Kernels stand input by input, and for each input output by output")
    func kernelOrder() throws {
        let weights = Tensor<Float>([2, 3, 1, 1], [0, 1, 2, 10, 11, 12])
        let kernels = [0, 10, 1, 11, 2, 12].map { [1, 1, 5, bits($0)] }
        let file: [Int32] = [1, 0, 3, 2, 0, 0] + kernels.joined()
        #expect(try OpenFaceModel(bytes(file)).layers == [.convolution(.init(weights: weights, bias: [0, 0]))])
    }

    @Test("A file cut short anywhere is refused, with the layer and the offset")
    func truncated() {
        // Before there are 4 bytes for each of 5 layers the number of layers is what cannot be.
        for length in 0..<smallFile.count {
            #expect("cut to \(length) of \(smallFile.count) bytes") {
                try OpenFaceModel(Array(smallFile.prefix(length)))
            } throws: { error in
                guard case OpenFaceError.malformed(let offset, let layer, _)? = error as? OpenFaceError else {
                    return false
                }
                return offset <= length && (layer == nil) == (length < 24)
            }
        }
    }

    @Test("What cannot be is refused before anything is allocated", arguments: impossibleFiles)
    func refused(words: [Int32], reason: String) {
        #expect {
            try OpenFaceModel(bytes(words))
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("A file with a damaged byte is read as what it says, or refused; never a crash")
    func damaged() {
        for offset in smallFile.indices {
            for bit in 0..<8 {
                var bytes = smallFile
                bytes[offset] ^= 1 << UInt8(bit)
                if let model = try? OpenFaceModel(bytes) {
                    #expect(model.bytes == bytes)
                    _ = try? model.graph(.columnMajor, name: "damaged")
                }
            }
        }
    }

    @Test("A model of a .dat file is read by its extension, and errors name the file")
    func model() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/net.dat"
            try Data(smallFile).write(to: URL(fileURLWithPath: path))
            let model = try Model(contentsOf: path)
            #expect(model.format == .openFace && model.provenance.words == "OpenFace .dat, 5 layers")
            #expect(model.sha256 == sha256Hex(smallFile))
            try Data(smallFile.dropLast()).write(to: URL(fileURLWithPath: path))
            #expect {
                try Model(contentsOf: path)
            } throws: { error in
                "\(error)".hasPrefix("\(path): this is not an OpenFace .dat file: layer 4, offset")
            }
        }
    }
}
