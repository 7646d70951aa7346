import CHDF5
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Captures

@Suite struct DamagedElementsTests {
    @Test(
        "A bit that flips in a tensor's stored elements is noticed, or changes none",
        arguments: CaptureCompression.allCases)
    func damagedTensor(compression: CaptureCompression) throws {
        var random = RandomNumbers(seed: 3)
        let numbers = (0..<500).map { _ in Float.random(in: -1...1, using: &random) }
        let recorded = CaptureCase(
            name: "case", source: "test", inputs: [.init(name: "x", values: .float32(Tensor([1], [1])))],
            tensors: [
                .init(
                    name: "y", node: "y", operator: "Relu", isGraphOutput: true,
                    values: .float32(Tensor([500], numbers)))
            ])
        try withTemporaryDirectory { directory in
            let path = "\(directory)/c.h5"
            let header = CaptureHeader(
                engine: "test", engineVersion: "1", arithmetic: "fp32", modelName: "net", modelSHA256: "00",
                adapter: "tests")
            let writer = try CaptureWriter(header, compression: compression, to: path)
            try writer.append(recorded)
            try writer.finish()
            let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let place = try placeOfChunk("cases/case/tensors/0000", in: path)
            var refused = 0
            for byte in stride(from: place.lowerBound, to: place.upperBound, by: 7) {
                var damaged = whole
                damaged[byte] ^= 1 << UInt8(byte % 8)
                try Data(damaged).write(to: URL(fileURLWithPath: path))
                do {
                    // Deflate skips a few bits at the end of a block.
                    #expect(try CaptureFile(contentsOf: path).readCase("case") == recorded)
                } catch {
                    #expect("\(error)".contains("tensors/0000: its data are damaged"))
                    refused += 1
                }
            }
            #expect(refused > 100)
        }
    }

    /// The bytes of a file that hold a data set's only chunk.
    private func placeOfChunk(_ dataset: String, in path: String) throws -> Range<Int> {
        let file = H5Fopen(path, 0, 0)  // 0: reading
        defer { H5Fclose(file) }
        let dataset = H5Dopen2(file, dataset, 0)
        defer { H5Dclose(dataset) }
        var (filters, address, size) = (UInt32(0), haddr_t(0), hsize_t(0))
        try #require(H5Dget_chunk_info_by_coord(dataset, [0], &filters, &address, &size) >= 0)
        return Int(address)..<Int(address) + Int(size)
    }
}
