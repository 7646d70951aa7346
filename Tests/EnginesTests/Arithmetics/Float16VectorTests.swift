import Engines
import Foundation
import TestSupport
import Testing

/// The float16 arithmetic that the policies rest on, against Berkeley SoftFloat's results.
@Suite struct Float16VectorTests {
    /// The records of a file as unsigned numbers of the given widths in bytes.
    private func records(_ name: String, _ widths: [Int]) throws -> [[UInt64]] {
        let bytes = [UInt8](try Data(contentsOf: fixtures.appendingPathComponent("float16/\(name).bin")))
        let size = widths.reduce(0, +)
        #expect(bytes.count % size == 0 && !bytes.isEmpty)
        return bytes.withUnsafeBufferPointer { bytes in
            stride(from: 0, to: bytes.count, by: size).map { start in
                var offset = start
                return widths.map { width in
                    defer { offset += width }
                    return (0..<width).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
                }
            }
        }
    }

    private func half(_ bits: UInt64) -> Float16 { Float16(bitPattern: UInt16(truncatingIfNeeded: bits)) }

    /// Equal bits, or both NaN: its payload is not specified.
    private func same(_ a: Float16, _ b: Float16) -> Bool { a.isNaN ? b.isNaN : a.bitPattern == b.bitPattern }

    private func same(_ a: Float, _ b: Float) -> Bool { a.isNaN ? b.isNaN : a.bitPattern == b.bitPattern }

    @Test("Sums, differences, products and quotients are rounded once", arguments: ["add", "sub", "mul", "div"])
    func binary(name: String) throws {
        let mismatches = try records(name, [2, 2, 2]).filter { record in
            let (a, b) = (half(record[0]), half(record[1]))
            let result =
                switch name {
                case "add": a + b
                case "sub": a - b
                case "mul": a * b
                default: a / b
                }
            return !same(result, half(record[2]))
        }
        #expect(mismatches == [])
    }

    @Test("A fused multiply-add is rounded once, as fp16-fma does it")
    func fused() throws {
        let mismatches = try records("mul_add", [2, 2, 2, 2]).filter { record in
            var sum = Float16FusedArithmetic.Sum(from: half(record[2]))
            sum.add(half(record[0]), times: half(record[1]))
            return !same(sum.value, half(record[3]))
        }
        #expect(mismatches == [])
    }

    @Test("fp16-mul-add rounds the product and then the sum")
    func multiplyAdd() throws {
        let mismatches = try records("mul_add", [2, 2, 2, 2]).filter { record in
            let (a, b, c) = (half(record[0]), half(record[1]), half(record[2]))
            var sum = Float16MultiplyAddArithmetic.Sum(from: c)
            sum.add(a, times: b)
            return !same(sum.value, a * b + c)
        }
        #expect(mismatches == [])
    }

    @Test("float32 and float64 become the nearest float16")
    func narrowing() throws {
        let single = try records("f32_to_f16", [4, 2]).filter {
            !same(Float16(Float(bitPattern: UInt32($0[0]))), half($0[1]))
        }
        #expect(single == [])
        let double = try records("f64_to_f16", [8, 2]).filter { !same(Float16(Double(bitPattern: $0[0])), half($0[1])) }
        #expect(double == [])
    }

    @Test("Square roots and widenings of all 65,536 float16")
    func unary() throws {
        let roots = try records("sqrt", [2])
        let widened = try records("f16_to_f32", [4])
        #expect(roots.count == 65_536 && widened.count == 65_536)
        let mismatches = (0..<65_536).filter { bits in
            let value = half(UInt64(bits))
            return !same(value.squareRoot(), half(roots[bits][0]))
                || !same(Float(value), Float(bitPattern: UInt32(widened[bits][0])))
        }
        #expect(mismatches == [])
    }
}
