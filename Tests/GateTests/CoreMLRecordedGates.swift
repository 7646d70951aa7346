import Engines
import Files
import Foundation
import JSONTree
import ModelFormats
import Reporting
import TestSupport
import Tensors
import Testing

/// What Core ML gave on Apple hardware, against the arithmetics that are said to be its own.
@Suite struct CoreMLRecordedGates {
    struct Recording: Decodable {
        struct Network: Decodable {
            struct Value: Decodable {
                let flatIndex: Int
                let fp32: Double
                let coreml: Double
            }
            let inputShape: [Int]
            let maxAbsDiffVsFp32: Double
            let meanAbsDiffVsFp32: Double
            let fiveLargestDifferences: [Value]
        }
        struct Networks: Decodable {
            let pnet: Network
            let rnet: Network
            let onet: Network
        }
        let networks: Networks
    }

    private func recording() throws -> Recording.Networks {
        let path = fixtures.appendingPathComponent("coreml-recorded/recorded.json").path
        return try JSON(parsing: readFile(path), file: path).decode(Recording.self).networks
    }

    /// The network's raw output in two arithmetics, on the graph as its OpenFace file holds it: upright.
    private func outputs(
        _ name: String, _ recorded: Recording.Network, in arithmetic: ArithmeticName
    ) throws -> (half: [Double], single: [Double]) {
        let model = try Model(contentsOf: "\(BundledFiles.models)/\(name).onnx")
        let graph = try OpenFaceModel(graph: model.graph).graph(.upright, name: name)
        let values = numPyNoise(seed: 42, Shape(recorded.inputShape))
        let batch = AnyTensor.float32(values.reshaped(to: Shape([1] + recorded.inputShape)))
        func output(_ arithmetic: ArithmeticName) throws -> [Double] {
            let outputs = try arithmetic.engine(for: graph).run([graph.inputs[0].name: batch])
            return try #require(outputs[graph.outputs[0]]).float64.elements
        }
        return (try output(arithmetic), try output(.fp32))
    }

    private func difference(_ outputs: (half: [Double], single: [Double])) -> (max: Double, mean: Double) {
        let differences = zip(outputs.half, outputs.single).map { abs($0 - $1) }
        return (differences.max() ?? .nan, differences.reduce(0, +) / Double(differences.count))
    }

    @Test("The noise is that of the inputs' files", arguments: ["rnet", "onet"])
    func noise(name: String) throws {
        let recorded = try name == "rnet" ? recording().rnet : recording().onet
        let path = fixtures.appendingPathComponent("coreml-recorded/\(name)_input.npy").path
        #expect(try AnyTensor(npy: readFile(path)) == .float32(numPyNoise(seed: 42, Shape(recorded.inputShape))))
    }

    @Test("RNet and ONet in fp16-fma give all ten recorded values bit for bit", arguments: ["rnet", "onet"])
    func fused(name: String) throws {
        let recorded = try name == "rnet" ? recording().rnet : recording().onet
        let outputs = try outputs(name, recorded, in: .fp16FMA)
        #expect(recorded.fiveLargestDifferences.count == 5)
        for value in recorded.fiveLargestDifferences {
            #expect(outputs.half[value.flatIndex] == value.coreml, "\(name)[\(value.flatIndex)]")
            // Two float32 references differ by 5e-6 at most.
            #expect(abs(outputs.single[value.flatIndex] - value.fp32) < 5e-6, "\(name)[\(value.flatIndex)]")
        }
        let difference = difference(outputs)
        #expect(abs(difference.max - recorded.maxAbsDiffVsFp32) < 5e-6)
        #expect(abs(difference.mean - recorded.meanAbsDiffVsFp32) < 5e-6)
    }

    /// The order of Core ML's float32 sums is not known: with exact sums the mean is met within 0.035 %, and the fifth
    /// value lies one unit in the last place beside.
    @Test("PNet in fp16-storage gives the recorded mean difference within 0.05 %, and four of five values exactly")
    func storage() throws {
        let recorded = try recording().pnet
        let outputs = try outputs("pnet", recorded, in: .fp16Storage)
        let difference = difference(outputs)
        #expect(abs(difference.mean / recorded.meanAbsDiffVsFp32 - 1) < 0.0005)
        let exact = recorded.fiveLargestDifferences.count { outputs.half[$0.flatIndex] == $0.coreml }
        #expect(exact >= 4)
    }
}
