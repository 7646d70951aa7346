import Synchronization

/// The weights of one constant in the order in which kernels read them, packed once however often they are multiplied.
///
/// Where few sums are made of many weights, as in the product of a vector and a matrix, packing takes longer than summing.
final class WeightPacks<Lane: KernelLane>: Sendable {
    /// Which of the constant's elements are packed, and how they lie.
    struct Part: Hashable {
        let firstElement: Int
        let channels: Int
        let taps: Int
        let channelStep: Int
        let tapStep: Int
    }

    /// Packs are kept for at most so many positions of a layer: with more, packing is a small part of the work.
    static var mostPositions: Int { 16 }
    /// Larger constants are packed each time, so that packs never take a large network's memory again.
    private static var mostBytes: Int { 1 << 19 }

    private let kept = Mutex([Part: [Lane]]())

    /// Whether so many weights are kept once they are packed.
    static func keeps(_ count: Int) -> Bool { count * MemoryLayout<Lane>.stride <= mostBytes }

    func packed(_ part: Part, _ pack: () -> [Lane]) -> [Lane] {
        if let known = kept.withLock({ $0[part] }) { return known }
        let packed = pack()
        if Self.keeps(packed.count) { kept.withLock { $0[part] = packed } }
        return packed
    }
}
