import Synchronization

/// The working memory of one call of a fused network.
///
/// It stays prepared for a plan: further calls for images of the same size allocate nothing.
final class Workspace: @unchecked Sendable {
    // Sendable because ``Workspaces`` gives it to one caller at a time.
    private var plan: FusedPlan?
    private(set) var taps = [[Int]]()
    /// An image rounded to float16.
    private(set) var image = AlignedNumbers(count: 0)
    /// Two maps: each stage reads one and writes the other.
    private(set) var maps = [AlignedNumbers(count: 0), AlignedNumbers(count: 0)]
    /// The rows of sums that a pool has yet to read.
    private(set) var sumRows = AlignedNumbers(count: 0)
    /// Two batches of vectors, used like ``maps``.
    private(set) var vectors = [AlignedNumbers(count: 0), AlignedNumbers(count: 0)]

    func prepare(for plan: FusedPlan, of chain: FusedChain) {
        guard plan != self.plan else { return }
        self.plan = plan
        taps = chain.taps(for: plan)
        let images = plan.images
        if chain.roundsToFloat16 { grow(&image, to: images[1] * images[2] * imageChannels) }
        let largestMap = plan.maps.map(\.count).max() ?? 0
        let lastMap = (plan.maps.last?.count ?? 0) * plan.vectorBatch
        let vector = (chain.denseStages.map(\.layer.blockCount).max() ?? 0) * plan.vectorBatch * channelsPerBlock
        for index in maps.indices {
            grow(&maps[index], to: largestMap)
            if !chain.denseStages.isEmpty { grow(&vectors[index], to: max(lastMap, vector)) }
        }
        grow(&sumRows, to: zip(chain.mapStages, plan.maps).map { $0.sumRowCapacity * $1.sumRowCount }.max() ?? 0)
    }

    private func grow(_ numbers: inout AlignedNumbers, to count: Int) {
        if numbers.count < count { numbers = AlignedNumbers(count: count) }
    }
}

/// A network's idle workspaces.
final class Workspaces: Sendable {
    private let free = Mutex<[Workspace]>([])

    func take() -> Workspace {
        free.withLock { $0.popLast() } ?? Workspace()
    }

    func giveBack(_ workspace: Workspace) {
        free.withLock { $0.append(workspace) }
    }
}

extension FusedChain.MapStage {
    /// The rows of sums that are kept: those under one window and the next ones that it needs, which can be computed
    /// while this one's pool waits for its last row. A multiple of the rows computed at once.
    var sumRowCapacity: Int {
        guard let pool else { return 0 }
        let step = pool.strides[0]
        return (pool.kernel[0] + step + step - 1) / step * step
    }
}

extension FusedChain {
    /// For each layer, its factors' offsets from the beginning of a pixel's window, in the order of the sum.
    func taps(for plan: FusedPlan) -> [[Int]] {
        let maps = zip(mapStages, plan.maps).enumerated().map { index, stage in
            stage.0.taps(plan: stage.1, readsImage: index == 0)
        }
        let vectors = denseStages.enumerated().map { index, stage in
            let rows = index == 0 ? plan.maps.last?.rows ?? 1 : 1
            let columns = index == 0 ? plan.maps.last?.columns ?? 1 : 1
            return stage.taps(rows: rows, columns: columns, batch: plan.vectorBatch)
        }
        return maps + vectors
    }
}

extension FusedChain.MapStage {
    fileprivate func taps(plan: FusedPlan.MapPlan, readsImage: Bool) -> [Int] {
        let pixel = readsImage ? imageChannels : channelsPerBlock
        let plane = plan.inputRows * plan.inputColumns * channelsPerBlock
        var taps = [Int]()
        taps.reserveCapacity(layer.tapCount)
        for channel in 0..<inputChannels {
            let start = readsImage ? channel : channel / channelsPerBlock * plane + channel % channelsPerBlock
            for outer in 0..<(isTransposed ? kernelColumns : kernelRows) {
                for inner in 0..<(isTransposed ? kernelRows : kernelColumns) {
                    let (row, column) = isTransposed ? (inner, outer) : (outer, inner)
                    taps.append(start + (row * plan.inputColumns + column) * pixel)
                }
            }
        }
        return taps
    }
}

extension FusedChain.DenseStage {
    fileprivate func taps(rows: Int, columns: Int, batch: Int) -> [Int] {
        let pixel = batch * channelsPerBlock
        let channels = layer.tapCount / (rows * columns)
        // Each axis adds its own part.
        return order.reduce([0]) { outer, axis in
            let own =
                switch axis {
                case .image: [0]
                case .channel:
                    (0..<channels).map { $0 / channelsPerBlock * rows * columns * pixel + $0 % channelsPerBlock }
                case .row: (0..<rows).map { $0 * columns * pixel }
                case .column: (0..<columns).map { $0 * pixel }
                }
            return outer.flatMap { start in own.map { start + $0 } }
        }
    }
}
