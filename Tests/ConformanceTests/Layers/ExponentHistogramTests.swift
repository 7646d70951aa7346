import Foundation
import JSONTree
import Tensors
import Testing

@testable import Conformance

@Suite struct ExponentHistogramTests {
    private func difference(_ pairs: [(Double, Double)]) -> Difference {
        Difference(
            baseline: Tensor([pairs.count], pairs.map(\.0)), candidate: Tensor([pairs.count], pairs.map(\.1)),
            format: .binary64)
    }

    @Test("Each difference is in the bin of its power of two; equal elements, NaN and infinities are in none")
    func bins() {
        let pairs = [(0.0, 0.0), (0, 1), (0, 1.99), (0, -2), (1, 1.25), (.nan, 1), (0, .infinity)]
        let bins = difference(pairs).histogram?.bins ?? []
        #expect(bins.map(\.exponent) == [-2, 0, 1] && bins.map(\.count) == [1, 2, 1])
    }

    @Test("The histograms of parts add up to that of the whole, and are stored whole")
    func merging() throws {
        let pairs = (0..<200).map { (0.0, pow(1.7, Double($0 - 100))) }
        let whole = difference(pairs)
        for cut in [0, 1, 77, 200] {
            let merged = difference(Array(pairs[..<cut])).merged(with: difference(Array(pairs[cut...])))
            #expect(merged.histogram == whole.histogram)
        }
        let stored = try JSON(encoding: whole).decode(Difference.self, file: "")
        #expect(stored.histogram == whole.histogram)
    }

    @Test("Integers are counted by their distance", arguments: [1, 3, 1 << 40] as [Int64])
    func integers(distance: Int64) {
        let difference = Difference(
            baseline: .int64(Tensor([2], [5, 5])), candidate: .int64(Tensor([2], [5, 5 + distance])))
        #expect(difference.histogram?.bins == [.init(exponent: Int(Double(distance).exponent), count: 1)])
    }

    @Test("A stored text must be a histogram", arguments: ["1", "a:b", "1:0", "1:-3", "9999:1", "1:2:3"])
    func damaged(text: String) {
        #expect(throws: JSONError.self) { try JSON.string(text).decode(ExponentHistogram.self, file: "") }
    }
}
