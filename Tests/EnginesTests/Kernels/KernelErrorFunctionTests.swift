import Foundation
import TestSupport
import Testing

@testable import Engines

@Suite struct KernelErrorFunctionTests {
    @Test("erf has the same bits on every level, wherever a number stands", arguments: KernelLevel.supported)
    func bits(level: KernelLevel) {
        var random = RandomNumbers(seed: 9)
        for count in [0, 1, 15, 16, 17, 1000] {
            for limit in [0.9, 7.0] {
                let x = (0..<count).map { _ in Double.random(in: -limit...limit, using: &random) }
                let alone = x.map { errorFunctions(of: [$0], level: .portable)[0] }
                #expect(errorFunctions(of: x, level: level) == alone)
            }
        }
    }

    @Test("erf is within 2 ULP of the exact one", arguments: KernelLevel.supported)
    func accuracy(level: KernelLevel) {
        var random = RandomNumbers(seed: 10)
        for range in [-1e-6...1e-6, -0.5...0.5, 0.99...1.01, -1...1, 1...6.5, -6.5...(-1)] {
            let x = (0..<20_000).map { _ in Double.random(in: range, using: &random) }
            let wrong = zip(x, errorFunctions(of: x, level: level)).filter { x, result in
                // The library's is within 1 ULP, so the two lie within 3 ULP of each other.
                abs(result - erf(x)) > 3 * erf(x).ulp
            }
            #expect(wrong.isEmpty)
        }
    }

    @Test("erf of NaN, of infinities, of zeros and of the smallest numbers", arguments: KernelLevel.supported)
    func ends(level: KernelLevel) {
        func result(_ x: Double) -> Double { errorFunctions(of: [x], level: level)[0] }
        #expect(result(.nan).isNaN)
        #expect(result(.infinity) == 1 && result(-.infinity) == -1)
        #expect(result(1e300) == 1 && result(-1e300) == -1)
        #expect(result(0) == 0 && result(0).sign == .plus && result(-0.0).sign == .minus)
        #expect(result(0x1p-1030) == erf(0x1p-1030))
        // Beside numbers beyond 1, NaN stays NaN and numbers near 0 keep their bits.
        let mixed = errorFunctions(of: [.nan, 0.25, 3], level: level)
        #expect(mixed[0].isNaN && mixed[1] == result(0.25) && mixed[2] == result(3))
    }

    @Test("float32 results are those of the library, rounded: neither is between two float32")
    func rounded() {
        let x = stride(from: Float(-4.5), through: 4.5, by: 0.00137).map { Double($0) }
        #expect(errorFunctions(of: x).map { Float($0) } == x.map { Float(erf($0)) })
    }
}
