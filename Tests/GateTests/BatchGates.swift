import Captures
import Engines
import ModelFormats
import TestSupport
import Tensors
import Testing

@Suite struct BatchGates {
    @Test("Each of 64 real crops has the same output bits in a batch as alone")
    func batch() throws {
        let capture = try CaptureFile(contentsOf: BundledFiles.captures + "/rnet.h5")
        let input = try #require(try capture.readCase("81_outputs_of_400").inputs.first)
        let crops = try #require(input.values.float32Tensor)
        let engine = try ArithmeticName.fp32.engine(
            for: Model(contentsOf: BundledFiles.models + "/rnet.onnx").graph)
        let size = crops.elements.count / crops.shape[0]
        func outputs(_ range: Range<Int>) throws -> [String: AnyTensor] {
            let shape = Shape([range.count] + crops.shape.dimensions.dropFirst())
            let elements = Array(crops.elements[range.lowerBound * size..<range.upperBound * size])
            return try engine.run([input.name: .float32(Tensor(shape, elements))])
        }
        let together = try outputs(0..<64)
        for crop in 0..<64 {
            for (name, alone) in try outputs(crop..<crop + 1) {
                let bytes = alone.littleEndianBytes
                let batch = try #require(together[name]).littleEndianBytes
                #expect(Array(batch[crop * bytes.count..<(crop + 1) * bytes.count]) == bytes, "crop \(crop), \(name)")
            }
        }
    }
}
