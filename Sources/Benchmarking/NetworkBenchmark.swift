import Detection
import Foundation
import Tensors

/// Images of one size for one network, as in the cascade.
package struct NetworkInput: Sendable {
    package let network: CascadeNetwork
    package let images: Tensor<Float>

    /// Random images: their content does not affect the time.
    package init(_ network: CascadeNetwork, count: Int = 1, rows: Int, columns: Int) {
        self.network = network
        var state: UInt32 = 1
        let shape: Shape = [count, rows, columns, 3]
        images = Tensor(
            shape,
            (0..<shape.count).map { _ in
                // The generator of Numerical Recipes; its upper bits are better.
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(state >> 24) / 128 - 1
            })
    }

    package var name: String {
        let extents = network == .proposal ? "\(images.shape[2])x\(images.shape[1])" : "\(images.shape[0])"
        return "\(network.modelName) \(extents)"
    }

    /// Levels of a pyramid and batches of crops, small and large.
    package static let bundled: [NetworkInput] = [
        NetworkInput(.proposal, rows: 96, columns: 128), NetworkInput(.proposal, rows: 144, columns: 192),
        NetworkInput(.proposal, rows: 216, columns: 384), crops(.refinement, 1), crops(.refinement, 32),
        crops(.output, 1), crops(.output, 8), crops(.output, 64),
    ]

    private static func crops(_ network: CascadeNetwork, _ count: Int) -> NetworkInput {
        NetworkInput(network, count: count, rows: network.inputSide, columns: network.inputSide)
    }
}

/// How fast a network is on one input, on one thread.
package struct NetworkBenchmark: Sendable, Codable, Equatable {
    package let input: String
    package let time: DurationStatistics
    /// Multiplications and additions in sums of products, in units of 10^9 a second, for the median time.
    package let gflops: Double
    /// As a fraction of the machine's peak.
    package let peakFraction: Double

    /// - Throws: any error of the network.
    package init(_ network: GraphFaceNetwork, on input: NetworkInput, peak: Double) throws {
        let shape = input.images.shape
        let operations =
            try network.multiplyAdds(count: shape[0], rows: shape[1], columns: shape[2])
            .values.reduce(0, +) * 2
        // The first run allocates the memory that the others reuse.
        _ = try network.evaluate(input.images)
        let once = try seconds { _ = try network.evaluate(input.images) }
        let count = min(max(Int(0.3 / once), 9), 2000)
        let times = try (0..<count).map { _ in try seconds { _ = try network.evaluate(input.images) } }
        self.input = input.name
        time = DurationStatistics(seconds: times)
        gflops = Double(operations) / time.medianMs / 1e6
        peakFraction = gflops / peak
    }
}
