import Foundation
import TestSupport
import Testing

@testable import Engines

@Suite struct KernelExponentialsTests {
    @Test("e^x has the bits of its definition for any count of numbers", arguments: KernelLevel.supported)
    func definition(level: KernelLevel) {
        var random = RandomNumbers(seed: 7)
        for count in [0, 1, 15, 16, 17, 1000] {
            let x = (0..<count).map { _ in Double.random(in: -800...800, using: &random) }
            #expect(exponentials(of: x, level: level) == x.map(exponentialByDefinition))
        }
    }

    @Test("e^x is within 1 ULP of the exact one", arguments: KernelLevel.supported)
    func accuracy(level: KernelLevel) {
        var random = RandomNumbers(seed: 8)
        for range in [-1e-6...1e-6, -0.4...0.4, -90...90, -708...709] {
            let x = (0..<20_000).map { _ in Double.random(in: range, using: &random) }
            let wrong = zip(x, exponentials(of: x, level: level)).filter { x, power in
                // The library's is exact but for a little more than half an ULP: two that lie within 1 ULP of the
                // exact one lie within 1.6 of each other, so at most one step apart.
                let expected = exp(x)
                return power != expected && power != expected.nextUp && power != expected.nextDown
            }
            #expect(wrong.isEmpty)
        }
    }

    @Test("e^x of NaN, of infinities, and at the limits of float64", arguments: KernelLevel.supported)
    func ends(level: KernelLevel) {
        func power(_ x: Double) -> Double { exponentials(of: [x], level: level)[0] }
        #expect(power(.nan).isNaN)
        #expect(power(.infinity) == .infinity)
        #expect(power(-.infinity) == 0 && power(-.infinity).sign == .plus)
        #expect(power(0) == 1 && power(-0.0) == 1)
        // The logarithm of the largest float64 lies between these two.
        #expect(power(709.782712893384) < .infinity)
        #expect(power(709.7827128933841) == .infinity)
        // That of half the smallest lies between these.
        #expect(power(-745.13) == .leastNonzeroMagnitude)
        #expect(power(-745.14) == 0)
        #expect(power(.greatestFiniteMagnitude) == .infinity && power(-.greatestFiniteMagnitude) == 0)
        // Subnormal: rounded once, so the nearest of a number that is known to more bits.
        #expect(power(-740) == exp(-740))
    }

    @Test("float32 powers are those of the library, rounded: neither is between two float32")
    func rounded() {
        let x = stride(from: Float(-90), through: 90, by: 0.0137).map { Double($0) }
        #expect(exponentials(of: x).map { Float($0) } == x.map { Float(exp($0)) })
    }
}

/// 2^n e^r with r = x - n ln 2, e^r by its Taylor polynomial of degree 13; each step is rounded once.
private func exponentialByDefinition(_ x: Double) -> Double {
    let x = min(max(x, -746), 710)
    // The nearest whole number to the product, which is rounded but once.
    let n = 0x1.8p52.addingProduct(x, 0x1.71547652b82fep0) - 0x1.8p52
    var r = x.addingProduct(n, -0x1.62e42fefa39efp-1)
    r.addProduct(n, -0x1.abc9e3b39803fp-56)
    var power = 1 / factorial(13)
    for k in (0...12).reversed() { power = (1 / factorial(k)).addingProduct(power, r) }
    let half = (n / 2).rounded(.down)
    return power * Double(sign: .plus, exponent: Int(half), significand: 1)
        * Double(sign: .plus, exponent: Int(n - half), significand: 1)
}

private func factorial(_ k: Int) -> Double { (1...max(k, 1)).reduce(1) { $0 * Double($1) } }
