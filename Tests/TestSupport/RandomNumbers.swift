import Tensors

/// The same random numbers in every run: SplitMix64 (Steele, Lea and Flood, 2014).
package struct RandomNumbers: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    package mutating func floats(_ shape: Shape, in range: ClosedRange<Float>) -> Tensor<Float> {
        Tensor(shape, (0..<shape.count).map { _ in Float.random(in: range, using: &self) })
    }
}
