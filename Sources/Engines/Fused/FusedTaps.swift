extension FusedChain {
    /// For each layer, its factors' offsets from the beginning of a pixel's window, in the order of the sum.
    func taps(of maps: [FusedPlan.MapPlan], vectorBatch: Int) -> [[Int]] {
        let layers = zip(mapStages, maps).enumerated().map { index, stage in
            stage.0.taps(plan: stage.1, readsImage: index == 0)
        }
        let vectors = denseStages.enumerated().map { index, stage in
            let rows = index == 0 ? maps.last?.rows ?? 1 : 1
            let columns = index == 0 ? maps.last?.columns ?? 1 : 1
            return stage.taps(rows: rows, columns: columns, batch: vectorBatch)
        }
        return layers + vectors
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
