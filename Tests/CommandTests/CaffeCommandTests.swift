import Foundation
import TestSupport
import Tensors
import Testing

/// Caffe's networks, as their users name them.
@Suite struct CaffeCommandTests {
    let caffe = fixtures.appendingPathComponent("models/caffe").path
    let frame = fixtures.appendingPathComponent("frames/01_astronaut_close.jpg").path

    /// A directory with the three networks under other names and with other weights than the authors', for which
    /// nobody knows how images lie: the first bias differs by its last bit.
    private func unknownNetworks(in directory: String) throws {
        for (name, own) in [("det1", "PNet"), ("det2", "RNet"), ("det3", "ONet")] {
            for type in ["prototxt", "caffemodel"] {
                var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(caffe)/\(name).\(type)")))
                if type == "caffemodel" {
                    let marker = Array("conv1".utf8)
                    let layer = try #require(bytes.indices.first { bytes[$0...].starts(with: marker) })
                    // Within the first tensor of the first layer, far from its header.
                    bytes[layer + 200] ^= 1
                }
                try Data(bytes).write(to: URL(fileURLWithPath: "\(directory)/\(own).\(type)"))
            }
        }
    }

    @Test("detect with the authors' networks finds the bundled networks' faces, and inspect says why")
    func detect() throws {
        let bundled = try CommandLineProgram.run("detect", frame)
        let found = try CommandLineProgram.run("detect", "--models", caffe, frame)
        #expect(found.exitCode == 0 && found.errors.isEmpty, "\(found.errors)")
        #expect(found.output == bundled.output && found.output.contains("face"))
        let inspected = try CommandLineProgram.run("inspect", "\(caffe)/det2.prototxt")
        #expect(inspected.output.contains("images transposed, columns first: the weights are those of MTCNN's authors"))
    }

    @Test("Where nobody knows how images lie, detect says what it assumes, and --layout says it")
    func layout() throws {
        try withTemporaryDirectory { directory in
            try unknownNetworks(in: directory)
            let assumed = try CommandLineProgram.run("detect", "--models", directory, frame)
            #expect(assumed.exitCode == 0 && assumed.output.contains("0 faces"))
            let notes = assumed.errors.matches(of: /upright is assumed, --layout transposed says otherwise/)
            #expect(notes.count == 3, "once for each network: \(assumed.errors)")
            let told = try CommandLineProgram.run("detect", "--models", directory, "--layout", "transposed", frame)
            #expect(told.errors.isEmpty && told.output.contains("1 face"), "\(told.output)")
            let inspected = try CommandLineProgram.run("inspect", "\(directory)/PNet.caffemodel")
            #expect(inspected.output.contains("the file does not say how they lie"))
        }
    }

    @Test("run records every layer, and compare takes the recording")
    func record() throws {
        try withTemporaryDirectory { directory in
            var random = RandomNumbers(seed: 3)
            let input = random.floats([2, 3, 24, 24], in: -1...1)
            try Data(AnyTensor.float32(input).npy).write(to: URL(fileURLWithPath: "\(directory)/x.npy"))
            for file in ["det2.prototxt", "det2.caffemodel"] {
                let run = try CommandLineProgram.run(
                    "run", "\(caffe)/\(file)", "--input", "\(directory)/x.npy", "--output", "\(directory)/\(file).h5")
                #expect(run.exitCode == 0, "\(run.errors)")
            }
            let compared = try CommandLineProgram.run(
                "compare", "\(directory)/det2.prototxt.h5", "\(directory)/det2.caffemodel.h5")
            #expect(compared.exitCode == 0 && compared.output.contains("prob1"), "\(compared.output)")
        }
    }
}
