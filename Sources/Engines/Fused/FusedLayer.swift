/// One pass of the layer kernel computes, for each output channel m: y = starts[m] + sum of weights[m][k] * x[k] over
/// the taps k in order, then + addends[m]; then y >= 0 ? y : slopes[m] * y.
struct FusedLayer: Sendable {
    /// [channel][tap].
    private(set) var weights: [Float]
    private(set) var starts: [Float]
    /// Added after the sum is complete; nil for none.
    var addends: [Float]?
    /// Nil for no PReLU.
    var slopes: [Float]?
    /// Whether a sum is stored, and thus rounded, before the addends.
    let storesSums: Bool

    init(weights: [Float], starts: [Float], addends: [Float]? = nil, storesSums: Bool = false) {
        self.weights = weights
        self.starts = starts
        self.addends = addends
        self.storesSums = storesSums
    }

    var channelCount: Int { starts.count }
    var tapCount: Int { weights.count / max(channelCount, 1) }

    /// One layer with the channels of several layers of the same input.
    ///
    /// - Returns: nil if the layers differ in more than their numbers.
    static func joining(_ layers: [FusedLayer]) -> FusedLayer? {
        guard var joined = layers.first else { return nil }
        for layer in layers.dropFirst() {
            guard layer.tapCount == joined.tapCount, layer.storesSums == joined.storesSums,
                (layer.addends == nil) == (joined.addends == nil)
            else { return nil }
            let slopes = [joined, layer].map { $0.slopes ?? [Float](repeating: 1, count: $0.channelCount) }
            joined.slopes = joined.slopes == nil && layer.slopes == nil ? nil : slopes[0] + slopes[1]
            joined.addends = joined.addends.map { $0 + (layer.addends ?? []) }
            joined.weights += layer.weights
            joined.starts += layer.starts
        }
        return joined
    }
}
