import Foundation
import Tensors

/// `numpy.random.RandomState(seed).randn(*shape)` as float32: standard normal noise by Marsaglia's polar method, from the
/// Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998).
package func numPyNoise(seed: UInt32, _ shape: Shape) -> Tensor<Float> {
    var twister = MersenneTwister(seed: seed)
    var values = [Float]()
    values.reserveCapacity(shape.count + 1)
    while values.count < shape.count {
        let (first, second) = twister.normalPair()
        values += [Float(first), Float(second)]
    }
    return Tensor(shape, Array(values.prefix(shape.count)))
}

private struct MersenneTwister {
    private var state: [UInt32]
    private var next = 624

    init(seed: UInt32) {
        state = [seed]
        for index in 1..<624 {
            let last = state[index - 1]
            state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(index))
        }
    }

    private mutating func word() -> UInt32 {
        if next == 624 {
            for index in 0..<624 {
                let bits = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7fff_ffff
                state[index] = state[(index + 397) % 624] ^ bits >> 1 ^ (bits & 1 == 0 ? 0 : 0x9908_b0df)
            }
            next = 0
        }
        var word = state[next]
        next += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9d2c_5680
        word ^= word << 15 & 0xefc6_0000
        return word ^ word >> 18
    }

    /// From 0 to 1, of 53 bits.
    private mutating func fraction() -> Double {
        let (high, low) = (word() >> 5, word() >> 6)
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    mutating func normalPair() -> (Double, Double) {
        while true {
            let x = 2 * fraction() - 1
            let y = 2 * fraction() - 1
            let square = x * x + y * y
            if square < 1, square != 0 {
                let factor = (-2 * log(square) / square).squareRoot()
                return (factor * y, factor * x)
            }
        }
    }
}
