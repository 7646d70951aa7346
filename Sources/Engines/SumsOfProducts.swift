import Tensors

/// Many sums of products over the same numbers, as in convolutions and matrix products.
///
/// Sum (i, m, p) starts at `starts[m]` and adds
/// numbers[origins[i] + pixels[p] + taps[k]] * weights[m * taps.count + k] for each k in order. The order is
/// part of the result's definition.
struct SumsOfProducts<Element: KernelNumber> {
    /// The numbers to read.
    let numbers: [Element]
    /// Where each image, or each row of a matrix, begins.
    let origins: [Int]
    /// Where each output position of an image starts reading.
    let pixels: [Int]
    /// The offset of each factor from there.
    let taps: [Int]
    /// The other factors, `taps.count` for each output channel.
    let weights: ArraySlice<Element>
    /// The start of each output channel's sums.
    let starts: [Element]

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
            weights: A.factors(Array(weights))[...], starts: starts)
    }

    /// The same sums as the arithmetic defines them, one product after another.
    func definedSums<A: Arithmetic>(in arithmetic: A.Type) -> [A.Working] where A.Element == Element {
        var sums = [A.Working]()
        sums.reserveCapacity(count)
        numbers.withUnsafeBufferPointer { numbers in
            weights.withUnsafeBufferPointer { weights in
                for origin in origins {
                    for (channel, start) in starts.enumerated() {
                        let row = channel * taps.count
                        for pixel in pixels {
                            var sum = A.Sum(from: start)
                            for (index, tap) in taps.enumerated() {
                                sum.add(numbers[origin + pixel + tap], times: weights[row + index])
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
