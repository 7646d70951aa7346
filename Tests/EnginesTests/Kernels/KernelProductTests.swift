import TestSupport
import Testing
@testable import Engines

/// Sums of products of whole arrays, which Winograd's transforms and sums in other orders are made of.
@Suite struct KernelProductTests {
    private func expectTwoRoundings<Number: KernelNumber>(_ numbers: [Number], _ sums: [Number], factor: Number) {
        var added = sums
        numbers.withUnsafeBufferPointer { numbers in
            added.withUnsafeMutableBufferPointer { Number.addProducts(numbers, times: factor, to: $0) }
        }
        for (index, sum) in added.enumerated() {
            let product = factor * numbers[index]
            let expected = sums[index] + product
            #expect(
                (sum == expected && sum.sign == expected.sign) || (sum.isNaN && expected.isNaN),
                "\(Number.self) \(index)")
        }
    }

    @Test("The product and the sum are each rounded, also where one rounding would give another number")
    func roundings() {
        // (1 + u)(1 - u) - 1 is -u^2 with one rounding, and 0 with two.
        expectTwoRoundings([1 - Float.ulpOfOne], [-1], factor: 1 + Float.ulpOfOne)
        expectTwoRoundings([1 - Double.ulpOfOne], [-1], factor: 1 + Double.ulpOfOne)
        expectTwoRoundings([1 - Float16.ulpOfOne], [-1], factor: 1 + Float16.ulpOfOne)
        for count in [0, 1, 7, 64, 101] {
            let numbers = (0..<count).map { Double($0 * $0 % 97) / 7 - 5 }
            let sums = (0..<count).map { Double($0 * 31 % 89) / 3 - 11 }
            expectTwoRoundings(numbers, sums, factor: 1 / 3)
            expectTwoRoundings(numbers.map { Float($0) }, sums.map { Float($0) }, factor: 1 / 3)
            expectTwoRoundings(numbers.map { Float16($0) }, sums.map { Float16($0) }, factor: 1 / 3)
        }
        let special: [Float] = [.infinity, -.infinity, .nan, 0, -0.0, .greatestFiniteMagnitude]
        expectTwoRoundings(special, [0, .infinity, 1, -0.0, -0.0, .greatestFiniteMagnitude], factor: -2)
    }
}
