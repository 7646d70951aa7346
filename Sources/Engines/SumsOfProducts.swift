import Tensors

/// Many sums of products over the same numbers: what convolutions and matrix products consist of.
///
/// Sum (p, m) starts at `starts[m]` and adds numbers[pixels[p] + taps[k]] * weights[m * taps.count + k] for
/// each k in order. The order is part of the result's definition.
struct SumsOfProducts<Element: BinaryFloatingPoint & Sendable> {
    /// The numbers that are read.
    let numbers: [Element]
    /// Where each output position starts reading.
    let pixels: [Int]
    /// Where each factor stands behind that.
    let taps: [Int]
    /// The other factors, `taps.count` for each output channel.
    let weights: ArraySlice<Element>
    /// What each output channel's sums start from.
    let starts: [Element]

    /// Calls `give` with the position, the channel and the sum, for every position and channel.
    func forEachSum<A: Arithmetic>(
        in arithmetic: A.Type, _ give: (_ position: Int, _ channel: Int, _ sum: A.Working) -> Void
    ) where A.Element == Element {
        numbers.withUnsafeBufferPointer { numbers in
            weights.withUnsafeBufferPointer { weights in
                for (channel, start) in starts.enumerated() {
                    let row = channel * taps.count
                    for (position, pixel) in pixels.enumerated() {
                        var sum = A.Sum(from: start)
                        for (index, tap) in taps.enumerated() {
                            sum.add(numbers[pixel + tap], times: weights[row + index])
                        }
                        give(position, channel, sum.value)
                    }
                }
            }
        }
    }
}
