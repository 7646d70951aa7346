import CHDF5
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Captures

/// Elements that HDF5 does not compress itself: its reader gives them back.
@Suite struct DeflatedElementsTests {
    private let header = CaptureHeader(
        engine: "e", engineVersion: "1", arithmetic: "fp32", modelName: "m", modelSHA256: "0", adapter: "a")

    private func recorded(_ tensors: [AnyTensor]) -> CaptureCase {
        CaptureCase(
            name: "c", source: "s", inputs: [.init(name: "x", values: .float32(Tensor([1], [1])))],
            tensors: tensors.enumerated().map { index, values in
                .init(name: "t\(index)", node: "n", operator: "", isGraphOutput: true, values: values)
            })
    }

    /// The size of a capture of these tensors, which are read back as they were.
    private func size(_ tensors: [AnyTensor], _ compression: CaptureCompression) throws -> Int {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/c.h5"
            let writer = try CaptureWriter(header, compression: compression, to: path)
            try writer.append(recorded(tensors))
            try writer.finish()
            let read = try CaptureFile(contentsOf: path).readCase("c")
            #expect(read.tensors.map(\.values.littleEndianBytes) == tensors.map(\.littleEndianBytes))
            return try Data(contentsOf: URL(fileURLWithPath: path)).count
        }
    }

    /// Numbers as layers give them: around 0, those below it zeros if they are rectified.
    private func activations(_ count: Int, rectified: Bool) -> AnyTensor {
        var random = RandomNumbers(seed: 5)
        let numbers = (0..<count).map { _ in
            (0..<4).reduce(Float(0)) { sum, _ in sum + Float.random(in: -1...1, using: &random) }
        }
        return .float32(Tensor([count], rectified ? numbers.map { max($0, 0) } : numbers))
    }

    @Test("Bytes of every spread and of every length are read back")
    func spreads() throws {
        var random = RandomNumbers(seed: 1)
        // Around the ends of deflate's blocks, and of what is sampled.
        let lengths = [1, 2, 257, 258, 259, 260, 4096, 65_534, 65_535, 65_536, 70_000, 131_070, 131_071]
        var tensors = [AnyTensor]()
        for length in lengths {
            tensors.append(
                .uint8(Tensor([length], (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })))
            for byte: UInt8 in [0, 143, 144, 255] {
                tensors.append(.uint8(Tensor([length], repeating: byte)))
                // One byte differs.
                var bytes = [UInt8](repeating: byte, count: length)
                bytes[length / 2] = 7
                tensors.append(.uint8(Tensor([length], bytes)))
            }
            // Each byte half as frequent as the one before.
            tensors.append(
                .uint8(
                    Tensor(
                        [length],
                        (0..<length).map { _ in
                            UInt8(min(30, (random.next() | 1 << 40).trailingZeroBitCount))
                        })))
        }
        _ = try size(tensors, .fast)
    }

    @Test("Counts whose code would be longer than deflate allows give a code that is read back")
    func longCodes() throws {
        var (counts, last) = ([1], 1)
        while counts.reduce(0, +) + counts[counts.count - 1] + last < 60_000 {
            counts.append(counts[counts.count - 1] + last)
            last = counts[counts.count - 2]
        }
        let bytes = counts.enumerated().flatMap { [UInt8](repeating: UInt8($0), count: $1) }
        #expect(counts.count > 17)
        let size = try size([.uint8(Tensor([bytes.count], bytes))], .fast)
        #expect(size < bytes.count / 2)
    }

    @Test("Elements of every size are stored byte by significance and read back")
    func elementSizes() throws {
        let numbers = (0..<70_000).map { Double($0) * 0.001 - 30 }
        let shape: Shape = [7, 10_000]
        _ = try size(
            [
                .float16(Tensor(shape, numbers.map { Float16($0) })),
                .float32(Tensor(shape, numbers.map { Float($0) })),
                .float64(Tensor(shape, numbers)), .int64(Tensor(shape, numbers.map { Int64($0) })),
                .bool(Tensor(shape, numbers.map { $0 > 0 })), .float32(Tensor([], [1])), .float32(Tensor([0, 2], [])),
            ], .fast)
    }

    @Test("A plane of the same byte as one before it, with other bytes between them, is read back")
    func equalPlanes() throws {
        var random = RandomNumbers(seed: 2)
        // From the highest byte on: 0, 7, anything, 7.
        let numbers = (0..<100_000).map { _ in 0x07_0007 | Int32(truncatingIfNeeded: random.next() & 0xFF) << 8 }
        let size = try size([.int32(Tensor([100_000], numbers))], .fast)
        #expect(size < 110_000)
    }

    @Test("Elements become planes only if one of their bytes is frequent; others take little more room than they have")
    func shuffling() {
        var random = RandomNumbers(seed: 3)
        for count in [1000, 70_000] {
            // From 1 to 2 all numbers have the same highest byte.
            let numbers = (0..<count).map { _ in Float.random(in: 1..<2, using: &random) }
            let bytes = (0..<count * 4).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let planes = numbers.withUnsafeBytes { DeflatedElements($0, elementSize: 4) }
            #expect(planes.isShuffled && planes.bytes.count < count * 4 - count / 2)
            let stored = bytes.withUnsafeBytes { DeflatedElements($0, elementSize: 4) }
            // Deflate's header, a header of 5 bytes for each 65,535 and for the last, empty block, and the checksum.
            let overhead = 2 + 5 * ((count * 4 + 65_534) / 65_535 + 1) + 4
            #expect(!stored.isShuffled && stored.bytes.count == count * 4 + overhead)
        }
    }

    @Test("What layers give takes no more than 1.3 times the least room, and constants next to none")
    func room() throws {
        for rectified in [false, true] {
            let tensors = [activations(200_000, rectified: rectified)]
            let sizes = try CaptureCompression.allCases.map { try size(tensors, $0) }
            let fast = try size(tensors, .fast)
            #expect(Double(fast) < 1.3 * Double(sizes.min() ?? 0), "rectified: \(rectified)")
        }
        #expect(try size([.float32(Tensor([100_000], repeating: 0.1))], .fast) < 8_000)
    }
}
