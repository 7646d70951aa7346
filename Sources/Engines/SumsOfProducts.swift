import Tensors

/// Many sums of products over the same numbers, as in convolutions and matrix products.
///
/// Sum (i, m, p) starts at `starts[m]` and adds
/// numbers[origins[i] + pixels[p] + taps[k]] * w[m, k] for each k in order, where w[m, k] lies m channel steps and k tap
/// steps behind the first weight. The order is part of the result's definition.
struct SumsOfProducts<Element: KernelNumber> {
    /// The numbers to read.
    let numbers: [Element]
    /// Where each image, or each row of a matrix, begins.
    let origins: [Int]
    /// Where each output position of an image starts reading.
    let pixels: [Int]
    /// The offset of each factor from there.
    let taps: [Int]
    /// The other factors, one for each output channel and offset.
    let weights: ArraySlice<Element>
    /// The start of each output channel's sums.
    let starts: [Element]
    /// The steps from a weight to that of the next output channel, and to that of the next offset.
    let weightSteps: (channel: Int, tap: Int)
    /// Where the weights of a constant are kept as kernels read them; nil to pack them for these sums alone.
    var packs: WeightPacks<Element.Lane>?

    var count: Int { origins.count * starts.count * pixels.count }

    /// The sums, ordered by image, output channel and output position.
    func sums<A: Arithmetic>(in arithmetic: A.Type) -> [A.Working] where A.Element == Element {
        withRoundedFactors(in: A.self).sums(A.kernelForm, as: A.Working.self)
    }

    /// The sums, with factors rounded to the multiplied format.
    func withRoundedFactors<A: Arithmetic>(in arithmetic: A.Type) -> SumsOfProducts where A.Element == Element {
        guard A.formats.roundsFactors else { return self }
        return SumsOfProducts(
            numbers: A.factors(numbers), origins: origins, pixels: pixels, taps: taps,
            weights: A.factors(Array(weights))[...], starts: starts, weightSteps: weightSteps)
    }

    /// The same sums as the arithmetic defines them, one product after another.
    func definedSums<A: Arithmetic>(in arithmetic: A.Type) -> [A.Working] where A.Element == Element {
        var sums = [A.Working]()
        sums.reserveCapacity(count)
        let (channelStep, tapStep) = weightSteps
        numbers.withUnsafeBufferPointer { numbers in
            weights.withUnsafeBufferPointer { weights in
                for origin in origins {
                    for (channel, start) in starts.enumerated() {
                        let row = channel * channelStep
                        for pixel in pixels {
                            var sum = A.Sum(from: start)
                            for (index, tap) in taps.enumerated() {
                                sum.add(numbers[origin + pixel + tap], times: weights[row + index * tapStep])
                            }
                            sums.append(sum.value)
                        }
                    }
                }
            }
        }
        return sums
    }
}
