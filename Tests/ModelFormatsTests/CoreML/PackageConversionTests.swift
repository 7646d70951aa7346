import Conformance
import Engines
import Foundation
import TestSupport
import Tensors
import Testing

@testable import ModelFormats

/// The packages that are written for the bundled networks.
@Suite struct PackageConversionTests {
    static let weightSizes = [
        ("pnet", 27_328, 14_208), ("rnet", 401_728, 201_408), ("onet", 1_557_440, 779_392),
    ]

    private func network(_ name: String, folder: String = "models") throws -> Model {
        try Model(contentsOf: fixtures.appendingPathComponent("\(folder)/\(name).onnx").path)
    }

    private func contents(
        _ name: String, _ precision: CoreMLPackageContents.Precision, shapes: [(height: Int, width: Int)]? = nil
    ) throws -> CoreMLPackageContents {
        try CoreMLPackageContents(
            OpenFaceModel(graph: network(name).graph), name: name, precision: precision, shapes: shapes,
            sourceSHA256: "")
    }

    private func package(_ contents: CoreMLPackageContents, in directory: String) throws -> Model {
        let path = "\(directory)/network.mlpackage"
        for (name, bytes) in contents.files {
            let file = URL(fileURLWithPath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        return try Model(contentsOf: path)
    }

    @Test("The weight files have the sizes that coremltools gives them", arguments: weightSizes)
    func sizes(_ name: String, _ single: Int, _ half: Int) throws {
        let path = "Data/com.apple.CoreML/weights/weight.bin"
        #expect(try contents(name, .fp32).files[path]?.count == single)
        #expect(try contents(name, .fp16).files[path]?.count == half)
    }

    @Test("The same network gives the same bytes", arguments: weightSizes.map(\.0))
    func deterministic(_ name: String) throws {
        #expect(try contents(name, .fp16).files == contents(name, .fp16).files)
    }

    @Test("Read back, a package holds the same layers", arguments: weightSizes.map(\.0))
    func roundTrip(_ name: String) throws {
        try withTemporaryDirectory { directory in
            let layers = try OpenFaceModel(graph: network(name).graph)
            let package = try package(contents(name, .fp32), in: directory)
            #expect(try OpenFaceModel(graph: package.graph) == layers)
        }
    }

    @Test(
        "A package gives the bits of the upright ONNX network: float32, and float16 as fp16-storage",
        arguments: [("pnet", 20, 15), ("rnet", 24, 24), ("onet", 48, 48)])
    func bits(_ name: String, _ rows: Int, _ columns: Int) throws {
        var random = RandomNumbers(seed: 3)
        let x = AnyTensor.float32(random.floats([1, 3, rows, columns], in: -1...1))
        let upright = try network(name, folder: "models/nchw")
        let input = try #require(upright.graph.inputs.first?.name)
        for (precision, arithmetic) in [
            (CoreMLPackageContents.Precision.fp32, ArithmeticName.fp32), (.fp16, .fp16Storage),
        ] {
            try withTemporaryDirectory { directory in
                let outputs = try package(contents(name, precision), in: directory).engine(arithmetic).run(["input": x])
                let joined = try #require(
                    try upright.engine(arithmetic).run([input: x]).values.first
                ).float64
                let positions = joined.shape.dimensions.dropFirst(2).reduce(1, *)
                for (head, channels) in [("logits", 0..<2), ("boxes", 2..<6), ("landmarks", 6..<16)] {
                    guard let output = outputs[head]?.float64 else {
                        #expect(head == "landmarks" && name != "onet")
                        continue
                    }
                    let expected = joined.elements[channels.lowerBound * positions..<channels.upperBound * positions]
                    #expect(output.elements == Array(expected), "\(name) \(precision) \(head)")
                }
            }
        }
    }

    private func provenance(_ model: Model) throws -> CoreMLProvenance {
        guard let provenance = model.provenance as? CoreMLProvenance else {
            throw ModelError.malformed(file: model.path, reason: "it is no package")
        }
        return provenance
    }

    @Test("PNet takes any size, or the sizes that are listed")
    func flexibility() throws {
        try withTemporaryDirectory { directory in
            let open = try provenance(package(contents("pnet", .fp16), in: directory))
            #expect(open.flexibility["input"] == .range([1...1, 3...3, 12...1000, 12...1000]))
        }
        try withTemporaryDirectory { directory in
            let listed = try contents("pnet", .fp16, shapes: [(480, 640), (240, 320)])
            let enumerated = try provenance(package(listed, in: directory))
            #expect(enumerated.flexibility["input"] == .enumerated([[1, 3, 480, 640], [1, 3, 240, 320]]))
        }
        #expect(throws: PackageWritingError.self) { try contents("rnet", .fp16, shapes: [(24, 24)]) }
    }

    @Test("A weight beyond float16's range is refused by name, not written as infinity")
    func overflow() throws {
        var layers = try OpenFaceModel(graph: network("rnet").graph).layers
        guard case .convolution(let first) = layers[0] else {
            Issue.record("RNet begins with a convolution")
            return
        }
        layers[0] = .convolution(.init(weights: first.weights.map { $0 * 1e6 }, bias: first.bias))
        let error = #expect(throws: PackageWritingError.self) {
            try CoreMLPackageContents(
                OpenFaceModel(layers: layers), name: "rnet", precision: .fp16, sourceSHA256: "")
        }
        #expect(error?.description.contains("conv1_weight") == true)
    }
}
