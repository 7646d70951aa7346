import Tensors
import TestSupport
import Testing
@testable import Diagnosis

/// The ways in which tools round weights to a few evenly spaced numbers.
@Suite struct QuantisationTests {
    /// Each axis in turn: before it, between two, after two, and one of extent 1.
    @Test("A part along an axis is rounded as it is alone", arguments: 0..<4)
    func parts(axis: Int) throws {
        let shape: Shape = [3, 4, 2, 1]
        var random = RandomNumbers(seed: 3)
        let weights = random.floats(shape, in: -2...3)
        let ways = Quantisation.all(outputAxis: axis, inputAxis: axis)
        for key in ["int8", "int8-full", "uint8", "int4", "int4-full", "uint4"] {
            let whole = try #require(ways.first { $0.key == "\(key)-per-tensor" })
            for name in ["channel", "input"] {
                let way = try #require(ways.first { $0.key == "\(key)-per-\(name)" })
                let rounded = try #require(way.rounded(.float32(weights)).float32Tensor)
                #expect(rounded.shape == shape)
                for part in 0..<shape[axis] {
                    let own = weights.elements.indices.filter { $0 / shape.strides[axis] % shape[axis] == part }
                    let alone = Tensor([own.count], own.map { weights.elements[$0] })
                    #expect(
                        own.map { rounded.elements[$0] } == whole.rounded(.float32(alone)).float32Tensor?.elements,
                        "\(way.key) \(part)")
                }
            }
        }
    }

    @Test("Weights without elements stay so")
    func none() throws {
        for way in Quantisation.all(outputAxis: 0, inputAxis: 1) {
            #expect(way.rounded(.float32(Tensor([0, 3], []))).shape == [0, 3], "\(way.key)")
            #expect(way.rounded(.float32(Tensor([2, 0], []))).shape == [2, 0], "\(way.key)")
        }
    }
}
